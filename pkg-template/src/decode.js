// Estimates from the lines of private reports, as `nearshelf reports decode --json` gives them (src/manual/privacy.md).
// For the collector's side, in Node; a page never needs it.

import { NearshelfError } from "./error.js";
import { figures, Z } from "./figures.js";

const FORMATS = ["nearshelf-report-schema/1", "nearshelf-report-schema/2"];
/** What may be asked: the codes of `Metric` in src/privacy/metric.rs, in its order. */
const METRICS = ["category_interest", "funnel_stage", "coupon_outcome", "recommendation_click", "active_days", "repeat_purchase", "nps_band",
  "satisfaction_band", "conversion_channel", "campaign", "order_value", "cluster"];
/** Values a draw takes; probabilities are whole numbers of these. */
const DRAWS = 2 ** 32;
/** Bad lines that are named. */
const NAMED = 10;

/**
 * @typedef {{ key: string, label: string, answers: number, share: number, standard_error: number, low: number, high: number, clear: boolean }} Estimate
 * @typedef {{ reports: number, estimates: Estimate[] }} Estimates
 * @typedef {{ lines: number, counted: number, copies: number, other_schema: number, unreadable: number, impossible: number }} Counts
 * @typedef {{ metric: string, all: Estimates, epochs: (Estimates & { epoch: string })[] }} Series
 * @typedef {{ name: string, group: string, value: number | null, standard_error: number | null, low: number | null, high: number | null }} Figure
 * @typedef {{ shoppers?: number | null, margin: number, costs: Record<string, number> }} Costs
 * @typedef {{ schema: number, epsilon: number, counts: Counts, bad: { line: number, field: string }[],
 *   active: { epoch: string, reports: number }[], figures: Figure[], metrics: Series[] }} Decoded
 * @typedef {{ code?: string, group: string, from?: number }} Meaning what a symbol says beside its name
 * @typedef {{ code: string, mechanism: string, symbols: number, p: number, q: number, names: { key: string, label: string }[], meanings: Meaning[] }} Metric
 */

/**
 * Counts the reports of one schema, drops copies, and takes the noise out. A line that is no report is counted and named,
 * never an error.
 *
 * @param {object | string} schema the schema's JSON, parsed or not
 * @param {string | Iterable<string>} lines one report a line; lines of several files one after another are counted as one
 * @param {{ costs?: Costs | null }} [options] what campaigns cost, for the return on it
 * @returns {Decoded} shares of the reporting shoppers with their standard errors, by week and over all weeks
 * @throws {NearshelfError} `bad_schema`, `bad_argument` for costs that are none
 */
export function decodeReports(schema, lines, { costs = null } = {}) {
  const { version, epsilon, exponent, metrics } = readSchema(schema);
  if (costs && !areCosts(costs)) {
    throw new NearshelfError("bad_argument", "The costs are none.", 'Pass { costs: { margin: 0.3, costs: { "double-11": 5000 } } }: a margin from 0 to 1, and numbers.');
  }
  const counts = { lines: 0, counted: 0, copies: 0, other_schema: 0, unreadable: 0, impossible: 0 };
  /** @type {{ line: number, field: string }[]} */
  const bad = [];
  /** @type {Set<string>} */
  const seen = new Set();
  /** @type {Map<Metric, Map<string, { reports: number, answers: number[] }>>} */
  const tallies = new Map(metrics.map((m) => [m, new Map()]));
  let number = 0;
  for (const raw of typeof lines === "string" ? lines.split("\n") : lines) {
    number++;
    const line = raw.replace(/^[ \t\r\n\f]+|[ \t\r\n\f]+$/g, "");
    if (line === "") continue;
    counts.lines++;
    const report = parse(version, metrics, line);
    if (report.refusal) {
      counts[report.refusal]++;
      if (report.field && bad.length < NAMED) bad.push({ line: number, field: report.field });
    } else if (seen.has(report.id)) {
      counts.copies++;
    } else {
      seen.add(report.id);
      counts.counted++;
      const weeks = tallies.get(report.metric);
      let week = weeks.get(report.epoch);
      if (!week) weeks.set(report.epoch, (week = { reports: 0, answers: new Array(report.metric.symbols).fill(0) }));
      week.reports++;
      for (const symbol of report.supported) week.answers[symbol]++;
    }
  }
  const told = metrics.filter((m) => tallies.get(m).size);
  const series = told.map((m) => seriesOf(m, tallies.get(m)));
  /** @type {Map<string, number>} */
  const active = new Map();
  for (const s of series) for (const { epoch, reports } of s.epochs) active.set(epoch, (active.get(epoch) || 0) + reports);
  return {
    schema: version,
    epsilon,
    counts,
    bad,
    active: [...active.keys()].sort().map((epoch) => ({ epoch, reports: active.get(epoch) })),
    figures: figures(told, series, exponent, active, costs),
    metrics: series,
  };
}

