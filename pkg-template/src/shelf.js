// The shelf: every method of the public face over an engine that may be absent, late or gone.

import { addonsOf } from "./addon.js";
import { careOf } from "./care.js";
import { readCoupons, readOffers, readQuote, writeCart } from "./checkout.js";
import { Reader } from "./codec.js";
import { Conditions } from "./condition.js";
import { writeLog } from "./decisions.js";
import { Engine, INSIGHT, OFFERS, writeConsent } from "./engine.js";
import { writeEvent, writeOrder } from "./event.js";
import { takeIn, tellUnreadable } from "./intake.js";
import { candidatesOf, cardKind, copyList, decided, done, fetched, isTogether, labelled, listed, listOf, mustKnow, ranked, recommended, whyNoCard, writeRequest } from "./lists.js";
import { declared, sayWaiting } from "./declare.js";
import { shopperOf } from "./shopper.js";
import { sellingPointsOf } from "./selling.js";
import { watchStages } from "./stages.js";
import { filtered, suggestions } from "./suggest.js";
import { allowTag, blockTag, deleteTag, hiddenTags, tagsOf } from "./tags.js";
import { ADDONS, BROWSE, CARE, CONSENT, COUPONS, FILTER, GRANTS, INSIGHTS, PROMOTIONS, RANK, RECOMMEND, REPORT, SELLING, SUGGEST, VIEW } from "./takes.js";
import { said } from "./error.js";
import { TEXTS } from "./fixes.js";
import { Fallback } from "./fallback.js";
import { guardCalls, NEUTRAL } from "./guard.js";
import { readInsights, writeInsights } from "./insights.js";
import { Memory } from "./memory.js";
import { distinct, id, readOptions } from "./options.js";
import { Overlay } from "./overlay.js";
import { declineGrant, grantsOf, promotionsOf, unmetOf } from "./promotions.js";
import * as op from "./protocol.js";
import { Receipts } from "./receipts.js";
import { Reports } from "./reports.js";
import { rulesOf } from "./rules.js";
import { agreed, copy as copyQuote, differences } from "./reconcile.js";
import { Shards } from "./shards.js";
import { Switch } from "./switch.js";
import { Trust } from "./trust.js";

/**
 * @typedef {boolean | null} Tri
 * @typedef {{ store: Tri, personalize: Tri, report: Tri, sensitive: Tri }} ConsentState
 * @typedef {{ _packVersion: string, _market: string, _currency: string, _exponent: number, _language: string, _shop?: string }} View
 */

/** Characters of an account's key. */
const LONGEST_ACCOUNT = 1000;
const DAY_MS = 864e5;
/** Days that a portrait is kept after the last visit, where the pack does not say: 13 months. */
const KEPT_DAYS = 396;
/** Orders one call may bring; a longer list is cut. */
const MOST_ORDERS = 1e4;
/** The last millisecond that JavaScript knows. */
const LAST_TIME = 8.64e15;
const NOTHING = { _slot: "", _list: null, _run: 0 };
/** Bytes of a seed. */
const SEED_BYTES = 6;
/** Certainty, in millionths. */
const CERTAIN = 1e6;

