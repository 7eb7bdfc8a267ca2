// Top k of n rows of 64 by dot product, as well as JavaScript does it: typed arrays, nothing allocated, sums in four lines so that additions
// do not wait for each other, a bounded heap. Which is quickest depends on the engine, so that all are run and the quickest counts.

const D = 64;

/** A heap with the worst of the best at its root; ties go to the smaller row. */
export class Heap {
  constructor(k) {
    this.k = k;
    this.n = 0;
    this.score = new Float64Array(k);
    this.row = new Int32Array(k);
  }

  /** Takes a row in; answers with the score a later one has to beat. */
  offer(score, row) {
    const { score: s, row: r, k } = this;
    let at = 0;
    if (this.n < k) {
      at = this.n++;
      for (let p; at > 0 && ((p = (at - 1) >> 1), s[p] > score || (s[p] === score && r[p] < row)); at = p) {
        s[at] = s[p];
        r[at] = r[p];
      }
    } else {
      for (let c; (c = 2 * at + 1) < k; at = c) {
        if (c + 1 < k && (s[c + 1] < s[c] || (s[c + 1] === s[c] && r[c + 1] > r[c]))) c++;
        if (s[c] > score || (s[c] === score && r[c] < row)) break;
        s[at] = s[c];
        r[at] = r[c];
      }
    }
    s[at] = score;
    r[at] = row;
    return this.n < k ? -Infinity : s[0];
  }

  /** Rows, best first. */
  best() {
    const order = Array.from({ length: this.n }, (_, i) => i);
    order.sort((a, b) => this.score[b] - this.score[a] || this.row[a] - this.row[b]);
    return order.map((i) => this.row[i]);
  }
}

/** `body` computes `s`, the score of the row at `at`; every variant is code of its own, so that none is spoilt by another's types. */
const scan = (body, before = "") => new Function("data", "n", "q", "heap", `
  heap.n = 0;
  let bar = -Infinity;
  ${before}
  for (let i = 0, at = 0; i < n; i++, at += ${D}) {
    ${body}
    if (s > bar) bar = heap.offer(s, i);
  }
  return heap.best();`);

const each = (n, f) => Array.from({ length: n }, (_, i) => f(i));
const lines = (term) => each(4, (line) => `(${each(D / 4, (i) => term(4 * i + line)).join(" + ")})`).join(" + ");
const loop = (width) => `
  let a = 0, b = 0, c = 0, d = 0;
  for (let j = 0; j < ${D}; j += ${width}) {
    ${each(width, (i) => `${"abcd"[i % 4]} += data[at + j + ${i}] * q[j + ${i}];`).join(" ")}
  }
  const s = a + b + c + d;`;
const whole = `
  let a = 0, b = 0, c = 0, d = 0;
  for (let j = 0; j < ${D}; j += 4) {
    ${each(4, (i) => `${"abcd"[i]} = (${"abcd"[i]} + Math.imul(data[at + j + ${i}], q[j + ${i}])) | 0;`).join(" ")}
  }
  const s = (a + b + c + d) | 0;`;
const unrolled = () => scan(`const s = ${lines((i) => `data[at + ${i}] * q${i}`)};`, each(D, (i) => `const q${i} = q[${i}];`).join(" "));
const fourRows = () => new Function("data", "n", "q", "heap", `
  heap.n = 0;
  let bar = -Infinity, i = 0;
  for (; i + 4 <= n; i += 4) {
    let a = 0, b = 0, c = 0, d = 0;
    for (let j = 0, p = i * ${D}; j < ${D}; j += 2, p += 2) {
      const x = q[j], y = q[j + 1];
      ${each(4, (r) => `${"abcd"[r]} += data[p + ${r * D}] * x + data[p + ${r * D + 1}] * y;`).join(" ")}
    }
    ${each(4, (r) => `if (${"abcd"[r]} > bar) bar = heap.offer(${"abcd"[r]}, i + ${r});`).join(" ")}
  }
  for (; i < n; i++) {
    let s = 0;
    for (let j = 0; j < ${D}; j++) s += data[i * ${D} + j] * q[j];
    if (s > bar) bar = heap.offer(s, i);
  }
  return heap.best();`);

/** Name, kind of the data, kind of the query, and a fresh function. */
export const rivals = [
  ["f32, 4 at a time", Float32Array, Float64Array, () => scan(loop(4))],
  ["f32, 8 at a time", Float32Array, Float64Array, () => scan(loop(8))],
  ["f32, unrolled", Float32Array, Float64Array, unrolled],
  ["f32, 4 rows at a time", Float32Array, Float64Array, fourRows],
  ["f64, 8 at a time", Float64Array, Float64Array, () => scan(loop(8))],
  ["f64, 4 rows at a time", Float64Array, Float64Array, fourRows],
  ["int8, 4 at a time", Int8Array, Int32Array, () => scan(whole)],
  ["int8, 4 rows at a time", Int8Array, Int32Array, fourRows],
];
