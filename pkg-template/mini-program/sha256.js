// SHA-256 (FIPS 180-4), for the names of accounts: mini-programs have no WebCrypto.

/** First 32 bits of the fractional parts of the roots of the first primes: cube roots of 64, square roots of 8. */
const { CUBES, SQUARES } = (() => {
  const cubes = [];
  const squares = [];
  const fraction = (/** @type {number} */ x) => ((x - Math.floor(x)) * 0x100000000) | 0;
  for (let n = 2; cubes.length < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
    if (!prime) continue;
    cubes.push(fraction(Math.pow(n, 1 / 3)));
    if (squares.length < 8) squares.push(fraction(Math.sqrt(n)));
  }
  return { CUBES: cubes, SQUARES: squares };
})();

/** @param {number} x @param {number} n */
const turn = (x, n) => (x >>> n) | (x << (32 - n));

/**
 * @param {Uint8Array} bytes
 * @returns {Uint8Array}
 */
export function sha256(bytes) {
  const padded = new Uint8Array(((bytes.length + 8) >> 6 << 6) + 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 0x20000000));
  view.setUint32(padded.length - 4, bytes.length << 3);
  const state = SQUARES.slice();
  const w = new Int32Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      if (i < 16) {
        w[i] = view.getInt32(block + 4 * i);
      } else {
        const x = w[i - 15];
        const y = w[i - 2];
        w[i] = w[i - 16] + w[i - 7] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
      }
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + CUBES[i] + w[i]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((v, i) => {
      state[i] = (state[i] + v) | 0;
    });
  }
  const hash = new DataView(new ArrayBuffer(32));
  state.forEach((v, i) => hash.setInt32(4 * i, v));
  return new Uint8Array(hash.buffer);
}
