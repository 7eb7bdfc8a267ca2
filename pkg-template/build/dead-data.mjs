// Finds the data that only panics use. They are traps (panics.mjs), yet the linker laid out their words, and the tables of
// the code that would format them, before that was so. The linker tells who uses what (`--emit-relocs`):
// https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md

import { SILENT, plainName } from "./panics.mjs";

const CODE = 10;
const DATA = 11;
/** Kinds of symbols. */
const FUNCTION = 0;
const DATUM = 1;
/** Relocations without an addend: of functions, tables, types, globals and tags. */
const WITHOUT_ADDEND = new Set([0, 1, 2, 6, 7, 10, 12, 13, 18, 19, 20, 24, 26]);
const CONST = 0x41;
const LOCAL_GET = 0x20;
const CALL = 0x10;

/**
 * @param {Uint8Array} bytes a wasm file as the linker wrote it, with its relocations
 * @returns {{ address: number, length: number }[]} the places in memory that nothing reads
 * @throws when the file has no relocations
 */
export function deadData(bytes) {
  const linked = uses(bytes);
  const alive = reached(linked);
  return places(linked, (s) => !alive.has(s), (s) => alive.has(s));
}

/**
 * What is reached through some functions alone.
 * @param {Uint8Array} bytes as `deadData` has it
 * @param {RegExp} gate the functions' names
 * @returns {{ slots: boolean[], data: { address: number, length: number }[] }} `slots`: which of the table's
 */
export function behind(bytes, gate) {
  const linked = uses(bytes);
  const all = reached(linked);
  const before = reached(linked, (s) => gate.test(plainName(s.name)));
  const names = linked.file.symbols.filter((s) => s.kind === FUNCTION && s.name);
  const own = names.filter((s) => all.has(linked.bodyOf(s)) && !before.has(linked.bodyOf(s)));
  if (!own.some((s) => gate.test(plainName(s.name)))) throw new Error(`no function is called ${gate}`);
  const indexes = new Set(own.map((s) => s.index));
  return {
    // The optimizer makes one function of those that are alike, so what stands in a slot is told by the slot, not by a name.
    slots: linked.file.elements.map((index) => indexes.has(index)),
    data: places(linked, (s) => all.has(s) && !before.has(s), (s) => before.has(s)),
  };
}

/** Which functions and data use which. */
function uses(bytes) {
  const file = parse(bytes);
  if (!file.symbols.length || !file.relocations.length) throw new Error("it has no relocations");
  const bodies = file.bodies.map((b, i) => ({ ...b, uses: [], index: i + file.importedFunctions }));
  const silent = new Set(file.symbols.filter((s) => s.kind === FUNCTION && SILENT.test(plainName(s.name))).map((s) => s.index));
  const data = file.symbols.filter((s) => s.kind === DATUM && !s.undefined);
  data.forEach((s) => (s.uses = []));
  for (const { section, at, symbol } of file.relocations) {
    const used = file.symbols[symbol];
    if (section === CODE) {
      const body = bodies.find((b) => at >= b.start && at < b.end);
      if (used.kind !== DATUM || !feedsPanic(bytes, at, silent)) body.uses.push(used);
    } else if (section === DATA) {
      const segment = file.segments.findIndex((s) => at >= s.start && at < s.start + s.length);
      const offset = at - file.segments[segment].start;
      data.filter((s) => s.segment === segment && offset >= s.offset && offset < s.offset + s.length).forEach((s) => s.uses.push(used));
    }
  }
  return { file, data, silent, bodyOf: (s) => bodies[s.index - file.importedFunctions] };
}

/** Functions' bodies and data that can be reached from outside, but for what `skip` names. */
function reached({ file, silent, bodyOf }, skip = () => false) {
  const alive = new Set();
  const todo = file.exportedFunctions.map((index) => bodyOf({ index })).filter(Boolean);
  const reach = (x) => x && !alive.has(x) && (alive.add(x), todo.push(x));
  todo.forEach((x) => alive.add(x));
  while (todo.length) {
    for (const used of todo.pop().uses) {
      if (used.kind === DATUM) reach(used);
      else if (used.kind === FUNCTION && !silent.has(used.index) && !skip(used)) reach(bodyOf(used));
    }
  }
  return alive;
}

/** The bytes of some data. Texts may share their ends, so bytes of others are not among them. */
function places({ file, data }, those, others) {
  const found = [];
  file.segments.forEach(({ address, length }, segment) => {
    const mark = new Uint8Array(length);
    const own = data.filter((s) => s.segment === segment);
    own.filter(those).forEach((s) => mark.fill(1, s.offset, s.offset + s.length));
    own.filter(others).forEach((s) => mark.fill(0, s.offset, s.offset + s.length));
    for (let i = 0; i < length; i++) {
      if (!mark[i]) continue;
      const from = i;
      while (i < length && mark[i]) i++;
      found.push({ address: address + from, length: i - from });
    }
  });
  return found;
}

/** Whether the constant at `at` is pushed for a call of a panic: from there to the call only constants and locals are. */
function feedsPanic(bytes, at, silent) {
  if (bytes[at - 1] !== CONST) return false;
  const r = reader(bytes, at);
  r.number();
  while (bytes[r.at] === CONST || bytes[r.at] === LOCAL_GET) {
    r.at++;
    r.number();
  }
  return bytes[r.at++] === CALL && silent.has(r.number());
}