export class Shelf {
  /**
   * @param {import("./hub.js").Hub} hub
   * @param {{
   *   now?: () => number, market?: string, language?: string, storage?: import("./vault.js").ShelfStorage, reports?: any,
   *   overlayRefreshMs?: number, reportDelayMs?: number, shards?: number, seed?: number, utcOffset?: number, keys?: string[],
   *   notice?: string, respectSignals?: boolean, preConsent?: number, returning?: boolean,
   * }} wishes
   * @param {import("./create.js").Host} host
   * @param {() => void} gone called when the shelf is disposed
   * @param {((name: string) => any) | null} loadShard answers a shard's bytes; `null` where nobody can
   */
  constructor(hub, wishes, host, gone, loadShard) {
    this._hub = hub;
    this._clock = wishes.now;
    this._gone = gone;
    this._receipts = new Receipts(this, host.signals, wishes);
    /** What is in force. @type {ConsentState} */
    this._consent = Object.assign({}, this._receipts._decided);
    /** Events may wait for the answer. */
    this._early = wishes.preConsent === 1;
    /** What the pack and the engine say of themselves; until then, what the host wants. @type {View} */
    this._view = {
      _packVersion: "",
      _market: wishes.market || "",
      _currency: "",
      _exponent: 2,
      _language: wishes.language || "",
    };
    /** @type {Map<number, any>} */
    this._products = new Map();
    this._fallback = new Fallback(null, hub);
    this._engine = new Engine(hub, this);
    this._memory = new Memory(this, host.memory, wishes.storage, wishes.returning);
    this._trust = new Trust(this, wishes.keys);
    this._reports = new Reports(this, this._memory._vault, host.reports, wishes.reports, wishes.reportDelayMs);
    this._overlay = new Overlay(this, host, wishes.overlayRefreshMs);
    this._switch = new Switch(this, host, wishes.overlayRefreshMs);
    /** The last quote, and the server's. @type {any} */
    this._quoted = this._server = null;
    this._shards = new Shards(this, loadShard ? wishes.shards || 0 : -1, /** @type {any} */ (loadShard));
    /** What exploration is drawn from; NaN: nothing is explored. */
    this._seed = wishes.seed === undefined ? NaN : wishes.seed;
    /** What the rows of this shelf are told apart by from those of others that were given the same seed: when it began, until it is drawn. */
    this._run = 0;
    this._drawn = false;
    /** The cards of the latest lists, by the list. @type {Map<number, import("./cards.js").Dealt>} */
    this._dealt = new Map();
    /** Calls of declare() from before there were the core and the part that take them. @type {any[][]} */
    /** What the shopper said that waits for the engine, or for the part for insight. @type {(() => any)[]} */
    this._said = [];
    /** The products of a card, as an event has them. @param {string} card */
    this._productsOf = (card) => {
      const all = this._fallback.ask([], (c) => c.cards(0).concat(c.cards(1)));
      const found = all.filter((entry) => entry._card.id === card)[0];
      return found && found._card.products.map((/** @type {string} */ item_id) => ({ item_id }));
    };
    this._conditions = new Conditions(hub, this._engine, () => this._shopper());
    this._utcOffset = wishes.utcOffset;
    /** What became of rule tags when they were asked last: for which version, and from when until when. @type {any} */
    this._ruled = { _version: -1, _from: 0, _until: 0, _states: [] };
    /** Asks for the stage from time to time. @type {any} */
    this._watch = 0;
    this._disposed = false;
    guardCalls(this);
  }

  get status() {
    return this._engine.up ? "ready" : "neutral";
  }

  get packVersion() {
    return this._view._packVersion;
  }

  get overlayVersion() {
    return this._overlay._version;
  }

  get market() {
    return this._view._market;
  }

  get currency() {
    return this._view._currency;
  }

  get exponent() {
    return this._view._exponent;
  }

  get language() {
    return this._view._language;
  }

  track(name, params) {
    return takeIn(this, [name], (w, name) => writeEvent(w, name, params, this._productsOf));
  }

  trackMany(events) {
    if (!Array.isArray(events)) {
      this._hub.misuse("bad_argument", TEXTS ? "trackMany() was given no list." : "trackMany()", TEXTS ? "Pass a list of { name, params }." : "");
      return NEUTRAL.trackMany();
    }
    return takeIn(this, events, (w, event) => {
      if (typeof event !== "object" || event === null) return false;
      try {
        return writeEvent(w, event.name, event.params, this._productsOf);
      } catch (unreadable) {
        return false;
      }
    });
  }

  recommend(options) {
    return recommended(this, this._wishes("recommend", options, RECOMMEND), null);
  }

  suggest(typed, options) {
    return suggestions(this, typed, this._wishes("suggest", options, SUGGEST));
  }

  filters(given, options) {
    return filtered(this, given, this._wishes("filters", options, FILTER));
  }

