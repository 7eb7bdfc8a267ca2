// The calls of the core: their numbers, and how each answer is read (src/manual/boundary.md).

export const OPEN = 1;
export const CLOSE = 2;
export const TRACK = 3;
export const RECOMMEND = 4;
export const RANK = 5;
export const WHY = 6;
export const WHY_NOT = 7;
export const PRODUCTS = 8;
export const PORTRAIT = 9;
export const CONSENT = 10;
export const DIAGNOSTICS = 11;
export const SNAPSHOT = 12;
export const RESTORE = 13;
export const FORGET = 14;
export const SET_VIEW = 15;
export const FIND = 16;
export const PAGE = 17;
export const CATEGORIES = 18;
export const SEAL = 19;
export const UNSEAL = 20;
export const IDENTIFY = 21;
export const SIGN_OUT = 22;
export const SYNC_ORDERS = 23;
export const QUOTE = 24;
export const COUPONS = 25;
export const OFFERS = 26;
export const REPORT = 27;
export const WITHDRAW = 28;
export const NEAREST = 29;
export const ATTACH = 30;
export const WANTED = 31;
export const OVERLAY = 32;
export const OVERLAY_ITEMS = 33;
export const REHEARSE = 37;
export const COMPILE = 45;
export const MATCHES = 46;
export const DROP_CONDITION = 47;
export const INSIGHTS = 48;
export const WISH_TAG = 49;
export const HIDDEN_TAGS = 50;
export const RULE_TAGS = 51;
export const DECLARE = 56;
export const STAGES = 57;
export const ABOUT = 58;
export const LEDGERS = 59;
export const KEEP_LEDGER = 60;
export const VERIFY = 67;
export const ADDONS = 76;
export const PUT_FORWARD = 61;
export const GRANTS = 62;
export const DECLINE_GRANT = 63;
export const CARE = 77;
export const TAKEN_OUT = 90;
export const TAKE_IN = 91;
export const SELLING_POINTS = 92;

/** A row or parent that is not there. */
export const NONE = 0xffffffff;

const BECAUSE = [
  "popular", "next", "together", "again", "history", "history_together", "category", "brand", "given", "similar",
  "declared", "scene", "price", "cluster",
];

export const AVAILABILITY = ["out_of_stock", "in_stock", "preorder", "backorder", "not_sold"];

/** @param {number} code */
export function availability(code) {
  return AVAILABILITY[code] || "not_sold";
}

/** @typedef {import("./codec.js").Reader} Reader */

/** @param {Reader} r */
export function readView(r) {
  return {
    _handle: r.u32(),
    _packVersion: r.str(),
    _shop: r.str(),
    _market: r.str(),
    _currency: r.str(),
    _exponent: r.u8(),
    _language: r.str(),
    _products: r.u32(),
    _overlay: r.money(),
    _expires: r.money(),
  };
}

/** @param {Reader} r */
export function readOverlaid(r) {
  return { _outcome: r.u8(), _overlay: r.money(), _expires: r.money() };
}

/** @param {Reader} r */
export function readTracked(r) {
  return { accepted: r.u32(), dropped: r.u32(), _changed: r.u8() === 1 };
}

/** @param {Reader} r */
export function readShelf(r) {
  return {
    _servedId: r.u32(),
    _source: r.u8() === 1 ? "personal" : "neutral",
    _partial: r.u8() === 1,
    _relaxed: readRelaxed(r.u8()),
    _items: r.list(readShelfItem),
    _drawn: r.list(readDrawn),
    _overlay: r.money(),
  };
}

/** How likely an item was shown in its place, in millionths, and what would else stand there. @param {Reader} r */
function readDrawn(r) {
  return { _propensity: r.u32(), _instead: r.str() };
}

/** What could not be met, by bit. */
const RELAXED = ["quota_category", "quota_brand", "price", "quota_store", "arrivals", "pin"];

/** @param {number} bits */
function readRelaxed(bits) {
  return RELAXED.filter((_, i) => bits & (1 << i));
}

/** @param {Reader} r */
function readShelfItem(r) {
  return {
    _row: r.u32(),
    _given: r.u32(),
    _variant: r.u32(),
    _price: r.money(),
    _listPrice: r.money(),
    _score: r.f64(),
    _code: r.u8(),
    _subject: r.str(),
  };
}

/** Why an item is on its list. @param {ReturnType<typeof readShelfItem>} item */
export function because(item) {
  return { code: BECAUSE[item._code & 127] || "given", subject: item._subject };
}

/** True for a new one, where new ones have places of their own. @param {ReturnType<typeof readShelfItem>} item */
export function isArrival(item) {
  return item._code > 127;
}

/** @param {Reader} r */
export function readNode(r) {
  return { code: r.str(), subject: r.str(), value: r.f64(), children: r.list(readNode) };
}

/** Stages of `whyNot`, by number. */
const WHY_NOT_STAGES = [
  "shown", "unknown_item", "not_sold_here", "out_of_stock", "excluded", "seen", "bought", "price_band", "quota", "not_candidate",
  "ranked_below", "hidden", "explored", "arrivals", "rule", "context_item", "other_category", "no_match", "disliked", "shard_closed",
];

