// The shopper's data as the shopper's own: one JSON with everything, and its way to another device (src/manual/consent.md).

import { Reader, Writer } from "../codec.js";
import { TAKE_IN, TAKEN_OUT } from "../protocol.js";
import { week } from "../week.js";
import { fromBase64, toBase64 } from "../base64.js";

const FORMAT = "nearshelf-export/1";
/** Looks for what is on its way, a quarter of a second apart. */
const LOOKS = 20;
const AGAIN = 250;

/**
 * What a call of the part for insight answers, which may have to come first; `null` where it does not.
 * @param {any} shelf
 * @param {number} number
 * @param {(w: Writer) => void} write
 */
async function ask(shelf, number, write) {
  const w = new Writer(1 << 16);
  write(w);
  const request = w.written().slice();
  for (let i = 0; i < LOOKS; i++) {
    const answer = shelf.rights(number, request);
    if (answer !== null || shelf.status !== "ready") return answer;
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
  }
  return null;
}

/**
 * What reports were spent on, week by week, the oldest first. It makes no report, and spends nothing.
 * @param {any} shelf
 */
export async function sentReports(shelf) {
  return (await look(shelf))._sent;
}

/**
 * How much of the privacy budget this device has spent on this shop's reports, and how much it may.
 * @param {any} shelf
 */
export async function reportBudget(shelf) {
  const { _total: spent, _lifetime: lifetime } = await look(shelf);
  return { spent, lifetime, left: Math.max(lifetime - spent, 0) };
}

/** @param {any} shelf */
async function look(shelf) {
  const { shop = "", now = 0, ledger = null } = Object(await shelf.rights());
  const answer = await ask(shelf, TAKEN_OUT, (w) => w.bytes(ledger ? ledger.subarray(1) : new Uint8Array(0)));
  if (!answer) return { _shop: shop, _now: now, _snapshot: new Uint8Array(0), _sent: [], _total: 0, _lifetime: 0 };
  const r = new Reader(answer);
  const snapshot = r.bytes();
  const spent = r.list((r) => ({ epoch: week(r.f64()), metric: r.str(), epsilon: r.u32() / 1e6 }));
  const present = week(Math.floor((now + 3 * 864e5) / (7 * 864e5)));
  // Of earlier weeks it is not kept whether the answer arrived.
  const sent = spent.map((one) => Object.assign(one, { sent: one.epoch === present ? ledger[0] === 1 : null }));
  return { _shop: shop, _now: now, _snapshot: snapshot, _sent: sent, _total: r.u32() / 1e6, _lifetime: r.u32() / 1e6 };
}

/**
 * Everything that is known of the shopper here.
 * @param {any} shelf
 */
export async function exportData(shelf) {
  const { _shop, _now, _snapshot, _sent } = await look(shelf);
  return {
    format: FORMAT,
    shop: _shop,
    exported: _now,
    language: shelf.language,
    market: shelf.market,
    packVersion: shelf.packVersion,
    consent: shelf.consent(),
    receipts: shelf.consentReceipts(),
    portrait: shelf.portrait(),
    tags: shelf.tags(),
    hiddenTags: shelf.hiddenTags(),
    reports: _sent,
    snapshot: toBase64(_snapshot),
  };
}

/**
 * Takes in what `exportData` gave on another device.
 * @param {any} shelf
 * @param {any} given the object, or its JSON
 */
export async function importData(shelf, given) {
  const refuse = (/** @type {string} */ reason) => ({ taken: false, reason });
  /** @type {any} */
  let data;
  /** @type {Uint8Array} */
  let snapshot;
  try {
    data = typeof given === "string" ? JSON.parse(given) : given;
    snapshot = fromBase64(data.snapshot);
  } catch (unreadable) {
    return refuse("unreadable");
  }
  if (data.format !== FORMAT) return refuse("unreadable");
  const { shop = "", now = 0 } = Object(await shelf.rights());
  if (data.shop !== shop) return refuse("another_shop");
  if (!snapshot.length) return refuse("nothing");
  if (shelf.consent().personalize !== true) return refuse("consent");
  const answer = await ask(shelf, TAKE_IN, (w) => {
    w.f64(now);
    w.bytes(snapshot);
  });
  return answer ? { taken: true, reason: null } : refuse(answer === null ? "unavailable" : "unreadable");
}
