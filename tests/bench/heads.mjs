// How many rows of a pack's vectors have to be read to their end, by how long a head is and by clusters: what the layout of
// src/rank/planes.rs was chosen by. The queries are those of the bench: 16 of the first 4,000 rows.
//
//     node tests/bench/heads.mjs PACK

import { readFileSync } from "node:fs";
import { vectors } from "./vectors.mjs";

const K = 20;
const QUERIES = 16;
const HEADS = [8, 16, 24, 32, 48];
const CLUSTERS = [128, 625];

const { n, dims, rows } = vectors(new Uint8Array(readFileSync(process.argv[2])));
const row = (i) => rows.subarray(i * dims, (i + 1) * dims);
const dot = (a, b, from = 0, to = dims) => {
  let sum = 0;
  for (let j = from; j < to; j++) sum += a[j] * b[j];
  return sum;
};
const percent = (x) => `${(100 * x).toFixed(2)} %`.padStart(9);
const queries = Array.from({ length: QUERIES }, (_, i) => row(Math.floor((i * Math.min(n, 4000)) / QUERIES)));

/** Each row's score, the bar when its turn comes, and the bar in the end: the worst of the best. */
function scored(query) {
  const scores = Float64Array.from({ length: n }, (_, i) => dot(row(i), query));
  const best = [];
  const bars = scores.map((score) => {
    const bar = best.length < K ? -Infinity : best[K - 1];
    if (score > bar) {
      best.splice(best.findLastIndex((x) => x >= score) + 1, 0, score);
      best.length = Math.min(best.length, K);
    }
    return bar;
  });
  return { query, scores, bars, bar: best[best.length - 1] };
}

const asked = queries.map(scored);
const squares = Array.from({ length: dims / 8 }, (_, part) => rows.reduce((sum, x, i) => sum + (((i % dims) >> 3) === part ? x * x : 0), 0));
const all = squares.reduce((a, b) => a + b);
console.log(`${n} x ${dims}; share of the squares by 8 numbers: ${squares.map((x) => percent(x / all)).join("")}`);

console.log("head   rows above a rising bar   above the final bar");
for (const head of HEADS) {
  const lengths = Float64Array.from({ length: n }, (_, i) => Math.ceil(Math.sqrt(dot(row(i), row(i), head))));
  let [rising, final] = [0, 0];
  for (const { query, bars, bar } of asked) {
    const reach = Math.ceil(Math.sqrt(dot(query, query, head)));
    for (let i = 0; i < n; i++) {
      const most = dot(row(i), query, 0, head) + reach * lengths[i];
      rising += most > bars[i];
      final += most > bar;
    }
  }
  console.log(String(head).padStart(4), percent(rising / n / QUERIES).padStart(25), percent(final / n / QUERIES).padStart(21));
}

/** Directions by spherical k-means, and the row's cluster. */
function cluster(k) {
  let centres = Array.from({ length: k }, (_, c) => unit(row(Math.floor(((c + 0.5) * n) / k))));
  const of = new Int32Array(n);
  for (let round = 0; round < 10; round++) {
    const sums = Array.from({ length: k }, () => new Float64Array(dims));
    for (let i = 0; i < n; i++) {
      let most = -Infinity;
      centres.forEach((centre, c) => {
        const score = dot(row(i), centre);
        if (score > most) [most, of[i]] = [score, c];
      });
      row(i).forEach((x, j) => (sums[of[i]][j] += x));
    }
    if (round < 9) centres = sums.map(unit);
  }
  return { centres, of };
}

function unit(v) {
  const length = Math.sqrt(dot(v, v)) || 1;
  return Float64Array.from(v, (x) => x / length);
}

console.log("clusters   rows in those that may hold one of the best");
for (const k of CLUSTERS.filter((k) => k < n)) {
  const { centres, of } = cluster(k);
  const cones = centres.map(() => ({ rows: 0, least: Infinity, most: -Infinity, aside: 0 }));
  for (let i = 0; i < n; i++) {
    const cone = cones[of[i]];
    const along = dot(row(i), centres[of[i]]);
    cone.rows++;
    cone.least = Math.min(cone.least, along);
    cone.most = Math.max(cone.most, along);
    cone.aside = Math.max(cone.aside, Math.sqrt(Math.max(0, dot(row(i), row(i)) - along * along)));
  }
  let left = 0;
  for (const { query, bar } of asked) {
    cones.forEach((cone, c) => {
      const along = dot(query, centres[c]);
      const aside = Math.sqrt(Math.max(0, dot(query, query) - along * along));
      if (Math.max(cone.least * along, cone.most * along) + aside * cone.aside > bar) left += cone.rows;
    });
  }
  console.log(String(k).padStart(8), percent(left / n / QUERIES).padStart(46));
}
