// The core behind a guard: a trap ends the instance, which starts again once and then stays away.

import { Writer, Reader } from "./codec.js";
import { ASKED, kindOf, newEra, remember, sameAnswer } from "./decisions.js";
import { asError, NearshelfError, said } from "./error.js";
import { fixOf, sentenceOf, TEXTS } from "./fixes.js";
import * as op from "./protocol.js";

/** @typedef {{ call(op: number, request: Uint8Array): Uint8Array, free?: () => void, grow?: (part: number) => Promise<any>, again?: number }} Core `grow` loads a part, by its place in `PARTS`; `again` milliseconds before it may be tried once more */
/** @typedef {() => Promise<Core>} Start makes a fresh instance */

/** Accepted events between two snapshots: what a restart has to replay at most. */
const SNAPSHOT_EVERY = 1024;
/** Requests and bytes kept while the core is on its way. */
const MOST_WAITING = 512;
const MOST_WAITING_BYTES = 1 << 20;
const MOST_EARLY_BYTES = 1 << 18;
/** What did not come is asked for again after this time. */
const GROW_AGAIN_MS = 60000;

/** What some calls need is a file of its own. Its name is that of an option too. */
export const PARTS = ["offers", "insight", "verify", "report", "invite"];
export const OFFERS = 0;
export const INSIGHT = 1;
export const REPORT = 3;

/** Whether the same shards were open. @param {{ _shards: string[] }} a @param {{ _shards: string[] }} b */
const sameShards = (a, b) => a._shards.join() === b._shards.join();

/** The core refused a call: its answer, not its failure. */
class Refusal extends NearshelfError {}

export class Engine {
  /**
   * @param {import("./hub.js").Hub} hub
   * @param {{
   *   _pack(): Uint8Array, _now(): number, _consent: import("./shelf.js").ConsentState,
   *   market: string, language: string, _opened(view: ReturnType<typeof op.readView>): void, _distrust(): void, _grown(): void,
   *   _early: boolean, _run: number, _memory: import("./memory.js").Memory, _overlay: import("./overlay.js").Overlay, _shards: import("./shards.js").Shards,
   * }} seat the shelf this engine serves
   */
  constructor(hub, seat) {
    this._hub = hub;
    this._seat = seat;
    /** @type {Core | null} */
    this._core = null;
    this._handle = 0;
    /** Of each part: the core that has it, when it may be tried to load it, the last try. @type {{ _core: Core | null, _at: number, _going: Promise<void> }[]} */
    this._parts = PARTS.map(() => ({ _core: null, _at: 0, _going: Promise.resolve() }));
    /** Code of the last refusal. */
    this._refusal = "";
    /** @type {Start | null} */
    this._start = null;
    /** @type {Promise<void>} */
    this._booting = Promise.resolve();
    this._starting = false;
    this._restarted = false;
    /** Lost for good: trapped twice, or disposed. */
    this._lost = false;
    /** Not lost, but nobody is bringing a core. */
    this._idle = false;
    this._writer = new Writer();
    this._era = newEra(null, [], []);
    /** Events that wait for the answer to `personalize`. @type {Uint8Array[]} */
    this._early = [];
    this._earlyBytes = 0;
    /** @type {import("./decisions.js").Decision[]} */
    this.decisions = [];
    this._accepted = 0;
    this._latest = -Infinity;
    this._told = -Infinity;
    this._served = 0;
    this._servedBefore = 0;
    /** Decisions that are no lists. */
    this._settled = 0;
    /** The consent that the decisions were made with. @type {boolean | null} */
    this._sensitive = seat._consent.sensitive;
  }

  /** True while calls are answered. */
  get up() {
    return this._core !== null;
  }

  /**
   * Starts the core; resolves when it is up or has failed, never rejects.
   * @param {Start} start
   */
  begin(start) {
    if (this._lost || this._core || this._starting) return this._booting;
    this._start = start;
    this._idle = false;
    return this._boot();
  }

  /** Nobody is bringing a core for now: events need not wait for it. */
  rest() {
    this._idle = true;
    this._forgetJournal();
  }

  /** Ends the engine for good. */
  close() {
    this._lost = true;
    if (this._core) this.call(op.CLOSE, () => {}, op.readNothing);
    this._start = null;
    this._forgetJournal();
    this._release();
  }

