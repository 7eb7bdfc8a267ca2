// Cuts a wasm file: a core, and parts that are loaded when they are asked for. The core reaches a part through a pointer in the table of
// functions; a part takes memory, table and whatever functions it shares with the core from there. Together they are the program that was cut: src/manual/parts.md.

import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { behind, bytesAt, blank } from "./dead-data.mjs";
import { run } from "./run.mjs";

const help = { wayOut: "Run: .ci/setup package" };

/**
 * @param {object} files
 * @param {string} files.linked what the linker wrote
 * @param {string} files.whole the optimized file, with the names of its functions
 * @param {{ name: string, gate: RegExp, out: string }[]} parts `gate` is the name of the function that a part is behind
 * @param {string} coreOut gets the core, as each `out` its part: named and not optimized further
 * @param {string[]} features of wasm-opt
 * @param {boolean} [calls] the parts reach the core's globals by calls, for hosts that hand out no globals
 * @throws when nothing lies behind a gate alone
 */
export async function cut({ linked, whole }, parts, coreOut, features, calls = false) {
  const bytesLinked = await readFile(linked);
  const own = parts.map(({ gate }) => behind(bytesLinked, gate));
  const text = `${whole}.wat`;
  await run("wasm-dis", [whole, "-o", text, ...features], help);
  const module = read(await readFile(text, "utf8"));
  // Slots that the linker saw one way to: through the gate of one part.
  if (own[0].slots.length !== module.first + module.elements.length) throw new Error("the optimizer changed the table");
  const table = module.elements.map((name, i) => ({ name, part: own.findIndex(({ slots }) => slots[module.first + i]) }));
  const core = reached(module, [...module.exported, ...table.filter((e) => e.part < 0).map((e) => e.name)]);
  const inside = parts.map((_, i) => reached(module, table.filter((e) => e.part === i).map((e) => e.name)));
  // What two parts reach is of the core: the optimizer makes one of functions that are alike.
  inside.forEach((mine, i) => mine.forEach((name) => {
    if (inside.some((other, j) => j > i && other.has(name))) core.add(name);
  }));
  inside.forEach((mine) => core.forEach((name) => mine.delete(name)));
  const empty = parts.find((_, i) => !inside[i].size);
  if (empty) throw new Error(`nothing lies behind the gate of ${empty.name} alone`);
  const slots = table.map(({ name }, i) => ({ name, at: module.first + i }));

  const bytes = await readFile(whole);
  const moved = own.map(({ data }) => data.flatMap((place) => bytesAt(bytes, place)));
  const shared = sharedBy(module, core, inside);
  // A part of another build would find other functions under these names, so the table is called after the build.
  const mark = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
  await writeFile(text, coreText(module, core, slots, shared, mark, calls));
  await run("wasm-as", [text, "-o", coreOut, "-g", ...features], help);
  const kept = await readFile(coreOut);
  blank(kept, own.flatMap(({ data }) => data));
  await writeFile(coreOut, kept);
  for (const [i, { out }] of parts.entries()) {
    await writeFile(text, partText(module, inside[i], slots, shared, mark, moved[i], calls));
    await run("wasm-as", [text, "-o", out, "-g", ...features], help);
  }
  await rm(text);
}

const NAME = '(?:"(?:[^"\\\\]|\\\\.)*"|[^\\s()"]+)';

