// The mini-program's wasm is WebAssembly as it was in its first version, plus mutable globals; the web's is not.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { brotliDecompressSync } from "node:zlib";
import wabt from "wabt";
import { build, root, WASM_FILES } from "./support/host.mjs";

const { readWasm } = await wabt();

/** Throws with the first thing that is not of the first version, nor of the later features given. */
function validate(bytes, later = {}) {
  const features = {
    exceptions: false, mutable_globals: true, sat_float_to_int: false, sign_extension: false, simd: false, threads: false, function_references: false,
    multi_value: false, tail_call: false, bulk_memory: false, reference_types: false, annotations: false, code_metadata: false, gc: false,
    memory64: false, multi_memory: false, extended_const: false, relaxed_simd: false,
    ...later,
  };
  const module = readWasm(bytes, { ...features, readDebugNames: false });
  try {
    module.validate(features);
  } finally {
    module.destroy();
  }
}

test("the check refuses the web's wasm, so it can fail", () => {
  assert.throws(() => validate(readFileSync(join(root, "pkg", "nearshelf.wasm"))));
});

/** What the web's wasm is made with: no browser needs WebAssembly's vectors for it. */
const OF_THE_WEB = { sat_float_to_int: true, sign_extension: true, multi_value: true, bulk_memory: true, reference_types: true };

test("the web's wasm has no vectors", () => {
  validate(readFileSync(join(root, "pkg", "nearshelf.wasm")), OF_THE_WEB);
  // Without parameters, a vector of zeros that is dropped.
  const vector = [0xfd, 12, ...Array(16).fill(0), 0x1a, 0x0b];
  const module = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, vector.length + 3, 1, vector.length + 1, 0, ...vector];
  validate(Uint8Array.from(module), { simd: true });
  assert.throws(() => validate(Uint8Array.from(module), OF_THE_WEB), /simd|v128|opcode/i);
});

test("the check refuses each later feature alone", () => {
  const module = (...sections) => Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0, ...sections.flat()]);
  const section = (id, ...bytes) => [id, bytes.length, ...bytes];
  const body = (...code) => section(10, 1, code.length + 2, 0, ...code, 0x0b);
  const [i32, f32] = [0x7f, 0x7d];
  const f = (parameters, results) => section(1, 1, 0x60, parameters.length, ...parameters, results.length, ...results);
  const one = section(3, 1, 0);
  const memory = section(5, 1, 0, 1);
  validate(module(f([i32], [i32]), one, body(0x20, 0)));
  assert.throws(() => validate(module(f([i32], [i32]), one, body(0x20, 0, 0xc0))), "i32.extend8_s");
  assert.throws(() => validate(module(f([f32], [i32]), one, body(0x20, 0, 0xfc, 0))), "i32.trunc_sat_f32_s");
  assert.throws(() => validate(module(f([], []), one, memory, body(0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 10, 0, 0))), "memory.copy");
  assert.throws(() => validate(module(f([], [i32, i32]), one, body(0x41, 0, 0x41, 0))), "two results");
  assert.throws(() => validate(module(f([0x6f], [0x6f]), one, body(0x20, 0))), "externref");
});

test("each file of the mini-program is of the first version, without a global that is handed out or taken", () => {
  for (const name of WASM_FILES) validate(readFileSync(join(build, name)), { mutable_globals: false });
});

test("the core needs nothing and offers five names, the table and what its parts share; the parts take nothing else", async () => {
  const [core, ...parts] = WASM_FILES.map((name) => new WebAssembly.Module(readFileSync(join(build, name))));
  assert.deepEqual(WebAssembly.Module.imports(core), []);
  const exported = WebAssembly.Module.exports(core).map((e) => `${e.kind} ${e.name}`);
  assert.deepEqual(exported.filter((name) => /nearshelf|memory|table/.test(name)).map((name) => name.replace(/ t[0-9a-f]{8}$/, " t")).sort(), [
    "function nearshelf_abi", "function nearshelf_alloc", "function nearshelf_call", "function nearshelf_free", "memory memory", "table t",
  ]);
  for (const part of parts) {
    assert.deepEqual(WebAssembly.Module.exports(part), []);
    const taken = WebAssembly.Module.imports(part);
    assert.deepEqual([...new Set(taken.map((i) => `${i.kind} ${i.module}`))].sort(), ["function c", "memory c", "table c"]);
    for (const { kind, name } of taken) assert.ok(exported.includes(`${kind} ${name}`), name);
    assert.ok(taken.some((i) => i.name === "g0") && taken.some((i) => i.name === "s0"), "the stack pointer, by calls");
  }
});

test("the compressed files are the same files", () => {
  for (const name of WASM_FILES) assert.deepEqual(brotliDecompressSync(readFileSync(join(build, `${name}.br`))), readFileSync(join(build, name)));
});

test("the script is of 2018 and keeps to itself", () => {
  const text = readFileSync(join(build, "index.js"), "utf8");
  for (const later of [/\?\.[a-z[(]/i, /\?\?/, /\bimport\s*\(/, /import\.meta/, /\bglobalThis\b/, /\bcatch\s*\{/, /#[a-z]/i, /\d_\d/, /\d n\b/, /\beval\b/, /new Function\b/]) {
    assert.doesNotMatch(text.replace(/"[^"]*"|'[^']*'|`[^`]*`/g, '""'), later);
  }
});
