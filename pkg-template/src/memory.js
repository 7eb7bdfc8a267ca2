// What outlasts a visit, and whose it is: takes portraits out of the vault, saves them, and changes accounts.

import { asError } from "./error.js";
import { TEXTS } from "./fixes.js";
import * as op from "./protocol.js";
import { sealedPart, Vault, WITHDRAWN } from "./vault.js";

/** @typedef {import("./vault.js").Place} Place */

const KEY_BYTES = 32;
const NONCE_BYTES = 24;
/** Milliseconds from a change to the save. */
const SAVE_AFTER = 1000;

export class Memory {
  /**
   * @param {import("./shelf.js").Shelf} shelf
   * @param {import("./vault.js").MemoryHost | undefined} host
   * @param {import("./vault.js").ShelfStorage | undefined} own the shop's storage
   * @param {boolean | undefined} returning the page knows that something was kept here
   */
  constructor(shelf, host, own, returning) {
    this._shelf = shelf;
    this._host = host;
    this._vault = new Vault(shelf, host, own);
    /** Tasks run one after another. @type {Promise<any>} */
    this._chain = Promise.resolve();
    this._busy = 0;
    /** Moves on when a task under way has to end. */
    this._turn = 0;
    /** The account that is signed in, and the one the core's portrait belongs to; "" for nobody. */
    this._account = "";
    this._held = "";
    /** Where the portrait is kept; `null` while it is not. @type {Place | null} */
    this._place = null;
    /** Another page emptied the storage: it is not used again in this visit. */
    this._off = false;
    this._told = false;
    this._returning = returning;
    this._dirty = false;
    /** Everything was forgotten, and nothing came since. */
    this._empty = false;
    /** What is too old was looked for in this visit. */
    this._swept = false;
    /** @type {any} */
    this._timer = 0;
    /** @type {(() => void) | undefined} */
    this._end = undefined;
    /** Other pages of this shopper; what they wrote may be newer than what is known here. @type {import("./vault.js").Others | null | undefined} */
    this._others = undefined;
    this._behind = false;
  }

  /**
   * Does what consent and account ask for; the tasks that takes never reject.
   * @param {boolean} [stored] there was consent to store, so there may be something to empty
   */
  consented(stored) {
    const { _receipts: receipts } = this._shelf;
    const { store, personalize } = this._shelf._consent;
    if (stored && store !== true && this._host) {
      receipts.emptied();
      this._close();
      this._off = false;
      this._dirty = true;
      this._run(() => Promise.all([this._vault.empty(), this._shelf._reports.leave(true, true)]));
    }
    // A decision about an older notice is known by its receipt, before anything else is looked at.
    if (receipts._notice && store === true && this._host) this._run(() => receipts.keep());
    if (personalize === true) this._run(() => this._attach());
    else if (personalize === false || this._place) this.forget();
  }

  /** Resolves when nothing is under way. @returns {Promise<void>} */
  settled() {
    return this._chain.then(() => (this._busy ? this.settled() : undefined));
  }

  /** The portrait changed. */
  changed() {
    this._dirty = true;
    if (this._empty) {
      // The first thing that is known again after the shopper wanted to be forgotten.
      this._shelf._reports.consented();
      this._run(() => this._attach());
    }
    this._later();
  }

  /** The shopper wants to be forgotten: what this shop keeps goes, the key with it, and nothing is made until there is something to keep. Of a ledger the mark of a spent week stays. */
  erase() {
    const shelf = this._shelf;
    shelf._trust.forget();
    shelf._receipts.emptied();
    shelf._reports.close();
    this._others?.tell();
    this._close();
    this._dirty = false;
    if (shelf._consent.store === true && shelf._view._shop !== undefined) this._run(() => this._vault.empty(true));
    this._empty = shelf._consent.personalize === true;
  }

  /** The portrait was emptied: what is kept of it goes too. */
  forget() {
    this._shelf._trust.forget();
    const account = this._account;
    this._others?.tell();
    this._close();
    this._dirty = false;
    if (this._shelf._consent.store === true) {
      this._run(async () => {
        const vault = this._vault;
        if (!(await vault.open(false))) return;
        await vault.remove(await vault.scope(""));
        if (account) await vault.remove(await vault.scope(account));
      });
    }
    if (this._shelf._consent.personalize === true) this._run(() => this._attach());
  }