  rank(given, options) {
    const hub = this._hub;
    const o = this._wishes("rank", options, RANK);
    const described = new Map();
    const once = distinct(given, (expected) => hub.misuse("bad_argument", TEXTS ? "rank() has to be given " + expected + "." : "rank()",
      TEXTS ? "Pass ids as strings or numbers, or objects with an id." : ""), described);
    const list = ranked(this, o, { _ids: once, _described: described }, o.exclude || o.quota || o.diversity || o.limit);
    return done(this, list ? Object.assign({ ids: list.items.map((item) => item.id) }, list) : this._fallback.rank(once, described, o), o);
  }

  decisions() {
    return this._engine.decisions.map((d) => d._list).filter(Boolean).map(copyList);
  }

  replay(servedId) {
    const d = this._engine.decisions.find((d) => d._servedId === servedId);
    this._products.clear(); // a row of then may be another one now
    const again = d && this._engine.replay(d, (answer) => {
      const r = new Reader(answer.subarray(1));
      if (typeof d._given === "function") return d._given(r);
      const list = listOf(this, op.readShelf(r), d._given);
      const sponsored = (d._list ? d._list.items : []).filter((item) => item.sponsored).map((item) => item.id);
      return list && decided(d, listed(this, labelled(this, list, { sponsored }), { slot: d._slot }));
    });
    this._products.clear();
    return again || null;
  }

  decisionLog() {
    return writeLog(this._engine.decisions, this.packVersion, this._consent.sensitive);
  }

  explorationRows(servedId) {
    const { _slot: slot, _list: list, _run: run } = this._engine.decisions.find((d) => d._servedId === servedId) || NOTHING;
    return (list ? list.items : []).map((item, position) => ({
      item: item.id,
      propensity: item.propensity,
      slot,
      position,
      served: run.toString(36) + "-" + servedId,
      policy: { [item.instead || item.id]: CERTAIN },
    })).filter((row) => row.propensity);
  }

  why(servedId, given) {
    if (servedId === 0) return { code: "score", subject: "", value: 0, children: [] };
    const inner = typeof servedId === "number" ? this._engine.innerServedId(servedId) : 0;
    if (!inner) return null;
    const dealt = this._dealt.get(servedId);
    const card = dealt && dealt._cards.find((card) => card._card.id === id(given));
    return this._engine.call(op.WHY, (w) => {
      w.u32(inner);
      w.str(card ? card._best : id(given));
    }, op.readNode) || null;
  }

  whyNot(given, options) {
    const o = this._wishes("whyNot", options, RECOMMEND);
    const activities = cardKind(o);
    if (activities >= 0) return whyNoCard(this, o, activities, id(given));
    const found = candidatesOf(this, o);
    rulesOf(this, o);
    const answer = this._engine.call(op.WHY_NOT, (w) => {
      w.f64(this._engine.time());
      w.str(o.slot || "default");
      writeRequest(this, w, o, found, true);
      w.str(id(given));
    }, op.readWhyNot) || this._fallback.whyNot(id(given), o, found);
    // The core knows a restricted list, not what restricts it.
    if (answer.stage === "no_match" && isTogether(o)) answer.stage = "no_pair";
    return answer;
  }

  product(given) {
    const rows = this._engine.call(op.FIND, (w) => w.list([id(given)], (v) => w.str(v)), op.readRows);
    if (rows && rows[0] === op.NONE) return null;
    const products = rows && fetched(this, rows);
    if (!products) return this._fallback.product(id(given));
    return copy(products.get(rows[0]));
  }

  browse(options) {
    const o = readOptions(this._hub, "browse", options, BROWSE);
    const page = this._engine.call(op.PAGE, (w) => {
      w.u32(o.offset || 0);
      w.u32(o.limit || 12);
      w.str(o.category || "");
    }, op.readPage);
    const products = page && fetched(this, page._rows);
    if (page === undefined) return NEUTRAL.browse();
    if (!products) return this._fallback.browse(o);
    if (o.category && !page._total) mustKnow(this, o.category);
    return { total: page._total, products: page._rows.map((row) => copy(products.get(row))).filter(Boolean) };
  }

  categories() {
    return this._engine.call(op.CATEGORIES, () => {}, op.readCategories) || this._fallback.categories();
  }

