// Takes the words of panics out of a wasm file. The core is built so that a panic is a trap (src/bare.rs): nobody reads the
// message, yet the compiler keeps the text, the source location of each check, and the code that would format them.

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { root } from "./run.mjs";

/** Functions that end in a panic, and those that only a panic's message calls; in plain and in mangled names. */
export const SILENT = new RegExp("(?:::|[0-9_])(?:" + [
  "panicking", "rust_begin_unwind", "slice_index_fail", "slice_error_fail", "slice_error_fail_rt", "len_mismatch_fail", "unwrap_failed",
  "expect_failed", "assert_failed", "panic_on_ord_violation", "capacity_overflow", "handle_error", "handle_alloc_error",
].join("|") + ")|core(?:::|3)fmt|core(?:::|7)unicode|escape_debug|do_count_chars");

/** A name without hashes: core::fmt for core[c5930c85a12de822]::fmt. */
export const plainName = (name) => name.replace(/\[[0-9a-f]+\]/g, "");

/** What must not be there, since its callers would now trap. */
const FORMATTING = /alloc(?:::|3)fmt(?:::|6)format/;

/**
 * Makes those functions traps, so that the optimizer drops what they alone needed.
 * @param {Uint8Array} bytes a wasm file with the names of its functions
 * @returns {Promise<Uint8Array>} the same with traps
 * @throws when there are no names to go by, or the core formats text on its own account
 */
export async function silence(bytes) {
  const file = createRequire(join(root, "tests", "package.json")).resolve("binaryen");
  const binaryen = (await import(pathToFileURL(file).href)).default;
  const module = binaryen.readBinary(bytes);
  let traps = 0;
  for (let i = 0; i < module.getNumFunctions(); i++) {
    const f = module.getFunctionByIndex(i);
    const { name: given, module: imported } = binaryen.getFunctionInfo(f);
    const name = plainName(given);
    if (FORMATTING.test(name)) {
      throw new Error("the core formats text, which costs 3 kB: put it together with src/text.rs instead of format!");
    }
    if (imported || !SILENT.test(name)) continue;
    binaryen.Function.setBody(f, module.unreachable());
    traps++;
  }
  if (traps < 5) throw new Error("its functions have no names to tell panics by");
  binaryen.setDebugInfo(true); // part.mjs goes by the names
  const silent = module.emitBinary();
  module.dispose();
  return silent;
}

/**
 * Blanks the source locations in the data: each is the address and length of a file name, a line and a column.
 * @param {Uint8Array} bytes a wasm file whose panics are traps; changed in place
 * @returns {number} how many there were
 */
export function blankLocations(bytes) {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const segments = dataSegments(data);
  const at = (address, length) => {
    const s = segments.find((s) => address >= s.address && address + length <= s.address + s.length);
    return s ? s.start + address - s.address : -1;
  };
  const files = new Map();
  let locations = 0;
  for (const s of segments) {
    // Locations are aligned to their words.
    for (let i = s.start + (-s.address & 3); i + 16 <= s.start + s.length; i += 4) {
      const [address, length, line, column] = [0, 4, 8, 12].map((o) => data.readUInt32LE(i + o));
      if (length < 4 || length > 300 || !line || line > 50_000 || !column || column > 1_000) continue;
      const start = at(address, length);
      if (start < 0 || data.toString("latin1", start + length - 3, start + length) !== ".rs") continue;
      files.set(start, length);
      data.fill(0, i, i + 16);
      locations++;
    }
  }
  for (const [start, length] of files) data.fill(0, start, start + length);
  return locations;
}

/** The active data segments: where they go in memory, and where they stand in the file. */
function dataSegments(file) {
  let i = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = file[i++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const segments = [];
  while (i < file.length) {
    const section = file[i++];
    const end = number() + i;
    if (section === 11) {
      for (let count = number(); count > 0; count--) {
        if (number() !== 0 || file[i++] !== 0x41) throw new Error("a data segment is not placed by a constant");
        const address = number();
        i++;
        const length = number();
        segments.push({ address, start: i, length });
        i += length;
      }
    }
    i = end;
  }
  return segments;
}