/**
 * @param {Reader} r
 * @returns {{ stage: any, detail: string }}
 */
export function readWhyNot(r) {
  return { stage: WHY_NOT_STAGES[r.u8()], detail: r.str() };
}

/** @param {Reader} r */
export function readProducts(r) {
  return r.list((r) => ({
    _row: r.u32(),
    _product: {
      id: r.str(),
      title: r.str(),
      brand: r.str(),
      category: r.str(),
      url: r.str(),
      image: r.str(),
      tags: r.list(readText),
      price: r.money(),
      listPrice: r.money(),
      availability: availability(r.u8()),
      variants: r.list(readVariant),
    },
  }));
}

/** @param {Reader} r */
function readVariant(r) {
  return { id: r.str(), title: r.str(), price: r.money(), listPrice: r.money(), availability: availability(r.u8()) };
}

/** @param {Reader} r */
export function readPortrait(r) {
  const events = r.u32();
  const updated = r.money();
  return {
    events,
    sessions: r.u32(),
    updated,
    items: r.list(readTrait),
    categories: r.list(readTrait),
    brands: r.list(readTrait),
    priceBands: r.list(readTrait),
    tags: r.list(readTrait),
    hours: r.list(readTrait),
    weekdays: r.list(readTrait),
    channels: r.list(readTrait),
    contentKinds: r.list(readTrait),
    topics: r.list(readTrait),
    shareChannels: r.list(readTrait),
    session: r.list(readText),
    cluster: r.list((r) => ({ id: r.str(), share: r.f64(), confidence: r.f64(), last: r.f64() }))[0] || null,
  };
}

/** The kinds of tags in the core's order, each with the list of `portrait()` it stands in. */
export const TAG_KINDS = [
  ["item", "items"], ["category", "categories"], ["brand", "brands"], ["price_band", "priceBands"], ["tag", "tags"], ["hour", "hours"],
  ["weekday", "weekdays"], ["channel", "channels"], ["content", "contentKinds"], ["topic", "topics"], ["share_channel", "shareChannels"],
];

/** What `portrait()` tells beside traits, the strongest paths first; and for how long traits are tags, by their kinds. @param {Reader} r */
export function readAbout(r) {
  const categoryPaths = [];
  for (let key = r.str(); key; key = r.str()) {
    categoryPaths.push({ key, label: r.str(), share: r.f64(), events: r.u32(), last: r.f64(), level: r.u32() });
  }
  const about = { categoryPaths: categoryPaths.sort((a, b) => b.share - a.share), declared: readDeclared(r) };
  return { _shown: about, _tagLives: TAG_KINDS.map(() => r.f64()) };
}

/** Who declares something, by number. */
export const SOURCES = ["shopper", "shop", "survey", "import"];

/** What was declared: several of a list are one answer. @param {Reader} r */
function readDeclared(r) {
  /** @type {any[]} */
  const all = [];
  r.list((r) => {
    const [field, label, listed, text] = [r.str(), r.str(), r.str(), r.str()];
    const kind = r.u8();
    const source = SOURCES[r.u8()];
    const n = r.f64();
    const last = all[all.length - 1];
    const day = String(10000 + n);
    const value = kind === 0 ? listed : kind === 1 ? [listed] : kind === 3 ? n === 1 : kind === 4 ? day.slice(1, 3) + "-" + day.slice(3) : n;
    const shown = kind < 2 ? text : value + (text && " " + text);
    const answer = { field, label, value, text: shown, source, confidence: r.f64(), time: r.f64(), until: r.f64() };
    if (kind === 1 && last && last.field === field) {
      last.value.push(listed);
      last.text += ", " + text;
    } else all.push(answer);
  });
  return all;
}

/** @param {Reader} r */
function readTrait(r) {
  const key = r.str();
  const label = r.str();
  const share = r.f64();
  const events = r.u32();
  return { key, label, share, events, first: r.f64(), last: r.f64(), kinds: r.list(readText), confidence: events / (events + 1) };
}

/** @param {Reader} r */
export function readCounts(r) {
  return r.list((r) => ({ _code: r.str(), _count: r.u32() }));
}

/** @param {Reader} r */
export function readRows(r) {
  return r.list((r) => r.u32());
}

/** @param {Reader} r */
export function readPage(r) {
  return { _total: r.u32(), _rows: readRows(r) };
}

/** @param {Reader} r */
export function readCategories(r) {
  const list = r.list((r) => ({ path: r.str(), label: r.str(), _parent: r.u32(), products: r.u32() }));
  return list.map((c) => ({
    path: c.path,
    label: c.label,
    parent: list[c._parent] ? list[c._parent].path : null,
    products: c.products,
  }));
}

/** @param {Reader} r */
export function readSynced(r) {
  return { added: r.u32(), known: r.u32() };
}

/** @param {Reader} r */
export function readNothing(r) {
  return r.left() === 0;
}

/** @param {Reader} r */
export function readTexts(r) {
  return r.list(readText);
}

/** @param {Reader} r */
export function readText(r) {
  return r.str();
}