  /** @param {string} account */
  identify(account) {
    if (account !== this._account) {
      if (this._account) this._leave();
      this._account = account;
    }
    this.consented();
    return this.settled();
  }

  signOut() {
    this._leave();
    this._account = "";
    this.forget();
    return this.settled();
  }

  /** Saves what is not saved yet, without waiting for anything where nothing is under way. Behind another page's save it looks at that first. */
  save() {
    const put = this._behind ? () => this._check() : this._put();
    if (put) this._run(put);
  }

  /** Seals what is not saved yet, and answers how to write it. */
  _put() {
    const place = this._place;
    const sealed = place && this._dirty && this._seal(place);
    if (!place || !sealed) return null;
    this._dirty = false;
    return () => {
      this._others?.tell();
      return this._vault.put(place, sealed).then(() => {
        // Nobody waits for it, and a later visit does it as well.
        if (!this._swept) this._vault.sweep(this._shelf._keptSince()).catch(() => {});
        this._swept = true;
      }, (thrown) => {
        if (this._place === place) this._dirty = true;
        throw thrown;
      });
    };
  }

  close() {
    this.save();
    this._close();
  }

  /**
   * A task starts at once where nothing is under way, because a page that goes waits for nobody.
   * @param {() => any} task
   */
  _run(task) {
    const done = this._busy++ ? this._chain.then(task) : new Promise((resolve) => resolve(task()));
    this._chain = done.catch((thrown) => this._fail(thrown)).then(() => {
      this._busy--;
    });
  }

  /** Gives the core the portrait of who is there, out of the storage where that is allowed. */
  async _attach() {
    const account = this._account;
    const turn = this._turn;
    this._empty = false;
    if (this._place && this._held === account) return;
    if (!this._held && !this._place) await this._enter("", turn);
    const anonymous = this._held ? null : this._place;
    if (account) await this._enter(account, turn);
    if (turn !== this._turn) return;
    if (anonymous && anonymous !== this._place && anonymous._seq) {
      // It goes there only when it is safe here.
      this._dirty = true;
      this.save();
      this._run(() => (this._dirty ? undefined : this._vault.remove(anonymous._scope)));
    }
    if (this._dirty) this._later();
    if (!this._place || this._end) return;
    const end = this._host?.hidden?.(() => this.save());
    // What another page is about to write is there in a second.
    this._others = this._host?.others?.(this._place._scope, () => {
      this._behind = true;
      this._later();
    });
    this._end = () => {
      end?.();
      this._others?.end();
      this._others = undefined;
    };
  }

  /**
   * The core takes what is kept of an account, the newest that can be read, and what it saw in this visit is added to it.
   * @param {string} account
   * @param {number} turn
   */
  async _enter(account, turn) {
    const shelf = this._shelf;
    const vault = this._vault;
    /** @type {Place | null} */
    let place = null;
    const may = () => turn === this._turn && shelf._engine.up && shelf._consent.personalize === true;
    if (!may()) return;
    try {
      if (!this._off && (await vault.open(true))) place = await vault.find(await vault.scope(account), shelf._keptSince());
    } catch (thrown) {
      this._fail(thrown);
    }
    if (!may()) return;
    if (place && this._returning && vault._made) {
      this._returning = false;
      shelf._hub.diagnose({
        code: "memory_gone",
        message: TEXTS ? "Nothing is kept of a shopper who was here before: the browser has cleared its storage." : "",
        fix: TEXTS ? "Nothing to do, or restore a backup (nearshelf/storage)." : "",
      });
    }
    let taken = false;
    const unreadable = [];
    const found = place ? place._found : [];
    for (const one of found) {
      // One that traps the core must not do so in every visit.
      if (taken || !shelf._engine.up) break;
      taken = this._take(place, sealedPart(one)) === 1;
      if (!taken) unreadable.push(one);
      else if (place) place._slot = 1 - one._slot;
    }
    if (!found.length && account !== this._held) this._take(place, new Uint8Array(0));
    if (found.length || account !== this._held) {
      shelf._engine.consented();
      shelf._hub.change();
    }
    this._held = account;
    this._place = place;
    // A page that is left by a link sends nothing any more, so the next one does, which knows what that one saw.
    if (taken) shelf._reports.start();
    if (!place || taken || !unreadable.length) return;
    shelf._hub.diagnose({
      code: "memory_unreadable",
      message: TEXTS ? "What was kept cannot be read; the portrait starts clean." : "",
      fix: TEXTS ? "Nothing to do." : "",
    });
    await vault._setAside(place, unreadable);
  }

