// Private reports: one noised answer a week, stored before it is sent (src/manual/privacy.md).

import { REPORT } from "./engine.js";
import { asError, NearshelfError, said } from "./error.js";
import { TEXTS } from "./fixes.js";
import * as op from "./protocol.js";
import { inTime, WITHDRAWN } from "./vault.js";

/** Random bytes that a report takes, whatever it answers. */
const ENTROPY = 296;
const NOTHING = new Uint8Array(0);
/** How often a report is sent that is not taken. */
const MOST_TRIES = 8;
/** The longest wait before a page sends at its start what an earlier one could not. */
const DELAY_MS = 30000;
/** Why there is no report, as the core counts them. */
const REASONS = [null, "epoch_spent", "clock_went_back", "no_entropy", "nothing_asked", "lifetime_spent"];

/**
 * What a host brings: a way out, and one page at a time where there can be several. `own` tells that the storage is the shop's. What
 * `send` answers is `false`, or has an `ok` that is, when the report was not taken.
 * @typedef {{
 *   send(address: string, bytes: Uint8Array): Promise<any>,
 *   alone?: (name: string, task: () => Promise<any>, own: boolean) => Promise<any>,
 * }} ReportHost
 * @typedef {import("../types/index").PrivateReport} PrivateReport
 */

export class Reports {
  /**
   * @param {import("./shelf.js").Shelf} shelf
   * @param {import("./vault.js").Vault} vault
   * @param {ReportHost | undefined} host
   * @param {string | ((bytes: Uint8Array) => any) | undefined} to where reports go
   * @param {number | undefined} delay
   */
  constructor(shelf, vault, host, to, delay) {
    this._shelf = shelf;
    this._vault = vault;
    this._host = host;
    this._to = to;
    this._delay = delay;
    /** @type {any} */
    this._late = undefined;
    this._told = false;
    /** @type {Promise<any>} */
    this._chain = Promise.resolve();
    /** @type {(() => void) | undefined} */
    this._end = undefined;
  }

  /**
   * Does what consent asks for.
   * @param {boolean} [reported] there was consent to report, so there may be something to withdraw
   */
  consented(reported) {
    const { store, report } = this._shelf._consent;
    if (this._may()) {
      if (this._to && !this._end) this._end = this._vault._host?.hidden?.(() => this.report(true));
      return;
    }
    this.close();
    // A no at the start may have been said elsewhere. Without consent to store, the memory sees to the ledger.
    if (store === true && (reported || report === false)) this.withdraw(false);
  }

  /** Sends what an earlier page could not. */
  start() {
    if (!this._end) return;
    const most = this._delay === undefined ? DELAY_MS : this._delay;
    const later = most > 0 && this._vault.draw(4);
    if (!later) return void this.report(true);
    // When a report comes says less of when the page was opened.
    this._late = setTimeout(() => this.report(true), most * new DataView(later.buffer, later.byteOffset).getUint32(0) / 2 ** 32);
    // In Node nothing waits for it.
    this._late.unref?.();
  }

