// Puts the functions of a wasm file into an order in which alike ones are neighbours. Nothing else changes; brotli says the same with fewer bytes,
// since what repeats is near, and functions of a kind share its statistics.

import { parse } from "./dead-data.mjs";

/** Bytes of a piece that two functions may share. */
const PIECE = 4;
/** What keeps tiny functions from being alike by chance. */
const DAMPING = 8;

/**
 * A wasm file whose functions bear names that sort into that order, for `wasm-opt --reorder-functions-by-name`.
 * @param {Uint8Array} bytes a wasm file without names
 */
export function namedByLikeness(bytes) {
  const { importedFunctions, bodies } = parse(bytes);
  const order = chain(bodies.map(({ start, end }) => pieces(bytes.subarray(start, end))));
  const names = Array.from({ length: importedFunctions }, (_, i) => `a${padded(i)}`);
  order.forEach((body, place) => (names[importedFunctions + body] = `b${padded(place)}`));
  return Buffer.concat([bytes, nameSection(names)]);
}

const padded = (n) => String(n).padStart(6, "0");

/** Hashes of all pieces of some bytes. */
function pieces(bytes) {
  const found = new Set();
  for (let i = 0; i + PIECE <= bytes.length; i++) {
    let hash = 0;
    for (let j = 0; j < PIECE; j++) hash = (hash * 31 + bytes[i + j]) | 0;
    found.add(hash);
  }
  return found;
}

/** Begins with the smallest, and goes on to the one most alike to the last: the cosine of their pieces. */
function chain(functions) {
  const left = new Set(functions.keys());
  const order = [];
  let last = functions.reduce((least, f, i) => (f.size < functions[least].size ? i : least), 0);
  for (;;) {
    order.push(last);
    left.delete(last);
    if (left.size === 0) return order;
    let [best, most] = [-1, -1];
    for (const i of left) {
      const likeness = shared(functions[last], functions[i]) / Math.sqrt((functions[last].size + DAMPING) * (functions[i].size + DAMPING));
      if (likeness > most) [best, most] = [i, likeness];
    }
    last = best;
  }
}

function shared(a, b) {
  const [few, many] = a.size < b.size ? [a, b] : [b, a];
  let n = 0;
  for (const hash of few) if (many.has(hash)) n++;
  return n;
}

/** The custom section that names functions. */
function nameSection(names) {
  const list = [...number(names.length), ...names.flatMap((name, i) => [...number(i), ...text(name)])];
  const content = [...text("name"), 1, ...number(list.length), ...list];
  return Buffer.from([0, ...number(content.length), ...content]);
}

const text = (s) => [...number(s.length), ...Buffer.from(s)];

/** LEB128. */
function number(n) {
  const bytes = [];
  for (; n > 127; n >>>= 7) bytes.push((n & 127) | 128);
  return [...bytes, n];
}
