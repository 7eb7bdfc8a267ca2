// A core in a few lines that speaks the protocol over fixed products, counts its calls and traps when told to.

import { createCipheriv, createDecipheriv } from "node:crypto";
import { Reader, Writer } from "../../../pkg-template/src/codec.js";
import * as op from "../../../pkg-template/src/protocol.js";
import { PRODUCTS } from "./small-pack.mjs";
import { xxh64 } from "./xxh64.mjs";

const names = Object.fromEntries(Object.entries(op).filter(([, v]) => typeof v === "number").map(([k, v]) => [v, k]));

export class FakeCore {
  constructor({ trapOn = () => false } = {}) {
    this.trapOn = trapOn;
    this.calls = [];
    this.events = [];
    /** The portrait: what it knows, and what of it is of this visit. */
    this.known = [];
    this.visit = [];
    this.served = 0;
    this.dead = false;
    /** The pack has no schema of reports. */
    this.asksNothing = false;
  }

  /** Requests seen of one kind. */
  seen(name) {
    return this.calls.filter((c) => c.name === name).length;
  }

  call(number, request) {
    if (this.dead) throw new Error("entered after a trap");
    const name = names[number];
    this.calls.push({ name, request: request.slice() });
    if (this.trapOn(name, this)) {
      this.dead = true;
      throw new WebAssembly.RuntimeError("unreachable");
    }
    const r = new Reader(request);
    const w = new Writer();
    w.u8(0);
    if (number !== op.OPEN) {
      if (r.u32() !== 7) return refusal("unknown_shelf");
    }
    const answer = this["on_" + name];
    const refused = answer ? answer.call(this, r, w) : undefined;
    return refused || w.written().slice();
  }

  free() {
    this.freed = true;
  }

  on_OPEN(r, w) {
    this.consent = null;
    this.opened = { now: r.f64(), market: r.str(), language: r.str(), consent: [r.u8(), r.u8(), r.u8(), r.u8()], pack: r.bytes() };
    if (r.left()) return refusal("bad_request");
    this.consent = this.opened.consent;
    w.u32(7);
    this.view(w);
  }

  on_SET_VIEW(r, w) {
    const market = r.str();
    if (market === "mars") return refusal("unknown_market");
    Object.assign(this.opened, { market, language: r.str() });
    w.u32(7);
    this.view(w);
  }

  view(w) {
    w.str("00000000000000ff");
    w.str("shop");
    w.str(this.opened.market || "cn");
    w.str("CNY");
    w.u8(2);
    w.str(this.opened.language || "en");
    w.u32(PRODUCTS.length);
    this.overlayState(w);
  }

  overlayState(w) {
    w.f64(this.overlay ? this.overlay.sequence : NaN);
    w.f64(this.overlay ? this.overlay.expires : NaN);
  }

  /** A file here is JSON: { outcome, sequence, expires }. */
  on_OVERLAY(r, w) {
    const now = r.f64();
    const bytes = r.bytes();
    this.files = [...(this.files || []), { now, bytes }];
    if (!bytes.length) this.overlay = null;
    else if (bytes[0] !== 35) return refusal("bad_overlay");
    const said = bytes.length ? JSON.parse(new TextDecoder().decode(bytes.subarray(1))) : { outcome: 0 };
    if (said.refused) return refusal(said.refused);
    if (said.outcome) this.overlay = said;
    w.u8(said.outcome);
    this.overlayState(w);
  }

