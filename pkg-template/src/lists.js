// Lists: what the core is asked for, and its answer with display data, labels and the names of GA4.

import { deal, order, undealt } from "./cards.js";
import { INSIGHT } from "./engine.js";
import { TEXTS } from "./fixes.js";
import { id, arrivals } from "./options.js";
import { withOwn } from "./pairs.js";
import { putForward } from "./promotions.js";
import { rulesOf } from "./rules.js";
import * as op from "./protocol.js";
import { wordsOf } from "./words.js";

/** @typedef {import("./codec.js").Writer} Writer */

/** Lists whose reasons are kept, as in the core. */
const KEPT = 16;
/** Display data kept of this many products. */
const MOST_PRODUCTS = 2048;
/** A list that the host gave no ids for. */
const NOBODY_GAVE = { _ids: [], _described: new Map() };

/**
 * What a shelf is asked for; its rules were asked for before, since they are calls of their own.
 * @param {Writer} w
 * @param {any} o
 * @param {import("./catalogue.js").Found[] | null} found
 * @param {boolean} kept
 */
export function writeRequest(shelf, w, o, found, kept) {
  const most = o.quota || {};
  const price = o.price || {};
  const money = (/** @type {any} */ amount, /** @type {(x: number) => number} */ round) => w.f64(amount === undefined ? NaN : round(amount));
  w.u32(o.limit || 12);
  w.u8(o.mode || 0);
  w.list(o.exclude || [], (v) => w.str(v));
  w.str(o.category || "");
  w.list(o._rules.reduce((all, rule) => all.concat(rule._pins), o.pin || []), (pin) => {
    w.str(pin.id);
    w.u32(pin.index);
  });
  w.u32(most.brand || 0);
  w.u32(most.category || 0);
  money(price.min, Math.ceil);
  money(price.max, Math.floor);
  w.u32(Math.round((o.diversity || 0) * 65536));
  // What is not kept can tell nobody how likely it was, so nothing of it is drawn.
  w.f64(kept ? shelf._seed : NaN);
  w.list(o.context || [], (v) => w.str(v));
  const places = arrivals(o);
  const more = most.store || places;
  w.u8(((o.kind || o.slot) === "cart" ? 1 : 0) + (found ? 2 : 0) + (kept ? 0 : 4) + (more ? 8 : 0));
  if (found) w.list(found.map((x) => x._row).sort((a, b) => a - b), (row) => w.u32(row));
  if (more) [most.store || 0, places, (o.arrivals || {}).days || 0].forEach((x) => w.u32(x));
}

/** The list of these options; `suggested` reads its answer again where it is one of suggestions, which can have no reasons. */
export function recommended(shelf, o, suggested) {
  const activities = cardKind(o);
  if (activities >= 0) return cardsOf(shelf, o, activities);
  const found = candidatesOf(shelf, o);
  const rules = rulesOf(shelf, o);
  const answer = shelf._engine.decide(op.RECOMMEND, o.slot || "default", suggested || NOBODY_GAVE, (w) => writeRequest(shelf, w, o, found, !suggested));
  const shown = listOf(shelf, answer, NOBODY_GAVE);
  const list = answer === undefined ? listing(shelf, [], "neutral", 0, false, [], shelf.overlayVersion) : shown || shelf._fallback.recommend(o, found);
  if (suggested) return Object.assign(list, { servedId: shown && answer._name || null });
  if (o.category && answer && !list.items.length) mustKnow(shelf, o.category);
  (found || []).forEach((x) => x._together && list.items.forEach((item) => {
    if (item.id === x._id) item.together = x._together;
  }));
  if (o.scene) list.scenes = [];
  // Without the engine no rule counts.
  rules.forEach(({ _kind, _name }) => {
    const key = _kind ? "rules" : "scenes";
    if (!_kind || list.servedId) (list[key] = list[key] || []).push(_name);
  });
  return done(shelf, list, o);
}

/** An empty list may be one of a category that nobody has. */
export function mustKnow(shelf, category) {
  if (shelf.categories().some(({ path }) => path === category)) return;
  shelf._hub.diagnose({
    code: "unknown_category",
    message: TEXTS ? 'The pack has no category "' + category + '".' : category,
    fix: TEXTS ? "Use a path of categories()." : "",
  });
}

