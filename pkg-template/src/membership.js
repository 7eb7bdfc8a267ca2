// Membership: the calls of its own wasm (src/manual/membership.md) over a ledger that a shelf keeps, or that a server does.

import { toBytes } from "./bytes.js";
import { Reader, Writer } from "./codec.js";
import { NearshelfError } from "./error.js";

const ABI = 1;
const [APPLY, STATE, NEXT, RECONCILE, MERGE] = [1, 2, 3, 4, 5];
const KINDS = ["paid", "delivered", "returned", "task", "active", "birthday", "adjust", "redeem", "spend", "undo"];
const STATUS = ["accepted", "known", "refused", "noted"];
const SUMS = ["level", "growth", "points", "pending", "growthClaim", "pointsClaim"];
const LACKS = [null, "limit", "level", "growth", "points"];
/** Why an entry does not count: the code, and what a shopper reads. */
const WHY = [
  ["bad_entry", "Something is missing here.", "信息不完整。"],
  ["in_future", "That has not happened yet.", "时间尚未到。"],
  ["closed", "That is too long ago to be changed here.", "时间过久，无法在此更改。"],
  ["unknown_order", "This order is not known.", "未找到该订单。"],
  ["unknown_currency", "This currency does not count.", "该币种不参与累计。"],
  ["unknown_task", "There is no such task.", "没有这项任务。"],
  ["limit", "You have had this as often as it may be.", "已达次数上限。"],
  ["once", "You have had this already.", "已领取过。"],
  ["not_active", "This does not count as activity.", "该行为不计入活跃。"],
  ["not_birthday", "It is not your birthday yet.", "还没到您的生日。"],
  ["birthday_had", "You had your birthday within the year.", "一年内已领取过生日礼遇。"],
  ["unknown_redemption", "This cannot be redeemed.", "没有这项兑换。"],
  ["wrong_level", "This is not for your level.", "当前等级不可兑换。"],
  ["not_enough_growth", "You do not have enough growth.", "成长值不足。"],
  ["not_enough_points", "You do not have enough points.", "积分不足。"],
  ["below_smallest", "These are fewer points than can be used at once.", "低于单次最少使用积分。"],
  ["unknown_entry", "There is nothing to take back.", "没有可撤销的记录。"],
  ["stays", "This is not taken back.", "该奖励不会收回。"],
  ["full", "Too much happened on one day.", "当日记录过多。"],
  ["stale", "There is a later statement.", "已有更新的对账单。"],
];
/** What the first byte of an answer says when there is none. */
const BROKEN = ["", "bad_request", "bad_program", "bad_ledger"];
const FIXES = {
  bad_program: "Give the section LOYL of a pack of this version, or a loyalty.json in Node.",
  bad_ledger: "Give the bytes that ledger() answered, or none, and reconcile with the server's statement.",
};

/**
 * A membership of a shelf, or of a store of one's own.
 * @param {{
 *   begin?: () => void,
 *   core(wasm: any): Promise<any>,
 *   compile?: (loyalty: any, zone: number, languages: string[]) => Uint8Array,
 * }} host `begin` is called before anything else, `core` answers the wasm's exports; `compile` makes the section of a `loyalty.json`
 */
export function membershipMaker(host) {
  return (/** @type {any} */ source, /** @type {any} */ options) => {
    if (host.begin) host.begin();
    const wasm = Object(options).wasm || Object(source).wasm;
    if (source && typeof source.ledger === "function") return ofShelf(host, source, wasm);
    return ofStore(host, Object(source), wasm);
  };
}

// A shelf's page must not be thrown at: without a programme or a wasm there is no membership.
async function ofShelf(host, shelf, wasm) {
  try {
    const seat = shelf.ledger();
    if (!seat || !seat.program) return null;
    return new Member(await coreOf(host, wasm), () => shelf.ledger(), (ledger) => shelf.ledger(ledger));
  } catch (broken) {
    return null;
  }
}