  /**
   * One call. `null`: no engine answers (not yet, or not any more). `undefined`: refused, and told as a diagnostic.
   * @template T
   * @param {number} number
   * @param {(w: Writer) => void} write writes what follows the handle
   * @param {(r: Reader) => T} read
   * @returns {T | null | undefined}
   */
  call(number, write, read) {
    if (!this._core) return null;
    const writer = this._fresh();
    writer.u32(0);
    write(writer);
    return this._send(number, writer.written(), read);
  }

  /**
   * A call that a part answers; without the part, which is loaded then, the answer is `null`. Else as `call`.
   * @template T
   * @param {number} part
   * @param {number} number
   * @param {(w: Writer) => void} write
   * @param {(r: Reader) => T} read
   */
  reckon(part, number, write, read) {
    if (this.has(part)) return this.call(number, write, read);
    this.grow(part);
    return null;
  }

  /** False where a part has to be loaded first. @param {number} part */
  has(part) {
    return !this._core || !this._core.grow || this._parts[part]._core === this._core;
  }

  /** Loads a part; resolves when it is there or has failed, never rejects. @param {number} part @returns {Promise<void>} */
  grow(part) {
    const core = this._core;
    const mine = this._parts[part];
    if (!core || !core.grow || mine._core === core) return Promise.resolve();
    // Whoever asks while it is on its way waits for it too.
    if (this._seat._now() < mine._at) return mine._going;
    mine._at = this._seat._now() + (core.again || GROW_AGAIN_MS);
    return mine._going = Promise.resolve(part).then(core.grow).then(() => {
      mine._at = 0;
      if (this._core !== core) return this.grow(part);
      mine._core = core;
      // Nothing that is shown waits for the part that reports.
      if (part === REPORT) return;
      this._seat._grown();
      this._hub.change();
    }).catch((thrown) => {
      const name = PARTS[part];
      this._hub.diagnose(asError(thrown, "wasm_missing", TEXTS ? "Serve nearshelf-" + name + ".wasm beside nearshelf.wasm or pass options." + name + "Wasm." : ""));
    });
  }

  /**
   * Opens a shard; answers as `call`.
   * @param {Uint8Array} bytes
   */
  attach(bytes) {
    if (!this._core) return undefined;
    const writer = new Writer(bytes.length + 8, bytes.length + 8);
    writer.u32(0);
    writer.bytes(bytes);
    return this._send(op.ATTACH, writer.written(), op.readView);
  }

  /** What is open, as a file; answers as `call`. */
  pack() {
    return this.call(op.ATTACH, () => {}, (r) => r.bytes());
  }

  /** The host's time, which does not run backwards here, so that what is done again later finds the same times. */
  time() {
    const now = this._seat._now();
    // Going back a little is what clocks do that are set by the network.
    if (now < this._told - 60000) this._hub.count("clock_back");
    this._told = now;
    return this.at(now);
  }

  /** A time for a request: the core's clock goes by all that it was told, and so do the times of what is asked after it. @param {number} time */
  at(time) {
    return this._latest = Math.max(this._latest, time);
  }

  /** A writer for a `track` request that starts with room for the handle and the time. */
  trackWriter() {
    const writer = this._fresh();
    writer.u32(0);
    writer.f64(this.time());
    return writer;
  }

  /**
   * A list, remembered with what it was decided from, unless `given` is `null`. Answers as `call` does.
   * @param {number} number
   * @param {string} slot
   * @param {import("./decisions.js").Given | ((r: Reader) => any) | null} given what the list is of; of suggestions, which have a name in place of a number, what reads them for `replay`
   * @param {(w: Writer) => void} write writes what follows the slot
   */
  decide(number, slot, given, write) {
    if (!this._core) return null;
    const writer = this.trackWriter();
    writer.str(slot);
    write(writer);
    const request = writer.written();
    return this._send(number, request, (r) => {
      const list = op.readShelf(r);
      if (!given) return list;
      if (typeof given === "function") {
        const [name, kept] = list._items.length ? this._named(number, "suggest", slot, given, request, r._bytes, 0) : ["", false];
        return Object.assign(list, { _name: kept ? name : null });
      }
      this._served = list._servedId += this._servedBefore;
      this._decided(this._served, number, slot, given, request, r._bytes);
      return list;
    });
  }

