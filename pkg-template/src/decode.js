// Estimates from the lines of private reports, as `nearshelf reports decode --json` gives them (src/manual/privacy.md).
// For the collector's side, in Node; a page never needs it.

import { NearshelfError } from "./error.js";

const FORMAT = "nearshelf-report-schema/1";
/** Values a draw takes; probabilities are whole numbers of these. */
const DRAWS = 2 ** 32;
/** Bad lines that are named. */
const NAMED = 10;

/**
 * @typedef {{ key: string, label: string, answers: number, share: number, standard_error: number }} Estimate
 * @typedef {{ reports: number, estimates: Estimate[] }} Estimates
 * @typedef {{ lines: number, counted: number, copies: number, other_schema: number, unreadable: number, impossible: number }} Counts
 * @typedef {{ metric: string, all: Estimates, epochs: (Estimates & { epoch: string })[] }} Series
 * @typedef {{ schema: number, epsilon: number, counts: Counts, bad: { line: number, field: string }[], metrics: Series[] }} Decoded
 * @typedef {{ code: string, mechanism: string, symbols: number, p: number, q: number, names: { key: string, label: string }[] }} Metric
 */

/**
 * Counts the reports of one schema, drops copies, and takes the noise out. A line that is no report is counted and named,
 * never an error.
 *
 * @param {object | string} schema the schema's JSON, parsed or not
 * @param {string | Iterable<string>} lines one report a line
 * @returns {Decoded} shares of the reporting shoppers with their standard errors, by week and over all weeks
 * @throws {NearshelfError} `bad_schema`
 */
export function decodeReports(schema, lines) {
  const { version, epsilon, metrics } = readSchema(schema);
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
  const series = metrics.filter((m) => tallies.get(m).size).map((m) => seriesOf(m, tallies.get(m)));
  return { schema: version, epsilon, counts, bad, metrics: series };
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
    return { ...names[symbol], answers: c, share, standard_error: Math.sqrt(variance) };
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
 * @returns {{ version: number, epsilon: number, metrics: Metric[] }}
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
  if (!file || file.format !== FORMAT) throw refuse("format");
  if (!whole(file.version, DRAWS - 1)) throw refuse("version");
  if (!whole(file.epsilon_millionths, 2e6) || file.epsilon_millionths < 1e4) throw refuse("epsilon_millionths");
  if (!Array.isArray(file.metrics) || file.metrics.length === 0) throw refuse("metrics");
  return { version: file.version, epsilon: file.epsilon_millionths / 1e6, metrics: file.metrics.map((m) => readMetric(m, refuse)) };
}

/** @returns {Metric} */
function readMetric(m, refuse) {
  if (!m || m.metric !== "category_interest") throw refuse("metric");
  const { mechanism, other, domain } = m;
  if (mechanism !== "k_rr" && mechanism !== "oue") throw refuse("mechanism");
  if (!Array.isArray(domain) || domain.length < 1 || domain.length > 64) throw refuse("domain");
  const rising = domain.every((d, i) => d && isHex(d.key, 16) && (i === 0 || domain[i - 1].key < d.key));
  if (!rising) throw refuse("key");
  const truth = mechanism === "k_rr" ? DRAWS - other * domain.length : DRAWS / 2;
  if (!whole(other, DRAWS - 1) || other === 0 || truth <= other) throw refuse("other");
  const label = (d) => (typeof d.label === "string" ? d.label : d.key);
  const names = [{ key: "none", label: "none" }, ...domain.map((d) => ({ key: d.key, label: label(d) }))];
  return { code: m.metric, mechanism, symbols: names.length, p: truth / DRAWS, q: other / DRAWS, names };
}
