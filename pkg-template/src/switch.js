// The shop's switch (src/manual/switch.md): what is stopped, and what does not go on where that is not known.

import { fixOf, TEXTS } from "./fixes.js";
import * as op from "./protocol.js";
import { Source } from "./source.js";
import { SWITCH } from "./trust.js";
import { decodeUtf8 } from "./utf8.js";

const HOUR = 3600000;

export class Switch extends Source {
  /**
   * @param {import("./shelf.js").Shelf} shelf
   * @param {import("./create.js").Host} host
   * @param {number | undefined} every
   */
  constructor(shelf, host, every) {
    super(shelf, host, every, SWITCH, "switch_missing");
    /** What it said last. @type {any} */
    this._said = {};
    this._ids = "";
    this._until = 0;
    this._told = false;
  }

  /** @param {Uint8Array} bytes */
  _take(bytes) {
    const said = JSON.parse(decodeUtf8(bytes, 0, bytes.length));
    const { shop, sequence, issued, max_age } = said;
    const ids = said.stopped.join("\n");
    const until = issued + max_age * 1000;
    const ours = this._shelf._view._shop;
    if (said.switch !== 1 || !(until > 0 && sequence > 0) || (shop && ours && shop !== ours)) {
      throw new Error(TEXTS ? "it is no switch, or another shop's" : "no switch");
    }
    // An older one says nothing, and the same one nothing new.
    if (this._said.sequence >= sequence) return false;
    this._said = said;
    this._ids = ids;
    this._until = this._stale = until;
    this._changed();
    this._plan(0.9 * (until - this._shelf._now()));
    return true;
  }

  /** Nothing is personal. */
  get _neutral() {
    return this._said.neutral === true;
  }

  /** It is not known what is stopped. */
  _unknown() {
    const unknown = !!this._address && this._shelf._time() >= this._until;
    if (unknown && !this._told) {
      this._shelf._hub.diagnose({ code: "switch_stale", message: TEXTS ? "There is no switch, or it is stale: no offer goes on." : "", fix: fixOf("switch_stale") });
    }
    return this._told = unknown;
  }

  /** Offers of this id do not go on. @param {string} id */
  _stops(id) {
    return this._unknown() || this._names(id);
  }

  /** The shop has stopped what has this id. @param {string} id */
  _names(id) {
    return this._ids.split("\n").some((one) => one === id || one.slice(-1) === "*" && id.indexOf(one.slice(0, -1)) === 0);
  }

  /** What stops offers, for a call about them. @param {import("./codec.js").Writer} w */
  write(w) {
    const hours = this._said.flash_hours;
    w.u8((this._unknown() ? 1 : 0) | (this._shelf._uncertain() ? 2 : 0) | (this._neutral ? 4 : 0));
    w.f64(HOUR * (hours >= 0 ? hours : 24));
    w.str(this._ids);
  }
}