  /** @param {any} cart @returns {import("../types/index").Quote | null} */
  quote(cart) {
    const unmet = unmetOf(this, cart && cart.attributes);
    let key = "";
    const now = this._time();
    const quote = unmet && this._engine.reckon(OFFERS, op.QUOTE, (w) => {
      w.f64(this._engine.at(now));
      const from = w.length;
      writeCart(w, cart);
      w.list(unmet, (offer) => w.str(offer));
      this._switch.write(w);
      key = String(w.written().subarray(from));
    }, (r) => readQuote(r, this.packVersion)) || null;
    if (!quote) return null;
    const until = Math.min(quote.expires || Infinity, this._switch._address ? this._switch._until : Infinity);
    quote.expires = until < Infinity && !this._uncertain() && !this._switch._unknown() ? until : null;
    this._quoted = { _key: key + this._versions(), _quote: quote };
    return agreed(this._quoted, this._server, now);
  }

  reconcile(server) {
    const mine = this._quoted;
    try {
      const found = differences(mine._quote, server);
      if (server.payable >= 0) {
        this._server = { _key: mine._key, _quote: copyQuote(server) };
        return { same: !found.length, differences: found };
      }
    } catch (noQuote) {
      // Told below.
    }
    this._hub.misuse("bad_argument", TEXTS ? "reconcile() was given no quote, or none was asked for here." : "reconcile()", TEXTS ? "Call quote(cart), then pass the server's quote of the same cart." : "");
    return NEUTRAL.reconcile();
  }

  setOverlay(overlay) {
    if (overlay !== undefined && (typeof overlay === "object" || typeof overlay === "string")) return this._overlay.take(overlay);
    this._hub.misuse("bad_argument", TEXTS ? "setOverlay() was given no overlay." : "setOverlay()", TEXTS ? "Pass an address, bytes, { items } or null." : "");
    return NEUTRAL.setOverlay();
  }

  coupons(options) {
    const o = readOptions(this._hub, "coupons", options, COUPONS);
    const unmet = unmetOf(this, o.attributes || o.cart && o.cart.attributes);
    return unmet && this._engine.reckon(OFFERS, op.COUPONS, (w) => {
      w.f64(this._engine.at(this._time()));
      writeCart(w, o.cart);
      w.list(o.held || [], (held) => w.str(held));
      w.list(unmet, (offer) => w.str(offer));
      this._switch.write(w);
      w.u8(o.mode || 0);
    }, readCoupons) || [];
  }

  addons(options) {
    return addonsOf(this, readOptions(this._hub, "addons", options, ADDONS));
  }

  offers() {
    const now = this._time();
    return this._engine.reckon(OFFERS, op.OFFERS, (w) => {
      w.f64(now);
      this._switch.write(w);
    }, (r) => readOffers(r, this._uncertain() ? NaN : now)) || [];
  }

  promotions(options) {
    return promotionsOf(this, this._wishes("promotions", options, PROMOTIONS), "promotions");
  }

  care(options) {
    return careOf(this, this._wishes("care", options, CARE)) || NEUTRAL.care();
  }

  sellingPoints(product, options) {
    return sellingPointsOf(this, id(product), this._wishes("sellingPoints", options, SELLING));
  }

  grants(options) {
    return grantsOf(this, this._wishes("grants", options, GRANTS));
  }

  declineGrant(campaign, declined) {
    return declineGrant(this, id(campaign), declined !== false);
  }

  matches(condition, attributes, options) {
    return this._conditions.ask(condition, [attributes], options)[0];
  }

  matchesAll(condition, list, options) {
    return this._conditions.ask(condition, list, options);
  }

  shopper() {
    return this._shopper() || null;
  }

  audience(condition, options) {
    return {
      matches: (attributes) => this.matches(condition, attributes, options),
      matchesAll: (list) => this.matchesAll(condition, list, options),
    };
  }

  portrait() {
    const about = this._about();
    return Object.assign(NEUTRAL.portrait(), this._traits(), about && about._shown);
  }

  tags() {
    return tagsOf(this);
  }

  deleteTag(tag) {
    return deleteTag(this, tag);
  }

  blockTag(tag) {
    return blockTag(this, tag);
  }

  allowTag(tag) {
    return allowTag(this, tag);
  }