export function parse(bytes) {
  const file = { importedFunctions: 0, exportedFunctions: [], elements: [], bodies: [], segments: [], symbols: [], relocations: [] };
  const places = [];
  const r = reader(bytes, 8);
  while (r.at < bytes.length) {
    const id = r.byte();
    const end = r.number() + r.at;
    places.push({ id, start: r.at });
    if (id === 0) {
      const name = r.text();
      if (name === "linking") readSymbols(r, end, file);
      else if (name.startsWith("reloc.")) readRelocations(r, places, file);
    } else if (id === 2) readImports(r, file);
    else if (id === 7) readExports(r, file);
    else if (id === 9) file.elements = readElements(r);
    else if (id === CODE) {
      for (let n = r.number(); n > 0; n--) {
        const length = r.number();
        file.bodies.push({ start: r.at, end: r.at + length });
        r.at += length;
      }
    } else if (id === DATA) file.segments = readSegments(r);
    r.at = end;
  }
  return file;
}

function readImports(r, file) {
  for (let n = r.number(); n > 0; n--) {
    r.text();
    r.text();
    const kind = r.byte();
    if (kind === FUNCTION) file.importedFunctions++;
    // A table has a type before its limits; a global has a type and whether it changes.
    if (kind === 1) r.byte();
    const flags = r.number();
    if (kind === 1 || kind === 2) r.number();
    if (kind === 3 || (kind < 3 && kind > 0 && flags & 1)) r.number();
  }
}

function readExports(r, file) {
  for (let n = r.number(); n > 0; n--) {
    r.text();
    const isFunction = r.byte() === 0;
    const index = r.number();
    if (isFunction) file.exportedFunctions.push(index);
  }
}

/** The functions in the table, by slot. */
function readElements(r) {
  const elements = [];
  for (let n = r.number(); n > 0; n--) {
    if (r.number() !== 0 || r.byte() !== CONST) throw new Error("elements are not placed by a constant");
    let slot = r.number();
    r.byte();
    for (let many = r.number(); many > 0; many--) elements[slot++] = r.number();
  }
  return elements;
}

function readSegments(r) {
  const segments = [];
  for (let n = r.number(); n > 0; n--) {
    if (r.number() !== 0 || r.byte() !== CONST) throw new Error("a data segment is not placed by a constant");
    const address = r.number();
    r.byte();
    const length = r.number();
    segments.push({ address, start: r.at, length });
    r.at += length;
  }
  return segments;
}

function readSymbols(r, end, file) {
  r.number();
  while (r.at < end) {
    const isTable = r.byte() === 8;
    const next = r.number() + r.at;
    for (let n = isTable ? r.number() : 0; n > 0; n--) file.symbols.push(readSymbol(r));
    r.at = next;
  }
}

function readSymbol(r) {
  const kind = r.byte();
  const flags = r.number();
  const undefined = (flags & 0x10) !== 0;
  if (kind === 3) return { kind, section: r.number() };
  if (kind === DATUM) {
    const name = r.text();
    return undefined ? { kind, name, undefined } : { kind, name, segment: r.number(), offset: r.number(), length: r.number() };
  }
  const index = r.number();
  return { kind, index, name: !undefined || flags & 0x40 ? r.text() : "" };
}

function readRelocations(r, places, file) {
  const place = places[r.number()];
  for (let n = r.number(); n > 0; n--) {
    const type = r.byte();
    const at = place.start + r.number();
    const symbol = r.number();
    if (!WITHOUT_ADDEND.has(type)) r.number();
    // A type is not a symbol.
    if (type !== 6) file.relocations.push({ section: place.id, at, symbol });
  }
}

function reader(bytes, at) {
  return {
    at,
    byte() {
      return bytes[this.at++];
    },
    /** LEB128; the sign of those that have one is of no interest here. */
    number() {
      let value = 0;
      for (let unit = 1; ; unit *= 128) {
        const byte = bytes[this.at++];
        value += (byte & 127) * unit;
        if (byte < 128) return value;
      }
    },
    text() {
      const length = this.number();
      this.at += length;
      return Buffer.from(bytes.buffer, bytes.byteOffset + this.at - length, length).toString();
    },
  };
}

/**
 * A wasm file without the linker's notes, which no longer fit once the code has changed.
 * @param {Uint8Array} bytes
 */
export function withoutNotes(bytes) {
  const kept = [bytes.subarray(0, 8)];
  const r = reader(bytes, 8);
  while (r.at < bytes.length) {
    const start = r.at;
    const id = r.byte();
    const end = r.number() + r.at;
    const name = id === 0 ? r.text() : "";
    if (name !== "linking" && !name.startsWith("reloc.")) kept.push(bytes.subarray(start, end));
    r.at = end;
  }
  return Buffer.concat(kept);
}

/**
 * Blanks places of the memory in a wasm file, in place.
 * @param {Uint8Array} bytes the file
 * @param {{ address: number, length: number }[]} places
 * @returns {number} how many bytes were blanked
 */
export function blank(bytes, places) {
  let blanked = 0;
  for (const s of parse(bytes).segments) {
    for (const { address, length } of places) {
      const from = Math.max(address, s.address);
      const to = Math.min(address + length, s.address + s.length);
      if (from >= to) continue;
      bytes.fill(0, s.start + from - s.address, s.start + to - s.address);
      blanked += to - from;
    }
  }
  return blanked;
}

/**
 * The bytes that lie at a place of the memory, but for runs of zeros, which memory has already.
 * @param {Uint8Array} bytes the file
 * @param {{ address: number, length: number }} place
 * @returns {{ address: number, bytes: Uint8Array }[]}
 */
export function bytesAt(bytes, { address, length }) {
  return parse(bytes).segments.flatMap((s) => {
    const from = Math.max(address, s.address);
    const to = Math.min(address + length, s.address + s.length);
    if (from >= to) return [];
    const part = bytes.slice(s.start + from - s.address, s.start + to - s.address);
    return part.some((b) => b !== 0) ? [{ address: from, bytes: part }] : [];
  });
}