  on_OVERLAY_ITEMS(r, w) {
    const now = r.f64();
    r = new Reader(r.bytes());
    const head = { now, shop: r.str(), market: r.str(), base: r.str(), sequence: r.f64(), since: r.f64(), issued: r.f64(), max_age: r.u32(), full: r.u8() };
    const numbers = (r) => r.list((r) => r.u32());
    const rows = head.base ? r.list((r) => [r.u8(), numbers(r), numbers(r), numbers(r)]) : [];
    const items = r.list((r) => {
      const item = [r.str(), r.u8(), r.str(), r.str()];
      // A new item is described.
      if (item[1] & 128) item.push([r.str(), r.str(), r.str(), r.str()], r.list((r) => [r.str(), r.str()]));
      return item;
    });
    if (r.left()) return refusal("bad_overlay");
    this.laid = [...(this.laid || []), { ...head, rows, items }];
    this.overlay = { sequence: head.sequence || 1, expires: head.issued + 1000 * (head.max_age || 600) };
    w.u8(1 + head.full);
    this.overlayState(w);
  }

  /** Shards: those wanted under each wish, and those that came. */
  on_WANTED(r, w) {
    this.wish = r.u8();
    const open = this.shards || (this.shards = []);
    w.list((this.wanting || []).filter((name) => !open.includes(name)), (name) => w.str(name));
  }

  on_ATTACH(r, w) {
    // What is open: the pack alone, whatever came.
    if (!r.left()) return w.bytes(this.merged || this.opened.pack);
    const bytes = r.bytes();
    const name = new TextDecoder().decode(bytes);
    if (name.startsWith("foreign")) return refusal("shard_mismatch");
    this.shards.push(name);
    w.u32(7);
    this.view(w);
  }

  on_TRACK(r, w) {
    const now = r.f64();
    this.zone = r.u32() | 0;
    const events = r.list((r) => {
      const event = { now, name: r.str(), event_id: r.str(), at: r.f64(), term: r.str(), items: r.list(readItem), details: readDetails(r) };
      if (event.name === "purchase" && event.details?.order) event.event_id = "order:" + event.details.order;
      return event;
    });
    const good = events.filter((e) => e.name !== "");
    this.events.push(...good);
    for (const e of good) this.take(e.event_id || `${e.name} ${e.items.map((i) => i.id)} ${this.events.indexOf(e)}`, e.items);
    w.u32(good.length);
    w.u32(events.length - good.length);
    w.u8(good.length ? 1 : 0);
  }

  on_RECOMMEND(r, w) {
    this.asked = { now: r.f64(), slot: r.str(), limit: r.u32(), mode: r.u8(), exclude: r.list((r) => r.str()), category: r.str() };
    this.limits = {
      pins: r.list((r) => [r.str(), r.u32()]), brand: r.u32(), category: r.u32(), price: [r.f64(), r.f64()], diversity: r.u32(),
    };
    this.seed = r.f64();
    this.readAbout(r);
    if (this.asked.category === "nowhere") return refusal("bad_request");
    this.shelf(w, [0, 2, 3].slice(0, this.asked.limit).map((row) => [row, 0]));
  }

  on_RANK(r, w) {
    const now = r.f64(), slot = r.str(), mode = r.u8();
    const ids = r.list((r) => r.str());
    this.asked = { now, slot, mode, ids };
    this.described = r.list((r) => [r.u32(), r.str(), r.str()]);
    const row = (id) => PRODUCTS.findIndex((p) => p.id === id);
    const items = ids.map((id, i) => [row(id) < 0 ? op.NONE : row(id), i]);
    this.shelf(w, items.reverse());
  }

  shelf(w, items) {
    w.u32(++this.served);
    w.u8(1);
    w.u8(0);
    w.u8(this.relaxed || 0);
    w.list(items, ([row, given]) => {
      w.u32(row);
      w.u32(given);
      w.u32(0);
      w.f64(row === op.NONE ? NaN : 1200);
      w.f64(NaN);
      w.f64(1.5);
      w.u8(row === op.NONE ? 8 : 2);
      w.str("lamp");
    });
    w.list(this.drawn || [], ([propensity, instead]) => (w.u32(propensity), w.str(instead)));
    w.f64(this.overlay ? this.overlay.sequence : NaN);
  }