  hiddenTags() {
    return hiddenTags(this);
  }

  declare(answers, options) {
    return declared(this, answers, options);
  }

  insights(options) {
    const o = readOptions(this._hub, "insights", options, INSIGHTS);
    return this._engine.reckon(INSIGHT, op.INSIGHTS, (w) => {
      w.f64(this._engine.time());
      writeInsights(w, this._zone(), o);
    }, readInsights) || NEUTRAL.insights();
  }

  consent() {
    return Object.assign({}, this._consent);
  }

  setConsent(change) {
    const { store, report } = this._consent;
    const { _asks } = this._receipts;
    this._receipts.decide(readOptions(this._hub, "setConsent", change, CONSENT));
    // What was kept under an older notice goes with a no to the new one.
    this._agreed(store === true || (_asks && this._consent.store === false), report === true);
  }

  consentReceipts() {
    return this._receipts.list();
  }

  /**
   * Does what consent asks for.
   * @param {boolean} stored there was consent to store
   * @param {boolean} reported there was consent to report
   */
  _agreed(stored, reported) {
    this._engine.call(op.CONSENT, (w) => {
      w.f64(this._now());
      writeConsent(w, this._consent);
    }, op.readNothing);
    this._engine.consented();
    if (this._consent.personalize !== true) this._said = [];
    this._drawSeed();
    this._memory.consented(stored);
    this._reports.consented(reported);
    this._hub.change();
  }

  setView(view) {
    const o = readOptions(this._hub, "setView", view, VIEW);
    const market = o.market === undefined ? this.market : o.market;
    const language = o.language === undefined ? this.language : o.language;
    const opened = this._engine.setView(market, language);
    if (opened === undefined) return;
    if (opened) {
      this._opened(opened);
      this._engine.consented();
    } else {
      this._view = Object.assign({}, this._view, { _market: market, _language: language });
      this._look(market, language);
    }
    this._hub.change();
  }

  diagnostics() {
    const counts = this._hub.counts();
    const inner = this._engine.call(op.DIAGNOSTICS, () => {}, op.readCounts) || [];
    inner.forEach((c) => {
      counts[c._code] = (counts[c._code] || 0) + c._count;
    });
    return counts;
  }

  forget() {
    this._forgotten();
    this._memory.erase();
    if (this._consent.store === true) this._reports.withdraw(true);
    this._hub.change();
  }

  report(options) {
    const { send } = readOptions(this._hub, "report", options, REPORT);
    return this._reports.report(send === true);
  }

  identify(account) {
    const key = id(account);
    if (key && key.length <= LONGEST_ACCOUNT) return this._memory.identify(key);
    this._hub.misuse("bad_argument", TEXTS ? "identify() was given no account." : "identify()", TEXTS ? "Pass its key, at most " + LONGEST_ACCOUNT + " characters." : "");
    return NEUTRAL.identify();
  }

  signOut() {
    const done = this._memory.signOut();
    this._hub.change();
    return done;
  }

  syncOrders(orders) {
    const length = lengthOf(orders);
    if (length < 0) {
      this._hub.misuse("bad_argument", TEXTS ? "syncOrders() was given no list." : "syncOrders()", TEXTS ? "Pass a list of { transaction_id, timestamp, items }." : "");
      return NEUTRAL.syncOrders();
    }
    let written = 0;
    const answer = this._engine.call(op.SYNC_ORDERS, (w) => {
      w.f64(this._engine.time());
      w.u32(this._zone());
      const counted = w.length;
      w.u32(0);
      for (let i = 0; i < length && i < MOST_ORDERS; i++) if (writeOrder(w, orders, i)) written++;
      w.patch(counted, written);
    }, op.readSynced);
    if (!answer) return NEUTRAL.syncOrders();
    tellUnreadable(this, length - written);
    if (answer.added) {
      this._engine.consented();
      this._memory.changed();
      this._hub.change();
    }
    return answer;
  }

