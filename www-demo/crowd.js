// A made-up crowd: who likes what, and each shopper's report, noised with the schema's integers as the device does it.

import { DRAWS } from "./bytes.js";

const MECHANISM = { k_rr: 0, oue: 1 };
/** Shoppers of the crowd whose portrait says nothing. */
const NONE = 0.08;

/** 32-bit draws of the browser's cryptographic generator, fetched in the largest pieces it gives. */
export function cryptoDraws() {
  const words = new Uint32Array(16_384);
  let at = words.length;
  return () => {
    if (at === words.length) {
      crypto.getRandomValues(words);
      at = 0;
    }
    return words[at++];
  };
}

/** The same draws for the same seed (sfc32), for tests. */
export function seededDraws(seed) {
  let [a, b, c, count] = [seed >>> 0, 0x9e3779b9, 0x243f6a88, 1];
  const draw = () => {
    const sum = (a + b + count++) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0;
    return sum;
  };
  for (let i = 0; i < 16; i++) draw();
  return draw;
}

/**
 * What share of the crowd answers each symbol. Nobody was asked: the more products a category has in the shop, the more
 * shoppers like it, falling from rank to rank as popularity does. `sizes` are products by symbol, from 1.
 */
export function madeUpShares(sizes) {
  const ranked = sizes.map((size, i) => [size, i]).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  const weights = new Array(sizes.length);
  ranked.forEach(([, i], rank) => (weights[i] = 1 / (rank + 3)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return [NONE, ...weights.map((weight) => ((1 - NONE) * weight) / sum)];
}

/** A true answer, drawn by the shares. */
export function drawTruth(shares, draw) {
  let left = draw() / DRAWS;
  for (let symbol = 0; symbol < shares.length; symbol++) {
    left -= shares[symbol];
    if (left < 0) return symbol;
  }
  return shares.length - 1;
}

/** The answer's bytes. The probabilities are the schema's integers, with no rounding on the way. */
export function noisedAnswer({ mechanism, other, k }, truth, draw) {
  if (mechanism === "k_rr") {
    const r = draw();
    if (r >= (k - 1) * other) return Uint8Array.of(truth);
    const nth = Math.floor(r / other);
    return Uint8Array.of(nth < truth ? nth : nth + 1);
  }
  const bits = new Uint8Array(Math.ceil(k / 8));
  for (let symbol = 0; symbol < k; symbol++) {
    if (draw() < (symbol === truth ? DRAWS / 2 : other)) bits[symbol >> 3] |= 1 << (symbol & 7);
  }
  return bits;
}

/** A whole report, as it would leave a device. */
export function reportOf(metric, week, truth, draw) {
  const answer = noisedAnswer(metric, truth, draw);
  const bytes = new Uint8Array(37);
  const view = new DataView(bytes.buffer);
  bytes.set([2, metric.number, MECHANISM[metric.mechanism], metric.k]);
  view.setUint32(4, metric.version, true);
  view.setInt32(8, week, true);
  for (let at = 12; at < 28; at += 4) view.setUint32(at, draw(), true);
  bytes.set(answer, 28);
  return bytes;
}

/** Sizes of the crowd at which it is decoded on the way to `size`: each twice the one before. */
export function steps(size, first = 100) {
  const all = [];
  for (let n = first; n < size; n *= 2) all.push(n);
  return [...all, size];
}

/** Half the sum of what the estimates are off: 0 when they are all right. */
export function totalVariation(truth, estimates) {
  return estimates.reduce((sum, { share }, symbol) => sum + Math.abs(share - truth[symbol]), 0) / 2;
}