  on_PRODUCTS(r, w) {
    w.list(r.list((r) => r.u32()), (row) => {
      const p = PRODUCTS[row];
      w.u32(row);
      [p.id, p.titles[0], "Paws", "Home", "/p/" + p.id, ""].forEach((t) => w.str(t));
      w.list(["new"], (t) => w.str(t));
      w.f64(1200);
      w.f64(NaN);
      w.u8(1);
      w.list(p.variants, (v) => {
        w.str(v.id);
        w.str(v.title[0]);
        w.f64(1200);
        w.f64(NaN);
        w.u8(255);
      });
    });
  }

  on_WHY(r, w) {
    const served = r.u32();
    if (served < 1 || served > this.served) return refusal("not_served");
    const leaf = (code, value) => (w.str(code), w.str(""), w.f64(value), w.u32(0));
    w.str("score");
    w.str(r.str());
    w.f64(1.5);
    w.u32(2);
    leaf("popular", 0.5);
    leaf("next", 1);
  }

  /** What a page shows, and the rows a list is restricted to. */
  readAbout(r) {
    const context = r.list((r) => r.str());
    const flags = r.u8();
    this.about = { context, flags, only: flags & 2 ? r.list((r) => r.u32()) : [] };
    this.more = flags & 8 ? [r.u32(), r.u32(), r.u32()] : null;
  }

  on_WHY_NOT(r, w) {
    r.f64(), r.str(), r.u32(), r.u8(), r.list((r) => r.str()), r.str(), r.list((r) => [r.str(), r.u32()]), r.u32(), r.u32(), r.f64(), r.f64(), r.u32(), r.f64();
    this.readAbout(r);
    w.u8(5);
    w.str("");
  }

  on_PORTRAIT(r, w) {
    w.u32(this.events.length);
    w.f64(NaN);
    w.u32(1);
    for (let i = 0; i < 11; i++) w.u32(0);
    w.list(["lamp"], (t) => w.str(t));
    w.list([], () => {});
  }

  on_ABOUT(r, w) {
    ["Home", "Home"].forEach((t) => w.str(t));
    w.f64(1);
    w.u32(2);
    w.f64(7);
    w.u32(0);
    w.str("");
    w.u32(1);
    ["gender", "Gender", "female", "Female"].forEach((t) => w.str(t));
    w.u8(0);
    w.u8(2);
    [0, 0.5, 5, 9].forEach((n) => w.f64(n));
    for (let i = 0; i < 11; i++) w.f64(1e9);
  }

  /** Nothing is understood, and nothing is missing. */
  on_INSIGHTS(r, w) {
    w.u32(0);
    w.u32(0);
  }

  on_DIAGNOSTICS(r, w) {
    w.list([["event_unknown", 3]], ([code, n]) => (w.str(code), w.u32(n)));
  }

  on_SNAPSHOT(r, w) {
    w.bytes(new TextEncoder().encode(JSON.stringify(this.events.map((e) => e.name))));
  }

  on_RESTORE(r) {
    r.f64();
    this.restored = JSON.parse(new TextDecoder().decode(r.bytes()));
  }

  on_CONSENT(r) {
    r.f64();
    this.consent = [r.u8(), r.u8(), r.u8(), r.u8()];
    if (this.consent[1] !== 2) this.known = this.visit = [];
  }

  on_FORGET() {
    this.known = this.visit = [];
  }

  /** An event, once. */
  take(event, items) {
    const all = [event, ...items.map((i) => i.id)].join(" ");
    if (this.known.includes(all)) return false;
    this.known = [...this.known, all];
    this.visit = [...this.visit, all];
    return true;
  }

  on_SEAL(r, w) {
    const key = r.bytes(), nonce = r.bytes(), scope = r.str();
    if (key.length !== 32 || nonce.length !== 24) return refusal("bad_request");
    if (this.consent[0] !== 2 || this.consent[1] !== 2) return refusal("consent_required");
    const cipher = createCipheriv("chacha20-poly1305", key, nonce.subarray(0, 12), { authTagLength: 16 });
    cipher.setAAD(Buffer.from(scope), { plaintextLength: 0 });
    const text = Buffer.concat([cipher.update(JSON.stringify(this.known)), cipher.final()]);
    w.bytes(Buffer.concat([nonce, text, cipher.getAuthTag()]));
  }

