// The crowd's arithmetic without a browser: thresholds to the very draw, both mechanisms, and bytes the package reads.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { meaning, parts, readMetric, suspicion, weekName, weekOf } from "../../www-demo/bytes.js";
import { drawTruth, madeUpShares, noisedAnswer, reportOf, seededDraws, steps } from "../../www-demo/crowd.js";
import { pkg, requirePackage } from "./bench.mjs";

let reports;

before(async () => {
  requirePackage();
  reports = await import(`${pkg}/reports.js`);
});

const TOP = 2 ** 32 - 1;

/** A schema of `n` categories at ε = 2; the thresholds are those of the manual. */
function schemaOf(mechanism, n) {
  const other = Math.ceil(2 ** 32 / (Math.exp(2) + (mechanism === "k_rr" ? n : 1)));
  const domain = Array.from({ length: n }, (_, i) => ({ key: (i + 1).toString(16).padStart(16, "0"), label: `Category ${i + 1}` }));
  return { format: "nearshelf-report-schema/1", version: 3_735_928_559, epsilon_millionths: 2_000_000, metrics: [{ metric: "category_interest", weight: 1, mechanism, other, domain }] };
}

test("k-ary response: which draw gives which symbol", () => {
  const metric = readMetric(schemaOf("k_rr", 8));
  const { other, k } = metric;
  const answer = (truth, r) => noisedAnswer(metric, truth, () => r)[0];
  for (let truth = 0; truth < k; truth++) {
    const others = Array.from({ length: k }, (_, symbol) => symbol).filter((symbol) => symbol !== truth);
    others.forEach((symbol, i) => {
      assert.equal(answer(truth, i * other), symbol);
      assert.equal(answer(truth, (i + 1) * other - 1), symbol);
    });
    assert.equal(answer(truth, (k - 1) * other), truth);
    assert.equal(answer(truth, TOP), truth);
  }
});

test("unary encoding: the truth's bit is a fair coin, each other one is set below the threshold", () => {
  const metric = readMetric(schemaOf("oue", 20));
  const set = (truth, r) => meaning(reportOf(metric, 1, truth, () => r)).named;
  const all = Array.from({ length: metric.k }, (_, symbol) => symbol);
  assert.deepEqual(set(5, metric.other - 1), all);
  assert.deepEqual(set(5, metric.other), [5]);
  assert.deepEqual(set(5, 2 ** 31 - 1), [5]);
  assert.deepEqual(set(5, 2 ** 31), []);
});

test("the bytes are a report: the package reads them, and so does the page", () => {
  for (const [mechanism, n, length] of [["k_rr", 1, 37], ["k_rr", 8, 37], ["oue", 15, 37], ["oue", 20, 37], ["oue", 64, 37]]) {
    const schema = schemaOf(mechanism, n);
    const metric = readMetric(schema);
    const week = weekOf(Date.UTC(2026, 10, 22));
    const bytes = reportOf(metric, week, n, seededDraws(n));
    assert.equal(bytes.length, length);
    assert.equal(parts(bytes).reduce((sum, part) => sum + part.bytes.length, 0), length);
    const line = JSON.parse(reports.reportLine(bytes));
    const said = meaning(bytes);
    assert.deepEqual([line.schema, line.epoch, line.metric, line.mechanism], [metric.version, weekName(week), said.metric, said.mechanism]);
    const { counts, metrics } = reports.decodeReports(schema, [reports.reportLine(bytes)]);
    assert.equal(counts.counted, 1);
    assert.deepEqual(metrics[0].all.estimates.flatMap(({ answers }, symbol) => (answers ? [symbol] : [])), said.named);
  }
});

test("both mechanisms: truths within their errors, by a fixed seed", () => {
  for (const [mechanism, n] of [["k_rr", 8], ["oue", 40]]) {
    const schema = schemaOf(mechanism, n);
    const metric = readMetric(schema);
    const draw = seededDraws(11);
    const shares = madeUpShares(Array.from({ length: n }, (_, i) => i % 7));
    assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-12);
    const truth = new Array(metric.k).fill(0);
    const size = 20_000;
    const lines = Array.from({ length: size }, () => {
      const symbol = drawTruth(shares, draw);
      truth[symbol] += 1 / size;
      return reports.reportLine(reportOf(metric, 2968, symbol, draw));
    });
    const { estimates } = reports.decodeReports(schema, lines).metrics[0].all;
    const within = (errors) => estimates.filter(({ share, standard_error: error }, i) => Math.abs(share - truth[i]) <= errors * error).length / metric.k;
    assert.ok(within(3) >= 0.97 && within(2) >= 0.88, `${mechanism}: ${within(2)}, ${within(3)}`);
  }
});

test("weeks have their ISO names, and a guess its limit", () => {
  for (const [day, name] of [["2026-11-22", "2026-W47"], ["2026-11-23", "2026-W48"], ["2027-01-03", "2026-W53"], ["2024-12-30", "2025-W01"], ["1970-01-01", "1970-W01"]]) {
    assert.equal(weekName(weekOf(Date.parse(day))), name);
  }
  const metric = readMetric(schemaOf("k_rr", 8));
  assert.ok(Math.abs(suspicion(metric, 1) - metric.p) < 1e-12, "one answer named: as likely as the truth is to be told");
  assert.deepEqual(steps(1000), [100, 200, 400, 800, 1000]);
});
