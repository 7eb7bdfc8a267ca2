// The vectors of a pack, a row after the other (src/manual/pack-format.md).

/**
 * @param {Uint8Array} pack
 * @returns {{ n: number, dims: number, rows: Int8Array }}
 */
export function vectors(pack) {
  const v = new DataView(pack.buffer, pack.byteOffset, pack.length);
  for (let i = 0; i < v.getUint32(12, true); i++) {
    const entry = 40 + 32 * i;
    if (String.fromCharCode(...pack.subarray(entry, entry + 4)) !== "EMBD" || v.getUint32(entry + 4, true) !== 1) continue;
    const [start, n] = [v.getUint32(entry + 8, true), v.getUint32(entry + 24, true)];
    const [head, tail] = [v.getUint16(start, true), v.getUint16(start + 2, true)];
    const heads = start + 8;
    const tails = heads + Math.ceil(n / 4) * 4 * (2 + head);
    const rows = new Int8Array(n * (head + tail));
    for (let row = 0; row < n; row++) {
      const block = heads + (row >> 2) * 4 * (2 + head);
      for (let j = 0; j < head; j++) rows[row * (head + tail) + j] = v.getInt8(block + 8 * (1 + (j >> 1)) + 2 * (row & 3) + (j & 1));
      rows.set(pack.subarray(tails + row * tail, tails + (row + 1) * tail), row * (head + tail) + head);
    }
    return { n, dims: head + tail, rows };
  }
  throw new Error("the pack has no vectors");
}