async function ofStore(host, store, wasm) {
  const { program, language = "en", zone, languages = ["en", "zh-CN"] } = store;
  let section = toBytes(program);
  if (!section) {
    if (!host.compile || !program) throw new NearshelfError("bad_argument", "membership() was given no programme.", FIXES.bad_program);
    if (typeof zone !== "number") throw new NearshelfError("bad_argument", "membership() was not told the shop's zone.", "Pass zone: minutes by which its clock is ahead of UTC.");
    section = host.compile(program, zone, languages);
  }
  let ledger = toBytes(store.ledger) || new Uint8Array(0);
  const now = typeof store.now === "function" ? store.now : Date.now;
  const seat = () => ({ program: section, ledger, visitor: new Uint8Array(0), now: now(), language });
  const member = new Member(await coreOf(host, wasm), seat, (bytes) => {
    ledger = bytes;
    return true;
  });
  member._strict = true;
  member.state(); // what cannot be read is told at once
  return member;
}

async function coreOf(host, wasm) {
  const exports = await host.core(wasm);
  const abi = exports.member_abi && exports.member_abi();
  if (abi !== ABI) throw new NearshelfError("wasm_broken", "The wasm of membership speaks version " + abi + ", not " + ABI + ".", "Use the files of one package version.");
  return exports;
}

class Member {
  /**
   * @param {any} wasm
   * @param {() => any} seat what the shelf says: programme, ledgers, time, language; `null` while it cannot
   * @param {(ledger: Uint8Array) => boolean} keep
   */
  constructor(wasm, seat, keep) {
    this._wasm = wasm;
    this._seat = seat;
    this._keep = keep;
    /** Of the programme as it was read last. @type {any} */
    this._section = null;
    this._strict = false;
  }

  apply(entries) {
    const one = !Array.isArray(entries);
    const list = one ? [entries] : entries;
    const done = this._call(APPLY, (w) => w.list(list, (e) => writeEntry(w, e)), (r, seat) => {
      const ledger = r.bytes();
      const count = r.u32();
      const outcomes = [];
      for (let i = 0; i < count; i++) outcomes.push(outcome(r.u8(), r.u8(), seat.language));
      return this._keep(ledger) ? outcomes : null;
    });
    const all = done || list.map(() => outcome(2, 1, "en"));
    return one ? all[0] : all;
  }

  state() {
    return this._call(STATE, () => {}, (r, seat) => readState(r, this._program(seat), seat.language));
  }

  nextPurchase(purchase) {
    const p = typeof purchase === "number" ? { paid: purchase } : Object(purchase);
    return this._call(NEXT, (w) => {
      writeAmounts(w, p, p.paid);
      w.str(text(p.currency));
    }, (r, seat) => {
      if (!r.u8()) return null;
      const next = { growth: r.f64(), points: r.f64(), from: r.money(), until: r.money() };
      const level = levelOf(this._program(seat), r.u8(), seat.language);
      return Object.assign(next, { level, toNext: r.money() });
    });
  }

  reconcile(statement) {
    const s = Object(statement);
    return this._call(RECONCILE, (w) => writeStatement(w, s), (r, seat) => {
      const ledger = r.bytes();
      const done = outcome(r.u8(), r.u8(), seat.language);
      const differences = r.list((r) => readDifference(r, s, this._program(seat)));
      if (done.status === "accepted" && !this._keep(ledger)) return null;
      return Object.assign(done, { agreed: done.status === "accepted" && !differences.length, differences });
    });
  }

  customer() {
    const s = this.state();
    const facts = /** @type {any} */ ({ tier: s ? s.level.id : "", points: s ? s.points : 0 });
    if (s && s.birthday) facts.birthday = s.birthday;
    return facts;
  }

  ledger() {
    const seat = this._seat();
    return seat ? seat.ledger : null;
  }

  /** What the programme says, in the language of the shelf. */
  program() {
    const seat = this._seat();
    if (!seat || !seat.program) return null;
    const p = this._program(seat);
    const named = (list) => list.map((x) => Object.assign(plain(x), { name: nameOf(p, x, seat.language) }));
    return { levels: named(p._levels), tasks: named(p._tasks), redeem: named(p._redeem), benefits: named(p._benefits) };
  }

  /**
   * `null` where the shelf has no engine, or the page is not told why there is no answer.
   * @param {number} op
   * @param {(w: Writer) => void} write
   * @param {(r: Reader, seat: any) => any} read
   */
  _call(op, write, read) {
    try {
      const seat = this._seat();
      if (!seat || !seat.program) return null;
      const p = this._program(seat);
      if (seat.visitor.length) {
        // Who was here before is known now: what happened then is theirs.
        const merged = this._send(MERGE, p, seat, (w) => {
          w.bytes(seat.visitor);
          w.f64(seat.visit);
        }, (r) => r.bytes());
        if (this._keep(merged)) seat.ledger = merged;
      }
      return this._send(op, p, seat, write, (r) => read(r, seat));
    } catch (thrown) {
      if (this._strict) throw thrown;
      return null;
    }
  }