  /**
   * The report of this week. It is made at the first call and stays the same, whatever the shopper does.
   * @param {boolean} send
   * @returns {Promise<PrivateReport>}
   */
  async report(send) {
    const { _vault: vault, _shelf: shelf } = this;
    const at = vault.ledgerName();
    let answer = none("unavailable");
    const task = async () => {
      // Where another page emptied the storage the shopper withdrew, and this page was not told.
      if (!this._may() || !(await vault.open(true)) || !(await vault.same())) return;
      // What makes reports is a part of its own, which only comes for shops that ask.
      const asks = shelf._fallback.ask(0, (c) => c._pack.count("REPT"));
      if (asks) await shelf._engine.grow(REPORT);
      const kept = (await vault.ledger(at)) || new Uint8Array(1);
      const entropy = vault.draw(ENTROPY) || NOTHING;
      if (!this._may() || !shelf._engine.up) return;
      if (!shelf._engine.has(REPORT)) {
        if (!asks) answer = none("nothing_asked");
        return;
      }
      const made = shelf._engine.call(op.REPORT, (w) => {
        w.f64(shelf._engine.at(shelf._now()));
        w.bytes(kept.subarray(1));
        w.bytes(entropy);
      }, (r) => ({ _reason: REASONS[r.u8()], _ledger: r.bytes(), _bytes: r.bytes() }));
      if (!made) {
        // What trapped the core, or was refused, is not tried again each time the page is hidden.
        this.close();
        this._end = () => {};
        return;
      }
      const known = String(kept.subarray(1)) === String(made._ledger);
      // What is not known to be kept is not sent: the next visit would answer once more.
      if (!known) await vault.keepLedger(at, 0, made._ledger);
      if (made._reason) {
        answer = none(/** @type {PrivateReport["reason"]} */ (made._reason));
        return;
      }
      answer = { reason: null, bytes: made._bytes, sent: known && kept[0] === 1 };
      // The byte before the ledger: 0, 1 for sent, or one more than the times that it was not taken.
      const tries = known && kept[0] > 1 ? kept[0] - 1 : 0;
      if (send && !answer.sent && tries < MOST_TRIES && this._to && this._may()) {
        answer.sent = await this._send(made._bytes);
        await vault.keepLedger(at, answer.sent ? 1 : tries + 2, made._ledger);
      }
    };
    try {
      if (this._may() && shelf._engine.up) await this._next(() => this._alone(at, task));
    } catch (thrown) {
      this._fail(thrown);
    }
    return this._may() || answer.sent ? answer : none("consent");
  }

  /**
   * Leaves of the ledger the mark that this week is spent, until it ends; and how much was spent in all, unless everything is to go.
   * @param {boolean} all
   * @param {boolean} [everywhere] of other shops of this origin too, where the storage is emptied as a whole
   */
  leave(all, everywhere) {
    return this._next(async () => {
      for (const at of await this._vault.ledgers(everywhere)) await this._alone(at, () => this._vault.leaveLedger(at, all));
    });
  }

  /** @param {boolean} all */
  withdraw(all) {
    this.leave(all).catch((thrown) => {
      // Where nothing can be kept there is nothing to withdraw.
      if (thrown?.code !== "memory_unavailable") this._fail(thrown);
    });
  }

  close() {
    clearTimeout(this._late);
    this._end?.();
    this._end = undefined;
  }

  _may() {
    const { store, report } = this._shelf._consent;
    return store === true && report === true;
  }

  /** @param {Uint8Array} bytes */
  async _send(bytes) {
    const to = this._to;
    try {
      const taken = await inTime(typeof to === "function" ? to(bytes.slice()) : /** @type {ReportHost} */ (this._host).send(String(to), bytes), "it");
      if (taken === false || taken?.ok === false) throw new Error("it was not taken");
      return true;
    } catch (thrown) {
      this._fail(new NearshelfError("report_unsent", (TEXTS ? "The report was not sent: " : "") + said(thrown), TEXTS ? "It is tried again later. Does the address answer 2xx?" : ""));
      return false;
    }
  }

  /**
   * One after another, so that a withdrawal finds what a report under way has stored.
   * @template T
   * @param {() => Promise<T>} task
   * @returns {Promise<T>}
   */
  _next(task) {
    const done = this._chain.then(task);
    this._chain = done.catch(() => {});
    return done;
  }

  /**
   * One page at a time: two that find the week unspent would both answer.
   * @param {string} at
   * @param {() => Promise<any>} task
   */
  _alone(at, task) {
    const host = this._host;
    return host && host.alone ? host.alone(at, task, !!this._vault._own) : task();
  }

  /** @param {any} thrown */
  _fail(thrown) {
    if (this._told || thrown === WITHDRAWN) return;
    this._told = true;
    this._shelf._hub.diagnose(asError(thrown, "report_failed", "The shelf goes on. Is the storage full or blocked?"));
  }
}

/** @param {PrivateReport["reason"]} reason @returns {PrivateReport} */
const none = (reason) => ({ reason, bytes: null, sent: false });