  /**
   * What the part for insight decides for the shopper, remembered as a list is; answers as `reckon` does, with a name in place of a list's number, and whether it is remembered.
   * @template T
   * @param {number} number
   * @param {string} kind what it is, in its name; empty for what is not remembered
   * @param {string} slot
   * @param {(w: Writer) => void} write
   * @param {(r: Reader) => T} read reads each answer to the same question, now and later
   * @param {(r: Reader) => number} [count] the number of events, where the answer has it
   * @returns {[T, string, boolean] | null | undefined}
   */
  settle(number, kind, slot, write, read, count) {
    return this.reckon(INSIGHT, number, write, (r) => {
      const told = read(r);
      // Of nothing nobody has the name.
      return kind && /** @type {any} */ (told).length !== 0
        ? [told, ...this._named(number, kind, slot, read, this._writer.written(), r._bytes, count ? count(r) : 0)] : [told, "", false];
    });
  }

  /**
   * Remembers what has a name. A page that paints twice decides once; what was asked or answered otherwise has another name.
   * @param {number} number
   * @param {string} kind
   * @param {string} slot
   * @param {(r: Reader) => any} read
   * @param {Uint8Array} request
   * @param {Uint8Array} answer
   * @param {number} events
   * @returns {[string, boolean]} the name, and whether it is remembered
   */
  _named(number, kind, slot, read, request, answer, events) {
    if (this._seat._consent.personalize !== true) return ["", false];
    const { market, language } = this._seat;
    const before = this.decisions.find((d) => kindOf(d) === number && d._market === market && d._language === language && sameShards(d._era, this._era)
      && sameAnswer(d._request.subarray(ASKED), request.subarray(ASKED), 0) && sameAnswer(d._answer, answer, 0));
    if (before) return [String(before._servedId), true];
    const name = [this._seat._run.toString(36), events, this._settled++, kind].join("-") + "/" + slot;
    return [name, this._decided(name, number, slot, read, request, answer)];
  }

  /**
   * @param {number | string} servedId
   * @param {number} number
   * @param {string} slot
   * @param {any} given
   * @param {Uint8Array} request
   * @param {Uint8Array} answer
   * @returns {boolean} whether it is remembered
   */
  _decided(servedId, number, slot, given, request, answer) {
    return this._seat._consent.personalize === true && remember(this.decisions, {
      _servedId: servedId, _time: this._latest, _slot: slot, _given: given, _op: number, _request: request.slice(), _answer: answer,
      _market: this._seat.market, _language: this._seat.language, _era: this._era, _steps: this._era._journal.length, _list: null, _run: this._seat._run,
    });
  }

  /**
   * Decides once more, in a rehearsal that goes the same way to the same point; `null` without an engine.
   * @template T
   * @param {import("./decisions.js").Decision} decision
   * @param {(again: Uint8Array) => T} look at the answer, while its rows mean what they meant
   */
  replay(decision, look) {
    const { market, language } = this._seat;
    const { _era, _steps, _op, _request, _answer } = decision;
    // A shard that has opened does not close again; and what a part decided needs it.
    if (!sameShards(_era, { _shards: this._seat._shards._open }) || _op >= op.PUT_FORWARD && !this.has(INSIGHT) || !this._rehearse(1)) return null;
    this.setView(decision._market, decision._language);
    this._restore(_era._snapshot);
    _era._ground.concat(_era._journal.slice(0, _steps)).forEach((change) => this._again(change));
    const again = this._core && this._send(_op, _request, (r) => r._bytes);
    const list = again ? look(again) : null;
    this._rehearse(0);
    this.setView(market, language);
    return again && list ? { same: sameAnswer(again, _answer, kindOf(decision) ? 0 : undefined), list } : null;
  }

  /** Does once more what changed something. @param {import("./decisions.js").Change} change */
  _again([number, request]) {
    if (this._core) this._send(number, request, () => 0);
  }

  /** @param {number} on */
  _rehearse(on) {
    return this.call(op.REHEARSE, (w) => w.u8(on), op.readNothing);
  }

  /**
   * @param {string} market
   * @param {string} language
   */
  setView(market, language) {
    return this.call(op.SET_VIEW, (w) => {
      w.str(market);
      w.str(language);
    }, op.readView);
  }

  /**
   * Sends a `track` request, or keeps it for the core that is on its way.
   * @param {Uint8Array} request as `trackWriter` began it
   * @param {number} events how many it holds
   */
  track(request, events) {
    const { _early, _consent } = this._seat;
    if (_early && _consent.personalize === null && !this._lost) {
      if (this._early.length < MOST_WAITING && this._earlyBytes + request.length <= MOST_EARLY_BYTES) {
        this._earlyBytes += request.length;
        this._early.push(request.slice());
        return { accepted: events, dropped: 0, _changed: false };
      }
    } else if (this._core) {
      const answer = this._send(op.TRACK, request, op.readTracked);
      if (answer && answer.accepted) this._remember(op.TRACK, request.slice(), answer.accepted); // it lies in the writer, which is used again
      if (answer) return answer;
    } else if (this._mayWait(request.length)) {
      this._keep(op.TRACK, request.slice());
      return { accepted: events, dropped: 0, _changed: false };
    }
    return { accepted: 0, dropped: events, _changed: false };
  }

