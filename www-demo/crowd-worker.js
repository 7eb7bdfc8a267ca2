// Makes and decodes the crowd's reports beside the page, so that the page never waits for it.

import { cryptoDraws, drawTruth, reportOf, seededDraws, steps } from "./crowd.js";

/** Shoppers shown one by one. */
const SHOWN = 24;

addEventListener("message", async ({ data }) => {
  try {
    await run(data);
  } catch (error) {
    postMessage({ failed: String(error) });
  }
});

/**
 * Answers `{ done, size, truth, estimates }` after each step, `truth` as shares; with the last, `shoppers`: some of the
 * crowd with their true answer and their report. `own` is the visitor's report and its true answer, or nothing.
 */
async function run({ schema, metric, shares, size, week, seed, own, pace }) {
  const { decodeReports, reportLine } = await import("/nearshelf/reports.js");
  const draw = seed === undefined ? cryptoDraws() : seededDraws(seed);
  const counts = new Array(metric.k).fill(0);
  const lines = [];
  const shoppers = [];
  const join = (truth, bytes) => {
    counts[truth]++;
    lines.push(reportLine(bytes));
    return bytes;
  };
  if (own) join(own.truth, own.bytes);
  for (const until of steps(size)) {
    while (lines.length < until + (own ? 1 : 0)) {
      const truth = drawTruth(shares, draw);
      const bytes = join(truth, reportOf(metric, week, truth, draw));
      if (shoppers.length < SHOWN) shoppers.push({ truth, bytes });
      if (lines.length % 5000 === 0) postMessage({ made: lines.length, size });
    }
    const { counts: read, metrics } = decodeReports(schema, lines);
    if (read.counted !== lines.length) throw new Error(`${lines.length - read.counted} reports do not count`);
    const last = until === size;
    postMessage({ done: until, size, reports: lines.length, truth: counts.map((n) => n / lines.length), estimates: metrics.find((m) => m.metric === metric.code).all.estimates, shoppers: last ? shoppers : null });
    // So that one sees the bars close in.
    if (!last && pace) await new Promise((resolve) => setTimeout(resolve, pace));
  }
}
