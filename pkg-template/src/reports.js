// Private reports: one noised answer a week, stored before it is sent (src/manual/privacy.md).

import { asError, NearshelfError } from "./error.js";
import * as op from "./protocol.js";
import { WITHDRAWN } from "./vault.js";

/** Random bytes that a report takes, whatever it answers. */
const ENTROPY = 296;
/** Why there is no report, as the core counts them. */
const REASONS = [null, "epoch_spent", "clock_went_back", "no_entropy", "nothing_asked"];

/**
 * What a host brings: a way out, and one page at a time where there can be several.
 * @typedef {{
 *   send(address: string, bytes: Uint8Array): Promise<boolean>,
 *   alone?: <T>(name: string, task: () => Promise<T>) => Promise<T>,
 * }} ReportHost
 * @typedef {import("../types/index").PrivateReport} PrivateReport
 */

export class Reports {
  /**
   * @param {import("./shelf.js").Shelf} shelf
   * @param {import("./vault.js").Vault} vault
   * @param {ReportHost | undefined} host
   * @param {string | ((bytes: Uint8Array) => any) | undefined} to where reports go
   */
  constructor(shelf, vault, host, to) {
    this._shelf = shelf;
    this._vault = vault;
    this._host = host;
    this._to = to;
    /** There was consent to report, so there may be something to withdraw. */
    this._allowed = false;
    this._told = false;
    /** @type {Promise<any>} */
    this._chain = Promise.resolve();
    /** @type {(() => void) | undefined} */
    this._end = undefined;
  }

  /** Does what consent asks for. */
  consented() {
    if (this._may()) {
      this._allowed = true;
      if (this._to && !this._end) this._end = this._vault._host?.hidden?.(() => this.report(true));
    } else {
      this.close();
      // Without consent to store, the vault leaves the mark itself while it empties everything.
      if (this._allowed && this._shelf._consent.store === true) this.withdraw();
      this._allowed = false;
    }
  }

  /**
   * The report of this week. It is made at the first call and stays the same, whatever the shopper does.
   * @param {boolean} send
   * @returns {Promise<PrivateReport>}
   */
  report(send) {
    return this._alone(async () => {
      const { _vault: vault, _shelf: shelf } = this;
      if (!this._may()) return none("consent");
      if (!shelf._engine.up || !(await vault.open(true))) return none("unavailable");
      const kept = await vault.ledger();
      const entropy = vault.draw(ENTROPY) || new Uint8Array(0);
      const answer = this._may() && shelf._engine.call(op.REPORT, (w) => {
        w.f64(shelf._now());
        w.bytes(kept.subarray(1));
        w.bytes(entropy);
      }, (r) => ({ _reason: REASONS[r.u8()], _ledger: r.bytes(), _bytes: r.bytes() }));
      if (!answer) return none(this._may() ? "unavailable" : "consent");
      const bytes = answer._bytes;
      let sent = kept[0] === 1 && same(kept.subarray(1), answer._ledger);
      // What is not known to be kept is not sent: the next visit would answer once more.
      if (!sent) await vault.keepLedger(0, answer._ledger);
      if (answer._reason) return none(/** @type {PrivateReport["reason"]} */ (answer._reason));
      if (send && !sent && this._to && this._may()) {
        sent = await this._send(bytes);
        if (sent && this._may()) await vault.keepLedger(1, answer._ledger);
      }
      return { reason: null, bytes, sent };
    }).catch((thrown) => {
      this._fail(thrown);
      return none("unavailable");
    });
  }

  /** Nothing is left but the mark that this week is spent, until it ends. */
  withdraw() {
    return this._alone(() => this._vault.leaveLedger()).catch((thrown) => this._fail(thrown));
  }

  close() {
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
    const done = typeof to === "function" ? (await to(bytes.slice())) !== false : await /** @type {ReportHost} */ (this._host).send(String(to), bytes);
    if (!done) throw new NearshelfError("report_unsent", "The report was not taken.", "It is tried again later. Does the address answer with 2xx?");
    return true;
  }

  /**
   * One after another, in this page and in all others of the shop: two that find the week unspent would both answer.
   * @template T
   * @param {() => Promise<T>} task
   * @returns {Promise<T>}
   */
  _alone(task) {
    const host = this._host;
    const run = () => (host && host.alone ? host.alone(this._vault.ledgerName(), task) : task());
    const done = this._chain.then(run);
    this._chain = done.catch(() => {});
    return done;
  }

  /** @param {any} thrown */
  _fail(thrown) {
    if (this._told || thrown === WITHDRAWN) return;
    this._told = true;
    this._shelf._hub.diagnose(asError(thrown, "report_failed", "The shelf goes on. Is the storage full or blocked, the address right?"));
  }
}

/** @param {PrivateReport["reason"]} reason @returns {PrivateReport} */
const none = (reason) => ({ reason, bytes: null, sent: false });

/** @param {Uint8Array} a @param {Uint8Array} b */
const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