  _send(op, p, seat, write, read) {
    const w = new Writer();
    w.bytes(p._bytes);
    w.bytes(seat.ledger);
    w.f64(seat.now);
    write(w);
    const request = w.written();
    const wasm = this._wasm;
    const at = wasm.member_alloc(request.length) >>> 0;
    new Uint8Array(wasm.memory.buffer).set(request, at);
    const answer = wasm.member_call(op, at, request.length) >>> 0;
    const size = new DataView(wasm.memory.buffer).getUint32(answer, true);
    const bytes = new Uint8Array(wasm.memory.buffer).slice(answer + 4, answer + 4 + size);
    wasm.member_free(answer, size + 4);
    const r = new Reader(bytes);
    const code = BROKEN[r.u8()];
    if (code) throw new NearshelfError(code, "", FIXES[code]);
    return read(r);
  }

  _program(seat) {
    if (!this._section || this._section._of !== seat.program) this._section = readSection(seat.program);
    return this._section;
  }
}

/** What hosts say of a programme: the section LOYL. @param {Uint8Array} bytes */
function readSection(bytes) {
  const r = new Reader(bytes);
  const program = r.bytes();
  const languages = r.list((r) => r.str());
  const all = (more) => r.list((r) => Object.assign({ id: r.str(), _names: languages.map(() => r.str()) }, more(r)));
  return {
    _of: bytes,
    _bytes: program,
    _languages: languages,
    _levels: all((r) => ({ growth: r.f64() })),
    _tasks: all((r) => ({ growth: r.f64() })),
    _redeem: all((r) => ({ kind: r.str(), offer: r.str(), sku: r.str(), level: r.str(), growth: r.f64(), points: r.f64(), validDays: r.f64() })),
    _benefits: all((r) => ({ level: r.str(), service: r.str(), offers: r.list((r) => r.str()) })),
  };
}

function nameOf(p, thing, language) {
  return thing._names[Math.max(0, p._languages.indexOf(language))] || thing.id;
}

function plain(thing) {
  const copy = Object.assign({}, thing);
  delete copy._names;
  return copy;
}

function levelOf(p, index, language) {
  const level = p._levels[index];
  return { id: level.id, name: nameOf(p, level, language), index };
}

function outcome(status, why, language) {
  const words = WHY[why - 1];
  const out = /** @type {any} */ ({ status: STATUS[status] });
  if (words) Object.assign(out, { why: words[0], text: words[/^zh/i.test(language) ? 2 : 1] });
  return out;
}

function readState(r, p, language) {
  const named = (thing) => Object.assign(plain(thing), { name: nameOf(p, thing, language) });
  const lots = (day, what) => r.list((r) => ({ [day]: r.f64(), [what]: r.f64() }));
  const [day, since, review, birthdayHad, closed] = [r.money(), r.money(), r.money(), r.money(), r.money()];
  const index = r.u8();
  const [growth, growthClaim, toKeep, points, pointsClaim, undelivered, entries] = [r.f64(), r.f64(), r.f64(), r.f64(), r.f64(), r.f64(), r.f64()];
  const missing = r.money();
  const state = {
    day,
    level: Object.assign(levelOf(p, index, language), { since, review, toKeep }),
    next: missing === null ? null : Object.assign(levelOf(p, index + 1, language), { missing }),
    growth,
    growthClaim,
    points,
    pointsClaim,
    undelivered,
    pending: lots("from", "points"),
    expiries: lots("until", "points"),
    fades: lots("until", "growth"),
    tasks: readLeft(r, p._tasks, named),
    redeem: readLeft(r, p._redeem, named),
    benefits: r.list((r) => named(p._benefits[r.u32()])),
  };
  const birth = r.u32();
  const digits = String(10000 + birth);
  return Object.assign(state, { birthday: birth ? digits.slice(1, 3) + "-" + digits.slice(3) : null, birthdayHad, closed, entries });
}