  /**
   * Applies an overlay; answers as `call`.
   * @param {import("./overlay.js").Laid} laid
   */
  lay(laid) {
    if (!this._core) return null;
    if (!laid._request) {
      const writer = this.trackWriter();
      laid._write(writer);
      laid._request = writer.written().slice();
    }
    const answer = this._send(laid._op, laid._request, op.readOverlaid);
    if (answer) this._remember(laid._op, laid._request, 0);
    return answer;
  }

  /** The portrait was emptied, so what was kept of it for a restart goes too. */
  forget() {
    this._latest = -Infinity;
    this._early = [];
    this._forgetJournal();
    this.consented();
  }

  /** Nobody is known any more: a trap in here must not bring the account back. */
  signOut() {
    this._early = [];
    this._forgetJournal();
    this.call(op.SIGN_OUT, (w) => w.f64(this._seat._now()), op.readNothing);
    this.consented();
  }

  /** Consent changed: nothing is kept without it, and with it a restart begins from here. */
  consented() {
    const { personalize, sensitive } = this._seat._consent;
    // With another consent to what is sensitive it would be decided otherwise; and what was said with it goes with it.
    if (sensitive !== this._sensitive) this.decisions = [];
    this._sensitive = sensitive;
    const early = personalize === null ? [] : this._early.splice(0);
    if (personalize === true) this._takeSnapshot();
    else this._forgetJournal();
    if (!early.length) return;
    this._earlyBytes = 0;
    if (personalize !== true) return;
    early.forEach((request) => this.track(request, 0));
    this._seat._memory.changed();
  }

  /**
   * The core's own id of a list, which outside does not begin again when an instance was lost; 0 for one that was served before a restart.
   * @param {number} outer
   */
  innerServedId(outer) {
    return Math.max(0, outer - this._servedBefore);
  }

  /** @returns {Promise<void>} */
  _boot() {
    const start = this._start;
    this._starting = true;
    this._booting = Promise.resolve()
      .then(/** @type {Start} */ (start))
      .then((core) => this._arrive(core), (thrown) => this._failed(thrown));
    return this._booting;
  }

  /**
   * @param {Core} core
   * @returns {void | Promise<void>}
   */
  _arrive(core) {
    this._core = core;
    this._starting = false;
    if (this._lost) return this._release();
    const mine = this._booting;
    const seat = this._seat;
    const pack = seat._pack();
    const writer = new Writer(pack.length + 256, pack.length + 65536);
    writer.f64(seat._now());
    writer.str(seat.market);
    writer.str(seat.language);
    writeConsent(writer, seat._consent);
    writer.bytes(pack);
    this._handle = 0;
    const view = this._send(op.OPEN, writer.written(), op.readView);
    seat._shards._open = [];
    if (view) {
      this._handle = view._handle;
      this._replay();
    }
    if (!view || !this._core) {
      this._release();
      // A trap has already begun another start, or was the last one; a refusal ends this one.
      if (view === undefined) {
        if (/pack/.test(this._refusal)) seat._distrust();
        this._refused();
      }
      return this._booting === mine ? undefined : this._booting;
    }
    seat._opened(view);
    seat._overlay.started();
    this._hub.change();
    this._parts.forEach((part, i) => part._core && this.grow(i));
  }

  // The portrait as it was: the last snapshot, then what was accepted since.
  _replay() {
    const { _snapshot, _journal } = this._era;
    this._restore(_snapshot);
    this._era = newEra(_snapshot, [], []);
    // After a trap the rest waits for the next instance, without the request that trapped. Overlays come after them.
    _journal.forEach(([number, request]) => number === op.TRACK && this.track(request, 0));
  }

  /** @param {Uint8Array | null} snapshot */
  _restore(snapshot) {
    if (!snapshot) return;
    this.call(op.RESTORE, (w) => {
      w.f64(this._seat._now());
      w.bytes(snapshot);
    }, op.readNothing);
  }