  /** @param {Uint8Array} [bytes] @returns {any} */
  ledger(bytes) {
    if (bytes) {
      const kept = !!this._engine.call(op.KEEP_LEDGER, (w) => w.bytes(bytes), op.readNothing);
      this._engine.consented();
      this._memory.changed();
      return kept;
    }
    return this._engine.call(op.LEDGERS, () => {}, (r) => ({
      program: this._fallback.ask(null, (c) => c.section("LOYL")), ledger: r.bytes(), visitor: r.bytes(), visit: r.f64(), now: this._now(), language: this.language,
    }));
  }

  /** @param {number} [number] @param {Uint8Array} [request] @returns {any} */
  invites(number, request) {
    if (request) return this._trust.ask(/** @type {number} */ (number), request);
    return { program: this._fallback.ask(null, (c) => c.section("INVT")), keys: this._trust._keys, now: this._now(), language: this.language };
  }

  /** @param {any} [what] a call, what to tell of a source of consent, or nothing @param {Uint8Array} [request] @returns {any} */
  rights(what, request) {
    const { _vault: vault } = this._memory;
    if (!what) {
      const told = (ledger) => ({ shop: this._view._shop || "", now: this._engine.at(this._now()), ledger });
      const may = this._consent.store === true && vault._host && this._view._shop !== undefined;
      return Promise.resolve(may ? vault.ledger(vault.ledgerName()) : null).then(told, () => told(null));
    }
    if (!request) return this._hub.diagnose({ code: "consent_source", message: what, fix: TEXTS ? "What is undecided stays so. Is the consent platform there, and does it answer?" : "" });
    const answer = this._engine.reckon(INSIGHT, what, (w) => request.forEach((b) => w.u8(b)), (r) => r._bytes.slice(1));
    if (answer && what === op.TAKE_IN) {
      this._engine.consented();
      this._memory.changed();
      this._hub.change();
    }
    return answer;
  }

  on(type, listener) {
    const off = this._hub.on(type, listener);
    if (type === "stage") watchStages(this);
    return off;
  }

  dispose() {
    this._disposed = true;
    this._memory.close();
    this._reports.close();
    this._overlay.close();
    this._switch.close();
    this._engine.close();
    this._hub.close();
    clearTimeout(this._watch);
    this._distrust(); // lets go of the pack
    this._gone();
  }

  // ---- what create.js and the engine call ----

  /** Nothing is known of the shopper any more. */
  _forgotten() {
    this._engine.call(op.FORGET, (w) => w.f64(this._now()), op.readNothing);
    this._said = [];
    this._engine.forget();
  }

  /** The traits of the portrait, which need no part. */
  _traits() {
    return this._engine.call(op.PORTRAIT, (w) => w.f64(this._engine.time()), op.readPortrait);
  }

  /** What is told of a portrait beside its traits; `null` until the part for insight is there. */
  _about() {
    return this._engine.reckon(INSIGHT, op.ABOUT, (w) => w.f64(this._engine.time()), op.readAbout);
  }

  /** What conditions see of the shopper; nothing without consent, or without the part that understands. */
  _shopper() {
    if (this._switch._neutral) return undefined;
    if (this._consent.personalize !== true || !this._engine.has(INSIGHT)) {
      this._engine.grow(INSIGHT);
      return undefined;
    }
    const insights = this.insights();
    return shopperOf(this.portrait(), insights, insights.leftInCart.map((left) => left.product));
  }

  /** Minutes by which the shopper's clock is ahead of UTC. */
  _zone() {
    return this._utcOffset === undefined ? -new Date(this._now()).getTimezoneOffset() : this._utcOffset;
  }

  /** A portrait whose last visit was before is kept no longer. */
  _keptSince() {
    const days = this._fallback.ask(null, (c) => c.section("KEEP"));
    return this._now() - DAY_MS * (days && days.length === 4 ? new Reader(days).u32() : KEPT_DAYS);
  }

  /** What a quote is of, beside its cart. */
  _versions() {
    return [this.packVersion, this.overlayVersion, this.market];
  }

  /** The options of a list: with the switch at neutral it is that. */
  _wishes(call, options, shape) {
    const o = readOptions(this._hub, call, options, shape);
    return this._switch._neutral ? Object.assign(o, { mode: 1 }) : o;
  }

  /** The time that offers go by: never before what was signed. */
  _time() {
    return this._now() + this._trust._behind;
  }

