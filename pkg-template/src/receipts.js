// What was decided, what is in force of it, and a receipt of each change (src/manual/consent.md).

import { Reader, Writer } from "./codec.js";

/** @type {(keyof import("./shelf.js").ConsentState)[]} */
const PURPOSES = ["store", "personalize", "report", "sensitive"];
/** Receipts that are kept, the latest. */
const MOST = 32;
/** Characters of a notice's version, and of who says so. */
const LONGEST = 100;

/** @typedef {import("../types/index").ConsentReceipt} Receipt */

export class Receipts {
  /**
   * @param {import("./shelf.js").Shelf} shelf
   * @param {(() => string[]) | undefined} signals what the browser says for its user: "gpc", "dnt"
   * @param {{ notice?: string, respectSignals?: boolean }} wishes
   */
  constructor(shelf, signals, wishes) {
    this._shelf = shelf;
    this._signals = signals;
    /** The notice that decisions are about. */
    this._notice = (wishes.notice || "").slice(0, LONGEST);
    this._heeds = wishes.respectSignals !== false;
    this._decided = undecided();
    this._minor = false;
    /** The shopper decided about an older notice: what was kept then stays untouched until the answer. */
    this._asks = false;
    /** What lies in the storage, as far as that was read, and what does not lie there yet. @type {Receipt[]} */
    this._kept = [];
    /** @type {Receipt[]} */
    this._new = [];
    /** What was kept before this page was looked at. */
    this._read = false;
    /** The decision of the start may be about an older notice. */
    this._unsure = false;
    /** Pages say again what was decided before: the storage tells first whether it is new. @type {Receipt[]} */
    this._untold = [];
  }

  /**
   * Takes a decision over.
   * @param {any} change
   * @param {boolean} [restated] it may have been made in an earlier visit
   */
  decide(change, restated) {
    const { notice, by = "host", minor = this._minor } = change;
    this._minor = minor === true;
    PURPOSES.forEach((purpose) => {
      if (change[purpose] !== undefined) this._decided[purpose] = change[purpose];
    });
    this._unsure = !!restated && !!this._notice && notice === undefined && this._decided.store === true;
    if (!restated) this._asks = false;
    if (notice !== undefined && this._notice && notice !== this._notice) this._ask();
    else this._apply(by);
  }

  /** Undecided again, since it was another notice that was decided about. */
  _ask() {
    this._unsure = false;
    this._asks = true;
    this._decided = undecided();
    this._apply("notice");
  }

  /** @param {string} by */
  _apply(by) {
    const shelf = this._shelf;
    const decided = Object.assign({}, this._decided);
    const signals = this._signals ? this._signals() : [];
    const inForce = Object.assign({}, decided);
    if (this._minor) inForce.personalize = inForce.report = inForce.sensitive = false;
    if (inForce.report && this._heeds && signals.length) inForce.report = false;
    shelf._consent = inForce;
    /** @type {any} */
    const receipt = { version: 1, time: shelf._now(), notice: this._notice, by: by.slice(0, LONGEST), decided, inForce, signals, respectSignals: this._heeds, minor: this._minor };
    const all = this._all();
    const last = all[all.length - 1];
    if (last ? same(last, receipt) : PURPOSES.every((purpose) => inForce[purpose] === null)) return;
    this._new = this._new.concat(receipt).slice(-MOST);
    this._untold.push(receipt);
    if (this._read || !this._notice || inForce.store !== true) this.tell();
  }

  /** Hands over what was not yet. */
  tell() {
    this._untold.splice(0).forEach((receipt) => this._shelf._hub.later("consent", JSON.parse(said(receipt))));
  }

  _all() {
    return this._kept.concat(this._new).slice(-MOST);
  }

  /** What the page may have. @returns {Receipt[]} */
  list() {
    return JSON.parse(said(this._all()));
  }

  /** Keeps what is new, where a notice is named and there is consent to store. */
  async keep() {
    const shelf = this._shelf;
    const vault = shelf._memory._vault;
    const mine = this._new;
    if (!this._notice || !mine.length || shelf._consent.store !== true || shelf._view._shop === undefined) return;
    /** @type {Receipt[]} */
    let kept = [];
    let add = mine;
    try {
      kept = readReceipts(await vault.receipts());
      const last = kept[kept.length - 1];
      if (this._unsure && last && last.notice !== this._notice) {
        this._new = [];
        this._untold = [];
        this._kept = kept;
        this._ask();
        shelf._agreed(false, false);
        return;
      }
      if (last && !this._read && same(last, mine[0])) {
        add = mine.slice(1);
        this._untold = this._untold.filter((receipt) => receipt !== mine[0]);
      }
    } finally {
      this._unsure = false;
      this._read = true;
      this.tell();
    }
    const all = kept.concat(add).slice(-MOST);
    const w = new Writer();
    w.str(said(all));
    if (add.length) await vault.receipts(w.written());
    this._kept = all;
    this._new = this._new.filter((receipt) => mine.indexOf(receipt) < 0);
  }

  /** The storage was emptied. */
  emptied() {
    this._kept = [];
  }
}

const said = JSON.stringify;

/** @returns {import("./shelf.js").ConsentState} */
const undecided = () => ({ store: null, personalize: null, report: null, sensitive: null });

/** True where nothing but the time, and who said it, differs. @param {Receipt} a @param {Receipt} b */
function same(a, b) {
  const [one, other] = [a, b].map((receipt) => said(Object.assign({}, receipt, { time: 0, by: "" })));
  return one === other;
}

/** @param {Uint8Array | null} bytes @returns {Receipt[]} */
function readReceipts(bytes) {
  try {
    const list = JSON.parse(new Reader(/** @type {Uint8Array} */ (bytes)).str());
    return list.filter((/** @type {any} */ receipt) => receipt.version === 1);
  } catch (none) {
    return [];
  }
}
