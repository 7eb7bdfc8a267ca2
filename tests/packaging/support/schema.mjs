// A validator of the part of JSON Schema that our schemas use; an unknown keyword is an error, so that none is passed over.

const KNOWN = ["$schema", "$id", "$defs", "$ref", "title", "description", "type", "const", "enum", "required", "properties", "additionalProperties", "items", "maxItems", "minimum",
  "maximum", "exclusiveMinimum", "pattern", "maxLength"];

const typeOf = (value) => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);

/** What does not fit, by its path; nothing where all does. */
export function misfits(schema, value, root = schema, path = "$") {
  const wrong = [];
  const unknown = Object.keys(schema).filter((word) => !KNOWN.includes(word));
  if (unknown.length) throw new Error(`${path}: this validator does not know ${unknown}`);
  if (schema.$ref) return misfits(root.$defs[schema.$ref.replace("#/$defs/", "")], value, root, path);
  const type = typeOf(value);
  const types = [schema.type ?? type].flat();
  if (!types.some((one) => one === type || (one === "integer" && Number.isInteger(value)))) return [`${path}: ${type} is not ${types}`];
  if ("const" in schema && value !== schema.const) wrong.push(`${path}: not ${schema.const}`);
  if (schema.enum && !schema.enum.includes(value)) wrong.push(`${path}: none of ${schema.enum}`);
  if (type === "number") {
    if (value < schema.minimum || value > schema.maximum || value <= schema.exclusiveMinimum) wrong.push(`${path}: ${value} is out of bounds`);
  }
  if (type === "string") {
    if (schema.pattern && !new RegExp(schema.pattern).test(value)) wrong.push(`${path}: ${value} has another pattern`);
    if (value.length > schema.maxLength) wrong.push(`${path}: too long`);
  }
  if (type === "array") {
    if (value.length > schema.maxItems) wrong.push(`${path}: too many`);
    if (schema.items) value.forEach((one, i) => wrong.push(...misfits(schema.items, one, root, `${path}[${i}]`)));
  }
  if (type === "object") {
    for (const name of schema.required ?? []) if (!(name in value)) wrong.push(`${path}: ${name} is missing`);
    for (const [name, one] of Object.entries(value)) {
      if (schema.properties?.[name]) wrong.push(...misfits(schema.properties[name], one, root, `${path}.${name}`));
      else if (schema.additionalProperties === false) wrong.push(`${path}: ${name} is nothing of it`);
    }
  }
  return wrong;
}
