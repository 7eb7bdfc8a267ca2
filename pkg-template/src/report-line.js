// The bytes of a private report as the line that the collector keeps: `NoisedReport::json` of src/report/message.rs.

import { toBytes } from "./bytes.js";
import { NearshelfError } from "./error.js";
import { week } from "./week.js";

/** The form of the lines. */
const LINE = 1;
/** Layouts: the first was as long as its answer. */
const UNEVEN = 1;
const FORMAT = 2;
/** Bytes of a report. */
const LENGTH = 37;
const METRICS = [null, "category_interest", "funnel_stage", "coupon_outcome", "recommendation_click", "active_days", "repeat_purchase", "nps_band",
  "satisfaction_band", "conversion_channel", "campaign", "order_value", "cluster"];
const MECHANISMS = ["k_rr", "oue"];
/** Symbols of the largest domain, `none` included. */
const MOST_SYMBOLS = 65;
/** Where the answer begins: after layout, metric, mechanism, number of symbols, schema, epoch and id. */
const HEAD = 28;

/**
 * The line for bytes as they arrived, without a line end.
 *
 * @param {Uint8Array | ArrayBuffer} given
 * @returns {string}
 * @throws {NearshelfError} `bad_report` for bytes that no device writes
 */
export function reportLine(given) {
  const bytes = toBytes(given);
  if (!bytes || bytes.length <= HEAD) throw bad("length");
  const [format, metric, mechanism, symbols] = bytes;
  if (format !== FORMAT && format !== UNEVEN) throw bad("layout");
  if (!METRICS[metric]) throw bad("metric");
  if (mechanism >= MECHANISMS.length) throw bad("mechanism");
  if (symbols < 2 || symbols > MOST_SYMBOLS) throw bad("number of symbols");
  const needed = HEAD + (mechanism === 0 ? 1 : Math.ceil(symbols / 8));
  if (bytes.length !== (format === FORMAT ? LENGTH : needed)) throw bad("length");
  if (bytes.subarray(needed).some((byte) => byte !== 0)) throw bad("end");
  const answer = bytes.subarray(HEAD, needed);
  const rest = symbols % 8;
  const outside = mechanism === 0 ? answer[0] >= symbols : rest > 0 && answer[answer.length - 1] >> rest !== 0;
  if (outside) throw bad("answer");
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const said = mechanism === 0 ? answer[0] : `"${hex(answer)}"`;
  return `{"v":${LINE},"schema":${view.getUint32(4, true)},"epoch":"${week(view.getInt32(8, true))}","metric":"${METRICS[metric]}",` +
    `"mechanism":"${MECHANISMS[mechanism]}","answer":${said},"id":"${hex(bytes.subarray(12, HEAD))}"}`;
}

/** @param {string} what */
function bad(what) {
  return new NearshelfError("bad_report", `The bytes are no report: their ${what} is not one a device writes.`, "Answer 400 and keep nothing of it.");
}

/** @param {Uint8Array} bytes */
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