/** Content (0) or activities (1) that these options ask for, -1 for products. @param {any} o */
export function cardKind(o) {
  return ["content", "activity"].indexOf(o.kind || o.slot);
}

/** The cards of a kind as they are dealt, and why one is not; "" for one that is. */
function dealtFor(shelf, o, activities, limit) {
  const { _paused, _why } = putForward(shelf, activities ? o : { mode: 1 });
  const now = shelf._engine.time();
  const all = shelf._fallback.ask([], (c) => c.cards(activities));
  const left = (entry) => {
    const { id, kind } = entry._card;
    return undealt(entry, o, now) || (!activities || kind === "task" ? "" : _paused ? "paused" : !_why(id) ? "audience" : shelf._switch._stops(id) ? "stopped" : "");
  };
  return { _paused, _all: all, _left: left, _dealt: deal(all.filter((entry) => !left(entry)), limit, now) };
}

function cardsOf(shelf, o, activities) {
  const { _paused, _dealt: dealt } = dealtFor(shelf, o, activities, o.limit);
  const list = ranked(shelf, o, dealt) || shelf._fallback.cards(dealt);
  if (_paused) list.paused = true;
  shelf._dealt.set(list.servedId, dealt);
  shelf._dealt.forEach((_, old) => old <= list.servedId - KEPT && shelf._dealt.delete(old));
  return done(shelf, list, o);
}

/** What became of a card; the list that is made to know its place is no decision. @param {string} card */
export function whyNoCard(shelf, o, activities, card) {
  const { _all, _left, _dealt: dealt } = dealtFor(shelf, o, activities, Infinity);
  const mine = _all.filter(({ _card }) => _card.id === card)[0];
  const left = mine ? _left(mine) : "unknown_item";
  if (left) return { stage: left, detail: "" };
  const { items } = ranked(shelf, o, dealt, false, true) || shelf._fallback.cards(dealt);
  const at = items.findIndex(({ id }) => id === card);
  return { stage: at < (o.limit || 12) ? "shown" : "ranked_below", detail: String(at + 1) };
}

/** A given list in its order, `wish`: as the options ask; `null` without an engine. */
export function ranked(shelf, o, asked, wish, unkept) {
  return listOf(shelf, shelf._engine.decide(op.RANK, o.slot || "default", unkept ? null : asked, (w) => {
    w.u8((o.mode || 0) | (unkept ? 2 : 0));
    w.list(asked._ids, (v) => w.str(v));
    w.list(Array.from(asked._described.keys()), (key) => {
      const about = asked._described.get(key);
      w.u32(asked._ids.indexOf(key));
      w.str(id(about.category));
      w.str(id(about.brand));
    });
    asked._described.forEach(({ price }) => w.f64(typeof price === "number" && price >= 0 ? price : NaN));
    if (wish) {
      const most = o.quota || {};
      w.list(o.exclude || [], (v) => w.str(v));
      [most.category, most.brand, most.store, Math.round((o.diversity || 0) * 65536), o.limit].forEach((x) => w.u32(x || 0));
    }
  }), asked);
}

/** True where a list is of what is bought together with the context. @param {any} o */
export function isTogether(o) {
  return (o.kind || o.slot) === "together";
}

/** The products a list is restricted to, `null` for none: those with the words of a query, or bought together with the context. */
export function candidatesOf(shelf, o) {
  const { query } = o;
  const context = o.context || [];
  if (isTogether(o)) {
    const fallback = knownOf(shelf);
    const rows = shelf._engine.call(op.FIND, (w) => w.list(context, (v) => w.str(v)), op.readRows);
    const found = fallback.ask([], (c) => c.together(rows || context.map((id) => c.find(id))));
    return o.mode || shelf._consent.personalize !== true || !shelf._engine.has(INSIGHT) ? found : withOwn(shelf, found, context);
  }
  // A text without a word finds nothing.
  return query ? knownOf(shelf).ask([], (c) => c.search(wordsOf(query))) : null;
}