  /**
   * @template T
   * @param {number} number
   * @param {Uint8Array} request
   * @param {(r: Reader) => T} read
   * @returns {T | null | undefined}
   */
  _send(number, request, read) {
    try {
      if (number !== op.OPEN) {
        for (let i = 0; i < 4; i++) request[i] = (this._handle >>> (8 * i)) & 0xff;
      }
      const r = new Reader(/** @type {Core} */ (this._core).call(number, request));
      if (r.u8() !== 0) {
        const code = r.str();
        throw new Refusal(code, r.str() || sentenceOf(code), r.str() || fixOf(code));
      }
      return read(r);
    } catch (thrown) {
      if (thrown instanceof Refusal) {
        this._refusal = thrown.code;
        this._hub.diagnose(thrown);
        return undefined;
      }
      this._trapped(thrown);
      return null;
    }
  }

  /** @param {any} thrown */
  _trapped(thrown) {
    this._core = null; // not freed: nothing may enter an instance after a trap
    this._servedBefore = this._served;
    if (this._restarted || this._lost) return this._lose(thrown);
    this._restarted = true;
    this._hub.diagnose({
      code: "engine_restarted",
      message: (TEXTS ? "The engine stopped and starts again: " : "") + said(thrown),
      fix: TEXTS ? "Report it with the steps that led to it; the portrait is kept." : "",
    });
    this._hub.change();
    this._boot();
  }

  /** @param {any} thrown */
  _failed(thrown) {
    this._starting = false;
    if (this._restarted) return this._lose(thrown);
    this._hub.diagnose(thrown instanceof NearshelfError ? thrown : {
      code: "wasm_broken",
      message: (TEXTS ? "The wasm file does not start: " : "") + said(thrown),
      fix: fixOf("bad_request"),
    });
    this._refused();
  }

  // A first start that failed may be tried again with another file; a second one was the last.
  _refused() {
    if (this._restarted) this._lose(TEXTS ? "the core refused to open the pack again" : "refused");
    else this.rest();
  }

  /** @param {any} thrown */
  _lose(thrown) {
    if (this._lost) return;
    this._lost = true;
    this._start = null;
    this._forgetJournal();
    this._hub.diagnose({
      code: "engine_lost",
      message: (TEXTS ? "The engine stopped twice and stays off: " : "") + said(thrown),
      fix: TEXTS ? "Lists keep the given or published order until the page is loaded again. Report it with the steps." : "",
    });
    this._hub.change();
  }

  _release() {
    const core = this._core;
    this._core = null;
    try {
      if (core && core.free) core.free();
    } catch (thrown) {
      // An instance that cannot be freed is dropped as it is.
    }
  }

  _fresh() {
    // A buffer that one large call left behind is not kept.
    if (this._writer._bytes.length > MOST_WAITING_BYTES) this._writer = new Writer();
    this._writer.cut(0);
    return this._writer;
  }

  /** @param {number} bytes */
  _mayWait(bytes) {
    return !this._lost && !this._idle && this._seat._consent.personalize === true
      && this._era._journal.length < MOST_WAITING && this._era._bytes + bytes <= MOST_WAITING_BYTES;
  }

  /**
   * @param {number} number
   * @param {Uint8Array} request
   */
  _keep(number, request) {
    this._era._journal.push([number, request]);
    this._era._bytes += request.length;
  }

  /** @param {Uint8Array | null} snapshot */
  _newEra(snapshot) {
    const ground = this._seat._overlay._kept.filter((laid) => laid._request);
    return newEra(snapshot, ground.map(({ _op, _request }) => [_op, /** @type {Uint8Array} */ (_request)]), this._seat._shards._open);
  }

  /**
   * @param {number} number
   * @param {Uint8Array} request
   * @param {number} accepted events
   */
  _remember(number, request, accepted) {
    if (this._seat._consent.personalize !== true) return;
    this._keep(number, request);
    this._accepted += accepted;
    if (this._accepted >= SNAPSHOT_EVERY) this._takeSnapshot();
  }

  _takeSnapshot() {
    const snapshot = this.call(op.SNAPSHOT, () => {}, (r) => r.bytes());
    if (!snapshot) return; // a refusal is told; the journal goes on
    this._era = this._newEra(snapshot);
    this._accepted = 0;
  }

  _forgetJournal() {
    this._era = this._newEra(null);
    this.decisions = [];
    this._accepted = 0;
  }
}

/**
 * @param {Writer} w
 * @param {import("./shelf.js").ConsentState} consent
 */
export function writeConsent(w, consent) {
  w.tri(consent.store);
  w.tri(consent.personalize);
  w.tri(consent.report);
  w.tri(consent.sensitive);
}