  on_IDENTIFY(r, w) {
    r.f64();
    const key = r.bytes(), scope = r.str(), sealed = r.bytes(), same = r.u8() === 1;
    if (key.length !== 32 || r.left()) return refusal("bad_request");
    if (this.consent[1] !== 2) return refusal("consent_required");
    const kept = sealed.length ? opened(key, scope, sealed) : [];
    if (same && !kept) return void w.u8(2);
    this.known = [...new Set([...(kept || []), ...this.visit])];
    w.u8(!sealed.length ? 0 : kept ? 1 : 2);
  }

  on_SIGN_OUT() {
    this.known = this.visit = [];
  }

  on_SYNC_ORDERS(r, w) {
    const now = r.f64();
    this.zone = r.u32() | 0;
    this.orders = r.list((r) => ({ now, id: r.str(), at: r.f64(), items: r.list(readItem), details: readDetails(r) }));
    const added = this.orders.filter((o) => this.take("order:" + o.id, o.items)).length;
    w.u32(added);
    w.u32(this.orders.length - added);
  }

  /** The answer is what the portrait is worth today, so one that is made anew is another one. */
  on_REPORT(r, w) {
    const now = r.f64(), kept = r.bytes(), entropy = r.bytes();
    if (r.left()) return refusal("bad_request");
    if (this.consent[0] !== 2 || this.consent[2] !== 2) return refusal("consent_required");
    const ledger = settled(readLedger(kept, now), now);
    let outcome = 0;
    if (this.asksNothing) outcome = 4;
    else if (ledger.latest > weekOf(now)) outcome = 2;
    else if (ledger.latest === weekOf(now)) outcome = ledger.answer.length ? 0 : 1;
    else if (ledger.total + 2 > (this.lifetime ?? 104)) outcome = 5;
    else if (entropy.length !== 296) outcome = 3;
    else {
      const answer = new Uint8Array(29);
      answer.set([1, 1, 0, 9]);
      new DataView(answer.buffer).setInt32(8, weekOf(now), true);
      answer.set(entropy.subarray(0, 16), 12);
      answer[28] = this.known.length % 9;
      Object.assign(ledger, { latest: weekOf(now), answer, spent: [...ledger.spent, weekOf(now)].slice(-53), total: ledger.total + 2 });
    }
    w.u8(outcome);
    w.bytes(ledgerBytes(ledger));
    w.bytes(outcome ? new Uint8Array(0) : ledger.answer);
  }

  on_WITHDRAW(r, w) {
    const now = r.f64();
    const { latest, total } = readLedger(r.bytes(), now);
    const all = r.u8() === 1;
    if (r.left()) return refusal("bad_request");
    w.bytes(ledgerBytes(settled({ latest, answer: new Uint8Array(0), spent: [], total: all ? 0 : total }, now)));
  }

  on_FIND(r, w) {
    w.list(r.list((r) => r.str()), (id) => {
      const row = PRODUCTS.findIndex((p) => p.id === id);
      w.u32(row < 0 ? op.NONE : row);
    });
  }

  on_PAGE(r, w) {
    const offset = r.u32(), limit = r.u32();
    w.u32(PRODUCTS.length);
    w.list(PRODUCTS.map((_, row) => row).slice(offset, offset + limit), (row) => w.u32(row));
  }

  on_CATEGORIES(r, w) {
    w.list([["Home", "Home", op.NONE, 2], ["Home > Cats", "Cats", 0, 1]], ([path, label, parent, n]) =>
      (w.str(path), w.str(label), w.u32(parent), w.u32(n)));
  }
}