/** A list as GA4 names it. */
export function listed(shelf, list, o) {
  const slot = o.slot || "default";
  list.items.forEach((item, index) => {
    item.index = index;
  });
  return Object.assign(list, { item_list_id: slot, item_list_name: shelf._fallback.ask(slot, (c) => c.slot(slot)) });
}

// A list as the core answered it, with display data; `null` without either.
export function listOf(shelf, answer, given) {
  const items = answer && shownOf(shelf, answer._items, given._ids, given._described);
  if (!items) return null;
  answer._drawn.forEach((drawn, i) => {
    if (drawn._propensity) items[i].propensity = drawn._propensity;
    if (drawn._instead) Object.assign(items[i], { explored: true, instead: drawn._instead });
  });
  return listing(shelf, given._cards ? order(given, answer._source === "personal" ? items : []) : items, answer._source, answer._servedId, answer._partial, answer._relaxed, answer._overlay);
}

/** A list as it is given out; the decision behind it remembers it. */
export function done(shelf, list, o) {
  listed(shelf, labelled(shelf, list, o), o);
  const d = shelf._engine.decisions.find((d) => d._servedId === list.servedId);
  if (d) d._list = decided(d, copyList(list));
  return list;
}

// What is paid for says so, wherever it stands and whatever brought it there.
export function labelled(shelf, list, o) {
  const paid = (o.sponsored || []).concat((o.pin || []).filter((pin) => pin.sponsored).map((pin) => pin.id));
  if (!list || !paid.length) return list;
  const known = (given) => (shelf.product(given) || { id: given }).id;
  const products = new Set(paid.map(known));
  list.items.forEach((item) => {
    if (products.has(known(item.id))) Object.assign(item, { sponsored: true, because: { code: "sponsored", subject: "" } });
  });
  return list;
}

// Items with their display data; `null` when the engine is gone while they are fetched.
export function shownOf(shelf, items, given, described) {
  const products = fetched(shelf, items.map((item) => item._row));
  if (!products) return null;
  const shown = [];
  for (const item of items) {
    const product = products.get(item._row);
    const asked = given[item._given];
    if (product) {
      const variant = product.variants[item._variant];
      shown.push({
        id: asked === undefined ? product.id : asked,
        variant: variant ? variant.id : product.id,
        title: product.title,
        brand: product.brand,
        category: product.category,
        url: product.url,
        image: product.image,
        tags: product.tags.slice(),
        price: item._price,
        listPrice: item._listPrice,
        score: item._score,
        because: op.because(item),
        index: 0,
      });
      if (op.isArrival(item)) shown[shown.length - 1].arrival = true;
    } else if (asked !== undefined) {
      shown.push({ ...described.get(asked), id: asked, score: item._score, because: op.because(item), index: 0 });
    }
  }
  return shown;
}

// Display data of these rows, asking the core for what is not kept yet.
export function fetched(shelf, rows) {
  const kept = shelf._products;
  const missing = rows.filter((row) => row !== op.NONE && !kept.has(row));
  if (missing.length) {
    if (kept.size + missing.length > MOST_PRODUCTS) kept.clear();
    const wanted = kept.size ? missing : rows.filter((row) => row !== op.NONE);
    const answer = shelf._engine.call(op.PRODUCTS, (w) => w.list(wanted, (row) => w.u32(row)), op.readProducts);
    if (answer === null) return null;
    (answer || []).forEach((p) => kept.set(p._row, p._product));
  }
  return kept;
}

export function listing(shelf, items, source, servedId, partial, relaxed, overlayVersion) {
  return { items, source, servedId, partial, relaxed, packVersion: shelf.packVersion, overlayVersion };
}

/** The fallback with the products of all shards that are open, in the engine's rows. */
export function knownOf(shelf) {
  shelf._fallback.follow(shelf._shards._open.join(), () => shelf._engine.pack());
  return shelf._fallback;
}

/**
 * Makes a list one of a decision.
 * @param {import("./decisions.js").Decision} d
 */
export function decided(d, list) {
  return Object.assign(list, { servedId: d._servedId, time: d._time, slot: d._slot });
}

/** A list the page may write on. */
export function copyList(list) {
  return { ...list, items: list.items.map((item) => ({ ...item })) };
}

