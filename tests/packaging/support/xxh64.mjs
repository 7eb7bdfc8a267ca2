// XXH64 after its specification, for tests that have to sign a pack they changed.

const MASK = (1n << 64n) - 1n;
const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;

const add = (...v) => v.reduce((a, b) => (a + b) & MASK);
const mul = (a, b) => (a * b) & MASK;
const rotate = (v, n) => ((v << n) | (v >> (64n - n))) & MASK;
const round = (acc, lane) => mul(rotate(add(acc, mul(lane, P2)), 31n), P1);

/** The hash of `bytes`, as a BigInt. */
export function xxh64(bytes, seed = 0n) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u64 = (at) => view.getBigUint64(at, true);
  let at = 0;
  let hash;
  if (bytes.length >= 32) {
    const acc = [add(seed, P1, P2), add(seed, P2), seed, (seed - P1) & MASK];
    for (; at + 32 <= bytes.length; at += 32) for (let i = 0; i < 4; i++) acc[i] = round(acc[i], u64(at + 8 * i));
    hash = add(rotate(acc[0], 1n), rotate(acc[1], 7n), rotate(acc[2], 12n), rotate(acc[3], 18n));
    for (const lane of acc) hash = add(mul(hash ^ round(0n, lane), P1), P4);
  } else {
    hash = add(seed, P5);
  }
  hash = add(hash, BigInt(bytes.length));
  for (; at + 8 <= bytes.length; at += 8) hash = add(mul(rotate(hash ^ round(0n, u64(at)), 27n), P1), P4);
  if (at + 4 <= bytes.length) {
    hash = add(mul(rotate(hash ^ mul(BigInt(view.getUint32(at, true)), P1), 23n), P2), P3);
    at += 4;
  }
  for (; at < bytes.length; at++) hash = mul(rotate(hash ^ mul(BigInt(bytes[at]), P5), 11n), P1);
  hash = mul(hash ^ (hash >> 33n), P2);
  hash = mul(hash ^ (hash >> 29n), P3);
  return hash ^ (hash >> 32n);
}