  /** The time cannot be trusted: what was signed for a while has ended. */
  _uncertain() {
    const { _trust: trust, _overlay: overlay, _switch: remote } = this;
    return !!trust._keys && !!(overlay._address || remote._address) && !(this._time() < Math.max(overlay._until, remote._until));
  }

  /** Milliseconds since 1970, from the host's clock as long as that works. */
  _now() {
    if (this._clock) {
      try {
        const now = Number(this._clock());
        if (Math.abs(now) <= LAST_TIME) return now;
        throw new RangeError(TEXTS ? "it did not return a time" : "");
      } catch (thrown) {
        this._clock = undefined;
        this._hub.diagnose({
          code: "clock_failed",
          message: (TEXTS ? "options.now failed, the device's clock is used: " : "") + said(thrown),
          fix: TEXTS ? "Return milliseconds since 1970 UTC." : "",
        });
      }
    }
    return Date.now();
  }

  /**
   * The pack has arrived: lists work in published order from here on.
   * @param {Uint8Array} bytes
   */
  _takePack(bytes) {
    this._fallback = new Fallback(bytes, this._hub);
    this._look(this.market, this.language);
    this._hub.change();
  }

  /**
   * The core has arrived: the engine starts with it.
   * @param {import("./engine.js").Start} start
   */
  _begin(start) {
    return Promise.all([this._engine.begin(start), this._drawSeed()]).then(() => this._memory.settled());
  }

  // Without randomness nothing is explored, which is nobody's trouble.
  _drawSeed() {
    if (this._drawn || this._consent.personalize !== true) return undefined;
    this._run = this._run || this._now();
    if (!this._fallback.explores()) return undefined;
    this._drawn = true;
    return this._memory._vault.random(SEED_BYTES).then((bytes) => {
      if (!bytes) return;
      this._run = bytes.reduce((seed, byte) => seed * 256 + byte, 0);
      if (this._seed !== this._seed) this._seed = this._run;
    }, () => {});
  }

  /** No core is coming, so what keeps the fallback from working is told here. */
  _rest() {
    this._engine.rest();
    this._receipts.tell();
    if (this._fallback.trouble) this._hub.diagnose(this._fallback.trouble);
  }

  /** The pack's bytes, which are there when the engine starts. */
  _pack() {
    return /** @type {Uint8Array} */ (this._fallback.bytes);
  }

  /** @param {ReturnType<typeof op.readView>} view */
  _opened(view) {
    this._look(view._market, view._language);
    this._view = view;
    this._overlay.told(view);
    sayWaiting(this);
    this._memory.consented();
    this._reports.consented();
    this._shards.look();
  }

  /** A part has arrived: what waited for it is done. */
  _grown() {
    sayWaiting(this);
  }

  /** Products came in: the others may stand in other rows, and what was laid over the pack is laid again, now over all of them. */
  _more() {
    this._products.clear();
    this._overlay.started();
    this._engine.consented(); // what comes is decided from here
    this._hub.change();
  }

  /** The core refused this pack, so nothing of it is shown. */
  _distrust() {
    this._fallback = new Fallback(null, this._hub);
  }

  /** What is left of a ledger after a withdrawal. @param {Uint8Array} ledger @param {boolean} all */
  _withdrawn(ledger, all) {
    return this._engine.call(op.WITHDRAW, (w) => {
      w.f64(this._now());
      w.bytes(ledger);
      w.u8(all ? 1 : 0);
    }, (r) => r.bytes());
  }

  // Market and language of the fallback; the shelf's own follow it while there is no engine to ask.
  _look(market, language) {
    this._products.clear();
    const view = this._fallback.look(market, language);
    if (view && !this._engine.up) this._view = view;
  }

}

/** Elements of a list, -1 for what is none. @param {any} list */
function lengthOf(list) {
  try {
    return Array.isArray(list) ? list.length : -1;
  } catch (unreadable) {
    return -1;
  }
}

/** A product the page may write on. */
function copy(product) {
  return product
    ? Object.assign({}, product, { tags: product.tags.slice(), variants: product.variants.map((v) => Object.assign({}, v)) })
    : null;
}
