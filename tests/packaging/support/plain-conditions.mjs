// Conditions once more, as plainly as JavaScript can say them: what the engine is held against.

const OPERATOR = /^\$/;
const isObject = (v) => typeof v === "object" && v !== null && !Array.isArray(v);
const isScalar = (v) => typeof v !== "object" || v === null;
const operators = (v) => isObject(v) && Object.keys(v).length > 0 && Object.keys(v).every((k) => OPERATOR.test(k));

/** The value at a path; null for none. */
function at(value, path) {
  let now = value;
  for (const name of path.split(".")) {
    if (typeof now !== "object" || now === null || !Object.hasOwn(now, name)) return null;
    now = now[name];
  }
  return now ?? null;
}

const number = (v) => (isScalar(v) ? Number(v) : NaN);

function deep(a, b) {
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((x, i) => deep(x, b[i]));
  if (isObject(a)) return isObject(b) && Object.keys(a).length === Object.keys(b).length && Object.keys(a).every((k) => Object.hasOwn(b, k) && deep(a[k], b[k]));
  return a === b;
}

function equals(wanted, value, fold) {
  switch (typeof wanted) {
    case "string": {
      if (!isScalar(value)) return false;
      return fold ? String(value).toLowerCase() === wanted.toLowerCase() : String(value) === wanted;
    }
    case "number":
      return number(value) === wanted;
    case "boolean":
      return value !== null && Boolean(value) === wanted;
    default:
      return deep(wanted, value);
  }
}

function compared(a, b) {
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : a > b ? 1 : 0;
  const [x, y] = [number(a), number(b)];
  return x < y ? -1 : x > y ? 1 : x === y ? 0 : NaN;
}

const folded = (v) => (typeof v === "string" ? v.toLowerCase() : v);
const among = (value, list, map = (v) => v) => (Array.isArray(value) ? value : [value]).some((v) => isScalar(v) && list.some((w) => map(w) === map(v)));

/** A version as parts, each filled up to five places. */
function version(v) {
  const text = typeof v === "number" ? String(v) : typeof v === "string" && v ? v : "0";
  const parts = text.replace(/^v/, "").replace(/\+.*$/, "").split(/[.-]/);
  return parts.concat(parts.length === 3 ? "~" : []).map((p) => (/^\d+$/.test(p) ? p.padStart(5) : p)).join("-");
}

function matchesPattern(pattern, value, flags) {
  if (typeof pattern !== "string") return null;
  try {
    return new RegExp(pattern, flags).test(value);
  } catch {
    return false;
  }
}

const TYPES = (v) => (v === null ? "null" : Array.isArray(v) ? "array" : typeof v);

function operator(name, wanted, value, groups) {
  const contrary = { $ne: "$eq", $nin: "$in", $nini: "$ini", $notInGroup: "$inGroup", $notRegex: "$regex", $notRegexi: "$regexi", $vne: "$veq" }[name];
  if (contrary) {
    const sound = { $eq: true, $veq: true, $inGroup: typeof wanted === "string", $in: Array.isArray(wanted), $ini: Array.isArray(wanted), $regex: typeof wanted === "string", $regexi: typeof wanted === "string" }[contrary];
    return sound && !operator(contrary, wanted, value, groups);
  }
  const [v, w] = [version(value), version(wanted)];
  switch (name) {
    case "$eq": return isScalar(wanted) && value === wanted;
    case "$lt": return compared(value, wanted) < 0;
    case "$lte": return compared(value, wanted) <= 0;
    case "$gt": return compared(value, wanted) > 0;
    case "$gte": return compared(value, wanted) >= 0;
    case "$in": return Array.isArray(wanted) && among(value, wanted);
    case "$ini": return Array.isArray(wanted) && among(value, wanted, folded);
    case "$inGroup": return typeof wanted === "string" && Array.isArray(groups[wanted]) && among(value, groups[wanted]);
    case "$all":
    case "$alli":
      return Array.isArray(wanted) && Array.isArray(value) && wanted.every((w) => value.some((v) => test(w, v, groups, name === "$alli")));
    case "$regex": return matchesPattern(wanted, value, "") === true;
    case "$regexi": return matchesPattern(wanted, value, "i") === true;
    case "$exists": return (value !== null) === Boolean(wanted);
    case "$type": return TYPES(value) === wanted;
    case "$size": return Array.isArray(value) && test(wanted, value.length, groups);
    case "$elemMatch": return isObject(wanted) && Array.isArray(value) && value.some((v) => v && (operators(wanted) ? test(wanted, v, groups) : matches(wanted, v, groups)));
    case "$not": return !test(wanted, value, groups);
    case "$veq": return v === w;
    case "$vlt": return v < w;
    case "$vlte": return v <= w;
    case "$vgt": return v > w;
    case "$vgte": return v >= w;
    default: return false;
  }
}

function test(wanted, value, groups, fold = false) {
  if (!operators(wanted)) return equals(wanted, value, fold);
  return Object.entries(wanted).every(([name, w]) => operator(name, w, value, groups));
}

/** Whether a condition matches. */
export function matches(condition, attributes, groups = {}) {
  const inner = (c) => isObject(c) && matches(c, attributes, groups);
  return Object.entries(condition).every(([name, wanted]) => {
    switch (name) {
      case "$and": return Array.isArray(wanted) && wanted.every(inner);
      case "$or": return Array.isArray(wanted) && (!wanted.length || wanted.some(inner));
      case "$nor": return Array.isArray(wanted) && wanted.length > 0 && !wanted.some(inner);
      case "$not": return isObject(wanted) && !inner(wanted);
      default: return test(wanted, at(attributes, name), groups);
    }
  });
}