function readLeft(r, things, named) {
  let i = 0;
  return r.list((r) => Object.assign(named(things[i++]), { left: r.money(), again: r.money(), lacks: LACKS[r.u8()] }));
}

function readDifference(r, statement, p) {
  const hex = (n) => ("0000000" + n.toString(16)).slice(-8);
  const key = () => {
    const low = r.u32();
    return hex(r.u32()) + hex(low);
  };
  const told = (place) => Object(Object(statement.entries)[place]);
  const idOf = (e) => e.order || e.id || e.of || null;
  switch (r.u8()) {
    case 0: {
      const type = KINDS[r.u8()];
      const [at, named, here, there] = [r.f64(), key(), r.money(), r.money()];
      return { what: "entry", type, at, key: named, here, there, id: idOf(told(r.u32())) };
    }
    case 1: {
      const place = r.u32();
      return { what: "unreadable", place, id: idOf(told(place)), why: WHY[r.u8() - 1][0] };
    }
    case 2:
      return { what: "dropped", type: KINDS[r.u8()], at: r.f64(), key: key() };
    default: {
      const sum = SUMS[r.u8()];
      const value = () => {
        const n = r.f64();
        return sum === "level" ? p._levels[n].id : n;
      };
      return { what: "sum", sum, here: value(), there: value() };
    }
  }
}

/** NaN for what is no time. */
function time(value) {
  return value === undefined || value === null ? NaN : typeof value === "string" ? Date.parse(value) : Number(value);
}

/** @param {any} value */
function text(value) {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

const number = (value, missing) => (value === undefined || value === null ? missing : typeof value === "number" ? value : NaN);

function writeAmounts(w, e, paid) {
  w.f64(number(paid, NaN));
  w.f64(number(e.shipping, 0));
  w.f64(number(e.points_paid, 0));
}

function writeEntry(w, entry) {
  const e = Object(entry);
  const type = KINDS.indexOf(e.type);
  // A time that cannot be read must not become now.
  const bad = type < 0 || (e.at != null && time(e.at) !== time(e.at));
  const [id, what] = ids(e);
  w.u8(bad ? 6 : type);
  w.str(bad ? "" : text(id));
  w.str(text(what));
  w.str(text(e.subject));
  w.f64(time(e.at));
  const paid = e.type === "returned" ? e.amount : e.paid;
  w.u8(paid == null ? 0 : 1);
  if (paid != null) {
    writeAmounts(w, e, paid);
    w.str(text(e.currency));
  }
  w.f64(number(e.points, 0));
  w.f64(number(e.growth, 0));
  const [month, day] = /^(\d\d)-(\d\d)$/.test(e.birthday) ? e.birthday.split("-").map(Number) : [0, 0];
  w.u8(month);
  w.u8(day);
}

/** What names an entry, and what it is about. */
function ids(e) {
  switch (e.type) {
    case "paid": case "delivered": return [e.order, ""];
    case "returned": return [e.id, e.order];
    case "task": return [e.id, e.task];
    case "redeem": return [e.id, e.redeem];
    case "active": return ["", e.event];
    case "undo": return ["", e.of];
    case "adjust": return [e.id, e.level];
    default: return [e.id, ""];
  }
}

function writeStatement(w, s) {
  const list = (value) => (Array.isArray(value) ? value : []);
  w.f64(time(s.at));
  const o = s.opening;
  w.u8(o ? 1 : 0);
  if (o) {
    w.f64(time(o.at));
    w.str(text(o.level));
    w.f64(time(o.since));
    w.f64(time(o.review));
    [["growth", "on"], ["points", "until"], ["pending", "from"]].forEach(([lots, day]) => w.list(list(o[lots]), (lot) => {
      w.f64(time(Object(lot)[day]));
      w.f64(number(Object(lot).amount, NaN));
    }));
    w.f64(number(o.growth_claim, 0));
    w.f64(number(o.points_claim, 0));
    w.f64(time(o.birthday));
    w.list(list(o.used), (used) => {
      w.str(text(Object(used).id));
      w.u32(number(Object(used).count, 0));
    });
  }
  w.u8(Array.isArray(s.entries) ? 1 : 0);
  if (Array.isArray(s.entries)) w.list(s.entries, (e) => writeEntry(w, e));
  const sums = Object(s.sums);
  w.str(text(sums.level));
  w.f64(number(sums.growth, NaN));
  w.f64(number(sums.points, NaN));
}