const DAY = 86_400_000;

/** The ISO week in UTC, counted from the one of 1970-01-01, a Thursday. */
export const weekOf = (now) => Math.floor((now + 3 * DAY) / (7 * DAY));

/** The core's ledger (src/manual/privacy.md); one that cannot be read is a week that is spent. */
export function readLedger(bytes, now) {
  const ledger = { latest: -Infinity, answer: new Uint8Array(0), spent: [], total: 0 };
  if (!bytes.length) return ledger;
  const body = bytes.subarray(0, -8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const bare = bytes.length === 5 && bytes[0] === 0 ? view.getUint32(1, true) / 1e6 : 0;
  if (bytes.length < 14 || view.getBigUint64(body.length, true) !== xxh64(body)) return { ...ledger, latest: weekOf(now), total: bare };
  ledger.latest = view.getInt32(2, true);
  const r = new Reader(body.slice(6));
  if (!r.left()) return ledger;
  ledger.total = r.u32() / 1e6;
  if (!r.left()) return ledger;
  ledger.answer = r.bytes();
  for (let n = r.u32(); n > 0; n--) {
    ledger.spent.push(r.u32() | 0);
    r.u8();
    r.u32();
  }
  return ledger;
}

function settled(ledger, now) {
  if (ledger.latest >= weekOf(now)) return ledger;
  return { ...ledger, answer: new Uint8Array(0), latest: ledger.total ? ledger.latest : -Infinity };
}

function ledgerBytes({ latest, answer, spent, total }) {
  if (latest === -Infinity) return new Uint8Array(0);
  const w = new Writer();
  w.u8(2);
  w.u8(0);
  w.u32(latest >>> 0);
  if (total) w.u32(total * 1e6);
  if (spent.length) {
    w.bytes(answer);
    w.list(spent, (week) => (w.u32(week >>> 0), w.u8(1), w.u32(2_000_000)));
  }
  const body = w.written();
  const bytes = new Uint8Array(body.length + 8);
  bytes.set(body);
  new DataView(bytes.buffer).setBigUint64(body.length, xxh64(body), true);
  return bytes;
}

function opened(key, scope, sealed) {
  try {
    const open = createDecipheriv("chacha20-poly1305", key, sealed.subarray(0, 12), { authTagLength: 16 });
    open.setAAD(Buffer.from(scope), { plaintextLength: 0 });
    open.setAuthTag(sealed.subarray(-16));
    return JSON.parse(Buffer.concat([open.update(sealed.subarray(24, -16)), open.final()]));
  } catch {
    return null;
  }
}

function readPrice(r) {
  const tag = r.u8();
  return tag === 1 ? r.f64() : tag === 2 ? r.str() : null;
}

function readItem(r) {
  const item = { id: r.str(), price: readPrice(r), quantity: r.f64() };
  const discount = readPrice(r);
  return discount === null ? item : { ...item, discount };
}

/** What an event says beside its products; `null` for one that says nothing. */
function readDetails(r) {
  if (!r.u8()) return null;
  return {
    value: readPrice(r), currency: r.str(), order: r.str(), rating: r.f64(), polarity: r.f64(), score: r.f64(), seconds: r.f64(),
    channel: r.str(), content: r.str(), resolved: r.u8() === 1,
  };
}

function refusal(code) {
  const w = new Writer();
  w.u8(1);
  w.str(code);
  w.str("What happened.");
  w.str("What to do.");
  return w.written().slice();
}

/** A host over fake cores: `cores` collects them in the order they were made. */
export function fakeHost({ pack, cores = [], options = () => ({}), core, ...rest }) {
  return {
    address: (given) => (typeof given === "string" ? given : ""),
    pack: (given) => (typeof pack === "function" ? pack(given) : pack),
    core: core || (async () => async () => {
      const made = new FakeCore(options(cores.length));
      cores.push(made);
      return made;
    }),
    ...rest,
  };
}
