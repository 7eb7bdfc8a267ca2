// Shards of a large catalogue: fetched when they are wanted, one at a time.

import { NearshelfError, said } from "./error.js";
import { TEXTS } from "./fixes.js";
import * as op from "./protocol.js";
import { SHARD } from "./trust.js";

/** What `options.shards` may be, by the core's number for it. */
export const WISHES = ["page", "personal", "all"];
/** How long a shard that could not be had is left alone. */
const RETRY_MS = 60000;

export class Shards {
  /**
   * @param {import("./shelf.js").Shelf} shelf
   * @param {number} wish place in WISHES, -1 for none
   * @param {(name: string) => any} load answers the bytes, or their promise
   */
  constructor(shelf, wish, load) {
    this._shelf = shelf;
    this._wish = wish;
    this._load = load;
    this._busy = false;
    /** Names of those that are open. @type {string[]} */
    this._open = [];
    /** When a shard may be asked for again. @type {Record<string, number>} */
    this._later = {};
  }

  /** Something was asked for: what it wants is fetched after the call. */
  look() {
    if (this._busy || !this._shelf._fallback.shards || this._wish < 0) return;
    this._busy = true;
    setTimeout(() => this._next(), 0);
  }

  _next() {
    const shelf = this._shelf;
    const wanted = shelf._engine.call(op.WANTED, (w) => w.u8(this._wish), op.readTexts) || [];
    const now = Date.now();
    const name = wanted.filter((name) => !(this._later[name] > now))[0];
    if (!name) {
      this._busy = false;
      return;
    }
    this._later[name] = now + RETRY_MS;
    Promise.resolve(name).then(this._load).then((bytes) => shelf._trust.open(SHARD, bytes)).then((bytes) => {
      const view = shelf._engine.attach(bytes);
      if (view) {
        this._later[name] = 0;
        this._open.push(name);
        shelf._more();
      } else if (view === null) {
        // The core did not survive it, and would not the next time.
        this._later[name] = Infinity;
      }
    }).catch((thrown) => shelf._hub.diagnose(new NearshelfError("shard_missing", name + ": " + said(thrown),
      TEXTS ? "Serve the shards beside the pack, or pass options.loadShard." : ""))).then(() => {
      this._busy = false;
      this.look();
    });
  }
}