  /**
   * @param {Place | null} place
   * @param {Uint8Array} sealed
   * @param {boolean} [same] it is this shopper's, as another page saved it
   */
  _take(place, sealed, same) {
    return this._shelf._engine.call(op.IDENTIFY, (w) => {
      w.f64(this._shelf._engine.at(this._shelf._now()));
      w.bytes(this._vault.key || new Uint8Array(KEY_BYTES));
      w.str(place ? place._scope : "");
      w.bytes(sealed);
      w.u8(same ? 1 : 0);
    }, (r) => r.u8());
  }

  /** @param {Place} place */
  _seal(place) {
    const key = this._vault.key;
    const nonce = key && this._vault.draw(NONCE_BYTES);
    return key && nonce && this._shelf._engine.call(op.SEAL, (w) => {
      w.bytes(key);
      w.bytes(nonce);
      w.str(place._scope);
    }, (r) => r.bytes());
  }

  // Nobody is known any more. What the page asks next must not see the account, so the core forgets before this returns.
  _leave() {
    if (this._held) this.save();
    this._close();
    this._held = "";
    this._dirty = false;
    this._shelf._said = [];
    this._shelf._engine.signOut();
  }

  _close() {
    this._turn++;
    this._place = null;
    clearTimeout(this._timer);
    this._timer = 0;
    this._end?.();
    this._end = undefined;
  }

  _later() {
    if (!this._place || this._timer) return;
    this._timer = setTimeout(() => {
      this._timer = 0;
      this._run(() => this._check());
    }, SAVE_AFTER);
  }

  // Saves while the key is the one it was: another page may have emptied the storage. While another page saves, this one waits.
  async _check() {
    const { _turn: turn, _place: place } = this;
    const same = await this._vault.same();
    if (!place || turn !== this._turn) return;
    if (!same) {
      // Another page that forgot has told so; else the storage was emptied, and what is known here stays for this visit.
      const told = this._behind;
      this._off = true;
      this._close();
      if (told) this._lost();
      return;
    }
    const task = () => this._catchUp().then(() => (turn === this._turn ? this._put()?.() : undefined)).then(() => true);
    const done = await (this._host?.alone ? this._host.alone("nearshelf/" + place._scope, task) : task());
    if (!done && turn === this._turn) this._later();
  }

  /** Another page may have saved since, or forgotten: what it knows is taken in. */
  async _catchUp() {
    const { _turn: turn, _place: place, _shelf: shelf } = this;
    this._behind = false;
    if (!place) return;
    const found = (await this._vault.find(place._scope, shelf._keptSince()))._found[0];
    if (turn !== this._turn) return;
    if (found ? found._seq <= place._seq || this._take(place, sealedPart(found), true) !== 1 : !place._seq) return;
    place._seq = found ? found._seq : 0;
    if (!found) return this._lost();
    place._slot = 1 - found._slot;
    shelf._engine.consented();
    shelf._hub.change();
  }

  /** Another page forgot. */
  _lost() {
    this._dirty = false;
    this._shelf._forgotten();
    this._shelf._engine.consented();
    this._shelf._hub.change();
  }

  /** @param {any} thrown */
  _fail(thrown) {
    if (this._told || thrown === WITHDRAWN) return;
    this._told = true;
    this._shelf._hub.diagnose(asError(thrown, "memory_failed",
      TEXTS ? "The shelf goes on. Is the storage full or blocked?" : ""));
  }
}