/** The fields of a module, one text each, as binaryen prints them: each begins with one space at the beginning of a line. */
function read(text) {
  const fields = text.slice(text.indexOf("\n") + 1, text.lastIndexOf(")")).split(/\n(?= \()/).map((field) => field.trim());
  const of = (kind) => fields.filter((field) => field.startsWith(`(${kind} `));
  const one = (kind, what) => {
    const found = of(kind).filter(what);
    if (found.length !== 1) throw new Error(`it has ${found.length} of (${kind})`);
    return found[0];
  };
  const functions = of("func").map((body) => ({
    name: new RegExp(`^\\(func \\$(${NAME})`).exec(body)[1],
    body,
    calls: Array.from(body.matchAll(new RegExp(`\\((?:return_)?call \\$(${NAME})|\\(ref\\.func \\$(${NAME})`, "g")), (m) => m[1] || m[2]),
  }));
  const [, first, list] = /\(i32\.const (\d+)\)(?: func)?((?: \$(?:"(?:[^"\\]|\\.)*"|[^\s()"]+))+)\)$/.exec(one("elem", () => true));
  const imported = of("import").filter((field) => / \(func /.test(field));
  return {
    fields,
    functions,
    first: Number(first),
    elements: Array.from(list.matchAll(new RegExp(`\\$(${NAME})`, "g")), (m) => m[1]),
    imported: imported.map((field) => ({ name: new RegExp(`\\(func \\$(${NAME})`).exec(field)[1], field })),
    exported: of("export").flatMap((field) => Array.from(field.matchAll(new RegExp(`\\(func \\$(${NAME})\\)`, "g")), (m) => m[1])),
    memory: one("memory", () => true),
    table: one("table", (field) => field.endsWith("funcref)")),
    globals: of("global").filter((field) => /\(mut /.test(field)),
  };
}

/** The functions reached from some. */
function reached({ functions }, roots) {
  const calls = new Map(functions.map((f) => [f.name, f.calls]));
  const found = new Set(roots);
  for (const name of found) (calls.get(name) || []).forEach((called) => found.add(called));
  return found;
}

/** What parts call in the core, each with a short name. */
function sharedBy({ functions, imported }, core, inside) {
  const called = new Set(functions.filter(({ name }) => inside.some((mine) => mine.has(name))).flatMap(({ calls }) => calls).filter((name) => core.has(name)));
  const known = functions.filter(({ name }) => called.has(name)).map(({ name, body }) => ({ name, signature: signature(body) }));
  if (imported.some(({ name }) => called.has(name))) throw new Error("a part calls the host by itself");
  return known.map((f, i) => ({ ...f, short: i.toString(36) }));
}

/** Type, parameters and results of a function, without their names. */
function signature(body) {
  const head = /^\(func \$(?:"(?:[^"\\]|\\.)*"|[^\s()"]+)((?: \((?:type|param|result)[^()]*\))*)/.exec(body)[1];
  return head.replace(/\(param \$\S+ (\w+)\)/g, "(param $1)");
}

/** Neighbours in the table are one segment. */
function elements(slots) {
  const runs = [];
  for (const { at, name } of slots) {
    const last = runs[runs.length - 1];
    if (last && last.at + last.names.length === at) last.names.push(name);
    else runs.push({ at, names: [name] });
  }
  return runs.map(({ at, names }) => `(elem (i32.const ${at}) ${names.map((name) => `$${name}`).join(" ")})`);
}

const globalName = (field) => /^\(global \$(\S+)/.exec(field)[1];

const typeOf = (field) => /\(mut (\w+)\)/.exec(field)[1];

function coreText(module, core, slots, shared, mark, calls) {
  const { functions, fields, table, globals } = module;
  const gone = new Set(functions.filter(({ name }) => !core.has(name)).map(({ body }) => body));
  const kept = fields.filter((field) => !gone.has(field) && !field.startsWith("(elem "));
  return wrap([
    ...kept,
    ...elements(slots.filter(({ name }) => core.has(name))),
    `(export "t${mark}" (table $${globalName(table.replace("(table", "(global"))}))`,
    ...globals.flatMap((field, i) => {
      const name = globalName(field);
      if (!calls) return [`(export "g${i}" (global $${name}))`];
      return [`(func (export "g${i}") (result ${typeOf(field)}) (global.get $${name}))`,
        `(func (export "s${i}") (param ${typeOf(field)}) (global.set $${name} (local.get 0)))`];
    }),
    ...shared.map(({ name, short }) => `(export "${short}" (func $${name}))`),
  ]);
}

function partText(module, mine, slots, shared, mark, moved, calls) {
  const { functions, fields, memory, table, globals } = module;
  const bodies = functions.filter(({ name }) => mine.has(name));
  const called = new Set(bodies.flatMap(({ calls }) => calls));
  const from = (name, field) => `(import "c" "${name}" ${field})`;
  return wrap([
    ...fields.filter((field) => /^\((type|rec) /.test(field)),
    from("memory", memory),
    from(`t${mark}`, table),
    ...globals.flatMap((field, i) => (calls
      ? [from(`g${i}`, `(func $of_${i} (result ${typeOf(field)}))`), from(`s${i}`, `(func $to_${i} (param ${typeOf(field)}))`)]
      : [from(`g${i}`, field.replace(/ \([^()]*\.const [^()]*\)\)$/, ")"))])),
    ...shared.filter(({ name }) => called.has(name)).map(({ name, short, signature }) => from(short, `(func $${name}${signature})`)),
    ...bodies.map(({ body }) => (calls ? withCalls(body, globals) : body)),
    ...elements(slots.filter(({ name }) => mine.has(name))),
    ...moved.map(({ address, bytes }) => `(data (i32.const ${address}) "${Array.from(bytes, (b) => `\\${b.toString(16).padStart(2, "0")}`).join("")}")`),
  ]);
}

/** A function that reads and writes globals by calls. */
function withCalls(body, globals) {
  return globals.map(globalName).reduce((text, name, i) => text
    .split(`(global.get $${name})`).join(`(call $of_${i})`)
    .split(`(global.set $${name}\n`).join(`(call $to_${i}\n`), body);
}

const wrap = (fields) => `(module\n ${fields.join("\n ")}\n)\n`;