/** @returns {Series} */
function seriesOf(metric, weeks) {
  const all = { reports: 0, answers: new Array(metric.symbols).fill(0) };
  // Four digits for the year, so the order of the text is that of time.
  const epochs = [...weeks.keys()].sort().map((epoch) => {
    const week = weeks.get(epoch);
    all.reports += week.reports;
    week.answers.forEach((c, symbol) => (all.answers[symbol] += c));
    return { epoch, ...estimates(metric, week) };
  });
  return { metric: metric.code, all: estimates(metric, all), epochs };
}

/**
 * Wang, Blocki, Li, Jha (USENIX Security 2017), theorems 1 and 2: unbiased, with the exact variance.
 * @returns {Estimates}
 */
function estimates({ p, q, names }, { reports: n, answers }) {
  const estimate = (c, symbol) => {
    const share = (c - n * q) / (n * (p - q));
    const f = Math.min(1, Math.max(0, share));
    const variance = (f * (p * (1 - p)) + (1 - f) * (q * (1 - q))) / (n * ((p - q) * (p - q)));
    const error = Math.sqrt(variance);
    return { ...names[symbol], answers: c, share, standard_error: error, low: share - Z * error, high: share + Z * error, clear: share > Z * error };
  };
  return { reports: n, estimates: answers.map(estimate) };
}

/** The checks stand in the order of the manual's table, and the first that fails names the field. */
function parse(version, metrics, line) {
  const unreadable = (field) => ({ refusal: "unreadable", field });
  const impossible = (field) => ({ refusal: "impossible", field });
  let report;
  try {
    report = JSON.parse(line);
  } catch (e) {
    return unreadable("line");
  }
  if (report === null || typeof report !== "object" || Array.isArray(report)) return unreadable("line");
  if (report.v !== 1) return unreadable("v");
  if (!whole(report.schema, DRAWS - 1)) return unreadable("schema");
  if (report.schema !== version) return { refusal: "other_schema" };
  if (!isWeek(report.epoch)) return unreadable("epoch");
  if (!isHex(report.id, 32)) return unreadable("id");
  const metric = metrics.find((m) => m.code === report.metric);
  if (!metric) return impossible("metric");
  if (report.mechanism !== metric.mechanism) return impossible("mechanism");
  const supported = metric.mechanism === "k_rr" ? symbolOf(report.answer, metric) : bitsOf(report.answer, metric);
  return supported ? { id: report.id, epoch: report.epoch, metric, supported } : impossible("answer");
}

function symbolOf(answer, { symbols }) {
  return whole(answer, symbols - 1) ? [answer] : null;
}

/** @param {any} costs */
function areCosts({ shoppers, margin, costs }) {
  const isCost = (v) => typeof v === "number" && v >= 0 && v < Infinity;
  return isCost(margin) && margin <= 1 && (shoppers === undefined || shoppers === null || isCost(shoppers)) &&
    typeof costs === "object" && costs !== null && Object.values(costs).every(isCost);
}

