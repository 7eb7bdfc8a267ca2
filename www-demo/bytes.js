// A private report's bytes and what each of them is (src/manual/privacy.md); and the schema that they answer.

/** Number of values a draw takes; probabilities are whole numbers of these. */
export const DRAWS = 2 ** 32;

const METRICS = [null, "category_interest", "funnel_stage", "coupon_outcome", "recommendation_click", "active_days", "repeat_purchase", "nps_band",
  "satisfaction_band", "conversion_channel", "campaign", "order_value", "cluster"];
const MECHANISMS = ["k_rr", "oue"];
const WEEK = 7 * 86_400_000;
/** From Monday of the week of 1970-01-01, a Thursday, to that day. */
const MONDAY = 3 * 86_400_000;

/** The parts of a report in their order: name, place and bytes of each. */
export function parts(bytes) {
  const widths = [["layout", 1], ["metric", 1], ["mechanism", 1], ["k", 1], ["schema", 4], ["week", 4], ["id", 16], ["answer", answerBytes(bytes)], ["rest", bytes.length - 28 - answerBytes(bytes)]];
  let at = 0;
  return widths.map(([name, width]) => ({ name, at, bytes: bytes.subarray(at, (at += width)) }));
}

/** Bytes of the answer; zeros after it make all reports one length. */
const answerBytes = (bytes) => (bytes[2] === 0 ? 1 : Math.ceil(bytes[3] / 8));

/** What the bytes say. `named` are the symbols that the answer speaks for. */
export function meaning(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const k = bytes[3];
  const answer = bytes.subarray(28);
  const symbols = Array.from({ length: k }, (_, symbol) => symbol);
  const mechanism = MECHANISMS[bytes[2]];
  return {
    layout: bytes[0], metric: METRICS[bytes[1]], mechanism, k, schema: view.getUint32(4, true), week: view.getInt32(8, true),
    named: mechanism === "k_rr" ? [answer[0]] : symbols.filter((symbol) => (answer[symbol >> 3] >> (symbol & 7)) & 1),
  };
}

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");

/** Weeks since the one of 1970-01-01, in UTC, as a report counts them. */
export const weekOf = (time) => Math.floor((time + MONDAY) / WEEK);

/** "2026-W47": the ISO week with this number. Its year is that of its Thursday. */
export function weekName(week) {
  const thursday = new Date(week * WEEK);
  const year = thursday.getUTCFullYear();
  const nth = Math.floor((thursday - Date.UTC(year, 0, 1)) / WEEK) + 1;
  return `${year}-W${String(nth).padStart(2, "0")}`;
}

/**
 * One metric of a schema's JSON, the first one where `code` names none, with what follows from it: the number of symbols, the probabilities with which an answer
 * speaks for the truth (`p`) and for each other symbol (`q`), and the labels, `null` for "none".
 */
export function readMetric(schema, code) {
  const asked = schema.metrics.find((m) => m.metric === code) ?? schema.metrics[0];
  const { metric, mechanism, other, domain } = asked;
  const k = domain.length + 1;
  const p = mechanism === "k_rr" ? (DRAWS - other * domain.length) / DRAWS : 0.5;
  const q = other / DRAWS;
  return { code: metric, number: METRICS.indexOf(metric), mechanism, other, k, p, q, version: schema.version, epsilon: schema.epsilon_millionths / 1e6, labels: [null, ...domain.map(({ label }) => label)] };
}

/**
 * How sure a reader who knew nothing before can be of an answer that is named: each that is named is `ratio` times as likely
 * as each that is not.
 */
export function suspicion({ mechanism, p, q, k }, named) {
  const ratio = mechanism === "k_rr" ? p / q : (p * (1 - q)) / (q * (1 - p));
  return named === 0 ? 1 / k : ratio / (ratio * named + k - named);
}