/** The symbols whose bits are set: two digits for each eight symbols, lowest first. */
function bitsOf(answer, { symbols }) {
  if (!isHex(answer, 2 * Math.ceil(symbols / 8))) return null;
  const set = [];
  for (let i = 0; i < answer.length * 4; i++) {
    if ((parseInt(answer.slice((i >> 3) * 2, (i >> 3) * 2 + 2), 16) >> (i & 7)) & 1) set.push(i);
  }
  return set.length === 0 || set[set.length - 1] < symbols ? set : null;
}

function whole(v, most) {
  return typeof v === "number" && v >= 0 && v <= most && Number.isInteger(v);
}

function isHex(text, digits) {
  return typeof text === "string" && text.length === digits && /^[0-9a-f]*$/.test(text);
}

/** An ISO week, as in 2026-W47. A year has 53 when it begins, or ends, on a Thursday. */
function isWeek(text) {
  const found = typeof text === "string" && /^(\d{4})-W(\d{2})$/.exec(text);
  if (!found) return false;
  const [year, week] = [Number(found[1]), Number(found[2])];
  const thursday = (month, day) => {
    const date = new Date(0);
    date.setUTCFullYear(year, month, day);
    return date.getUTCDay() === 4;
  };
  return week >= 1 && week <= (thursday(0, 1) || thursday(11, 31) ? 53 : 52);
}

/**
 * The schema with its shape checked. The builder proved its loss, and the device checks it; here it is only read.
 * @returns {{ version: number, epsilon: number, exponent: number, metrics: Metric[] }}
 */
function readSchema(given) {
  const refuse = (what) =>
    new NearshelfError("bad_schema", "The report schema's " + what + " is missing or out of range.", "Give the file that belongs to the pack, unchanged.");
  let file = given;
  if (typeof given === "string") {
    try {
      file = JSON.parse(given);
    } catch (e) {
      throw refuse("JSON");
    }
  }
  if (!file || FORMATS.indexOf(file.format) < 0) throw refuse("format");
  if (!whole(file.version, DRAWS - 1)) throw refuse("version");
  if (!whole(file.epsilon_millionths, 2e6) || file.epsilon_millionths < 1e4) throw refuse("epsilon_millionths");
  if (!Array.isArray(file.metrics) || file.metrics.length === 0) throw refuse("metrics");
  const several = file.format === FORMATS[1];
  if (several && file.mode !== "local") throw refuse("mode");
  if (several && !whole(file.exponent, 255)) throw refuse("exponent");
  const metrics = file.metrics.map((m) => readMetric(m, refuse));
  if (metrics.some((m, i) => i > 0 && METRICS.indexOf(metrics[i - 1].code) >= METRICS.indexOf(m.code))) throw refuse("metric");
  return { version: file.version, epsilon: file.epsilon_millionths / 1e6, exponent: several ? file.exponent : 0, metrics };
}

/** @returns {Metric} */
function readMetric(m, refuse) {
  if (!m || METRICS.indexOf(m.metric) < 0) throw refuse("metric");
  const { mechanism, other, domain } = m;
  if (mechanism !== "k_rr" && mechanism !== "oue") throw refuse("mechanism");
  if (!Array.isArray(domain) || domain.length < 1 || domain.length > 64) throw refuse("domain");
  const rising = domain.every((d, i) => d && isHex(d.key, 16) && (i === 0 || domain[i - 1].key < d.key));
  if (!rising) throw refuse("key");
  const truth = mechanism === "k_rr" ? DRAWS - other * domain.length : DRAWS / 2;
  if (!whole(other, DRAWS - 1) || other === 0 || truth <= other) throw refuse("other");
  const label = (d) => (typeof d.label === "string" ? d.label : d.key);
  const names = [{ key: "none", label: "none" }, ...domain.map((d) => ({ key: d.key, label: label(d) }))];
  const meanings = domain.map(({ code, group, from }) => ({ code, group: typeof group === "string" ? group : "", from }));
  return { code: m.metric, mechanism, symbols: names.length, p: truth / DRAWS, q: other / DRAWS, names, meanings };
}
