// Published draws (src/manual/draws.md): reads the shop's files, has its own wasm check them, and says what came out. Nothing here throws into a page.

import { toBytes } from "./bytes.js";
import { Reader, Writer } from "./codec.js";
import { decodeUtf8 } from "./utf8.js";

const ABI = 1;
const [OPEN, HASH, CHECK, INSTANT, ANSWER] = [1, 2, 3, 4, 5];
const MILLION = 1000000;
const U32 = 0xffffffff;
/** Bytes of the largest request: a list of some millions of entries. */
const MOST = 1 << 28;
/** Limits of the files, as `src/draw/json.rs` has them. */
const [MOST_GIVEN, MOST_PRIZES, MOST_QUESTIONS, MOST_OPTIONS, MOST_LINES] = [10000, 100, 50, 20, 20000];
const BAD = "bad_file";
/** Why a result does not verify, by the wasm's number. */
const WHY = ["", "commitment", "beacon_missing", "list", "drawn", "votes", "receipt"];
const GOT = ["drawn", "not_in_list", "not_won", "won"];
const NOTHING = new Uint8Array(32);
/** What a shopper reads. */
const WORDS = {
  upcoming: ["The draw has not begun yet.", "活动尚未开始。"],
  open: ["The draw is open.", "活动进行中。"],
  closed: ["Entries are closed; the draw is to come.", "报名已截止，等待开奖。"],
  drawn: ["The draw has been held, and it verifies.", "已开奖，结果核验无误。"],
  won: ["You won.", "恭喜，您中奖了。"],
  not_won: ["You did not win this time.", "很遗憾，这次没有中奖。"],
  not_in_list: ["Your ticket is not in the list.", "名单中没有您的抽奖券。"],
  invalid: ["This draw does not verify.", "该活动未通过核验。"],
};

/** Something is not as it has to be; its message is the code. */
class No extends Error {}

/** @param {any} holds @param {string} [why] */
function sure(holds, why = BAD) {
  if (!holds) throw new No(why);
}

/** @param {{ begin?: () => void, core(wasm: any): Promise<any> }} host `core` answers the wasm's exports */
export function drawsMaker(host) {
  return async (/** @type {any} */ options) => {
    const o = Object(options);
    try {
      if (host.begin) host.begin();
      const wasm = await host.core(o.wasm);
      return wasm.draw_abi() === ABI ? new Desk(wasm, o) : null;
    } catch (broken) {
      return null;
    }
  };
}

class Desk {
  constructor(wasm, options) {
    this._wasm = wasm;
    this._keys = [].concat(options.keys || []).map(String);
    this._now = typeof options.now === "function" ? options.now : Date.now;
    this._place = /^zh/i.test(options.language) ? 1 : 0;
  }

  /** @param {any} file an announcement, signed */
  open(file) {
    return new Draw(this, file);
  }

  /** One call of the wasm. @param {number} op @param {(w: Writer) => void} write */
  _call(op, write) {
    const w = new Writer(1024, MOST);
    write(w);
    const request = w.written();
    const wasm = this._wasm;
    const at = wasm.draw_alloc(request.length) >>> 0;
    new Uint8Array(wasm.memory.buffer).set(request, at);
    const answer = wasm.draw_call(op, at, request.length) >>> 0;
    const size = new DataView(wasm.memory.buffer).getUint32(answer, true);
    const bytes = new Uint8Array(wasm.memory.buffer).slice(answer + 4, answer + 4 + size);
    wasm.draw_free(answer, size + 4);
    sure(bytes[0] !== 255 || op === HASH);
    return new Reader(bytes);
  }

  /** The JSON in a signed file, its bytes and when it was signed. @param {any} file @param {string} format */
  _read(file, format) {
    const bytes = toBytes(file);
    sure(bytes);
    const r = this._call(OPEN, (w) => {
      w.f64(this._now());
      w.list(this._keys, (key) => w.str(key));
      w.bytes(/** @type {Uint8Array} */ (bytes));
    });
    if (r.u8()) throw new No(r.str());
    const payload = /** @type {Uint8Array} */ (bytes).subarray(r.u32());
    const json = JSON.parse(decodeUtf8(payload, 0, payload.length));
    sure(Object(json) === json && !Array.isArray(json) && json[format] === 1);
    return { _json: json, _bytes: payload, _issued: r.f64() };
  }

  _hash(bytes) {
    return this._call(HASH, (w) => w.bytes(bytes))._bytes;
  }

  _said(state, more) {
    return Object.assign({ state, text: WORDS[state][this._place] }, more);
  }

  _refused(thrown) {
    return this._said("invalid", { why: thrown instanceof No ? thrown.message : BAD });
  }
}

class Draw {
  constructor(desk, file) {
    this._desk = desk;
    /** Why it is no announcement. @type {any} */
    this._why = null;
    /** What it says. @type {any} */
    this._a = null;
    /** Hash of the announcement: keep it beside the ticket. */
    this.hash = "";
    try {
      const { _json: json, _bytes: bytes } = desk._read(file, "draw");
      this._a = readAnnouncement(json);
      this._a._hash = desk._hash(bytes);
      this.hash = hex(this._a._hash);
      ["shop", "id", "kind", "title", "opens", "closes", "beacon"].forEach((name) => (this[name] = json[name]));
      this.prizes = this._a._prizes;
      this.questions = this._a._questions.map(({ id, text, options }) => ({ id, text, options }));
      this.options = this._a._options;
      this.odds = this._odds(null);
    } catch (thrown) {
      this._why = desk._refused(thrown);
    }
  }

  /** `upcoming`, `open`, `closed` by the clock, or `invalid`. */
  get state() {
    return this._state().state;
  }

  get text() {
    return this._state().text;
  }

  get why() {
    return this._why ? this._why.why : undefined;
  }

  _state() {
    if (this._why) return this._why;
    const now = this._desk._now();
    return this._desk._said(now < this._a._opens ? "upcoming" : now < this._a._closes ? "open" : "closed");
  }

  /** What a prize is likely to be for one ticket, in millionths. */
  _odds(count) {
    const a = this._a;
    return a._prizes.map((p, i) => ({
      prize: p.id,
      millionths: a._kind === "instant" ? a._given[i] : count ? Math.min(MILLION, Math.floor(a._given[i] * MILLION / count)) : null,
    }));
  }

  /** @param {any} given */
  check(given) {
    if (this._why) return this._why;
    try {
      return this._check(Object(given));
    } catch (thrown) {
      return this._desk._refused(thrown);
    }
  }

  _check(given) {
    const a = this._a;
    const desk = this._desk;
    const is = (v) => v !== undefined && v !== null;
    const sheet = is(given.result) ? this._sheet(given.result, "result") : null;
    const closing = is(given.closing) ? this._sheet(given.closing, "closed")._json : null;
    sure(!is(given.announcement) || given.announcement === this.hash, "announcement_changed");
    if (!sheet) {
      const entries = closing ? readEntries(a, closing) : { _count: null };
      return Object.assign({}, this._state(), { odds: this._odds(entries._count), entries: entries._count });
    }
    const result = sheet._json;
    sure(sheet._issued >= a._closes, "early");
    const ticket = is(given.ticket) ? given.ticket : null;
    sure(ticket === null || typeof ticket === "string");
    if (a._kind === "instant") return this._instant(given, result, ticket);
    const entries = readEntries(a, result);
    const seed = digest(result.seed);
    const beacon = result.beacon === undefined ? "" : result.beacon;
    sure(typeof beacon === "string");
    const lines = a._prizes.length ? items(result.drawn, 0, MOST_LINES).map((line) => readLine(a, Object(line))) : [];
    const votes = a._kind === "vote" ? items(result.votes, 0, MOST_OPTIONS).map((n) => whole(n, 0, U32)) : [];
    const list = is(given.list) ? readList(given.list) : null;
    const receipt = ticket !== null && is(given.receipt) ? readReceipt(Object(given.receipt)) : null;
    if (closing) {
      const closed = readEntries(a, closing);
      sure(closed._count === entries._count && hex(closed._root) === hex(entries._root), "closing");
    }
    const r = desk._call(CHECK, (w) => {
      this._terms(w);
      raw(w, seed);
      w.str(beacon);
      w.u32(entries._count);
      raw(w, entries._root);
      w.list(lines, (line) => {
        w.u32(line._at);
        raw(w, line._person);
        raw(w, line._ticket);
        u16(w, line._choice);
        w.u8(line._prize);
      });
      w.list(votes, (n) => w.u32(n));
      w.u8(list ? 1 : 0);
      w.list(list || [], (e) => {
        raw(w, e._person);
        raw(w, e._ticket);
        u16(w, e._choice);
      });
      w.u8(ticket === null ? 0 : 1);
      w.str(ticket || "");
      w.u8(receipt ? 1 : 0);
      w.u32(receipt ? receipt._at : 0);
      raw(w, receipt ? receipt._person : NOTHING);
      u16(w, receipt ? receipt._choice : 0);
      w.list(receipt ? receipt._path : [], (h) => raw(w, h));
    });
    const out = this._got(r, { odds: this._odds(entries._count), entries: a._has ? entries._count : null });
    if (beacon) out.beacon = beacon;
    if (a._kind === "vote") out.votes = a._options.map((o, i) => ({ option: o.id, votes: votes[i] }));
    if (a._kind === "quiz") this._quiz(result, given.answers, out);
    return out;
  }

  /** A file that belongs to this announcement. */
  _sheet(file, format) {
    const sheet = this._desk._read(file, format);
    const { shop, id, announcement } = sheet._json;
    text(shop);
    text(id);
    sure(shop === this._a._shop && id === this._a._id, "other_draw");
    sure(hex(digest(announcement)) === this.hash, "announcement_changed");
    return sheet;
  }

  _terms(w) {
    const a = this._a;
    raw(w, a._hash);
    raw(w, a._commitment);
    w.u8(a._beacon ? 1 : 0);
    w.list(a._given, (n) => w.u32(n));
    w.u32(a._entriesPer);
    w.u32(a._winsPer);
    u16(w, a._options.length);
  }

  _instant(given, result, ticket) {
    const seed = digest(result.seed);
    const r = this._desk._call(INSTANT, (w) => {
      this._terms(w);
      raw(w, seed);
      w.str(ticket || "");
    });
    if (ticket === null) r._bytes[1] = 0;
    const out = this._got(r, { odds: this._odds(null) });
    if (ticket !== null && given.told !== undefined) sure(given.told === (out.prize ? out.prize.id : null), "told");
    return out;
  }

  _got(r, more) {
    const [why, got, prize] = r._bytes;
    sure(!why, WHY[why]);
    return this._desk._said(GOT[got], got === 3 ? Object.assign({ prize: this.prizes[prize] }, more) : more);
  }

  _quiz(result, own, out) {
    const all = Array.isArray(result.answers) ? result.answers : [];
    const mine = own === undefined || own === null ? null : Object(own);
    let right = 0;
    out.answers = this._a._questions.map((q) => {
      const said = Object(all.filter((x) => Object(x).question === q.id)[0]);
      sure(q.options.some((o) => o.id === said.option) && HEX.test(said.salt), "answers");
      const r = this._desk._call(ANSWER, (w) => {
        raw(w, q._commitment);
        raw(w, digest(said.salt));
        w.str(q.id);
        w.str(said.option);
      });
      sure(r.u8() === 1, "answers");
      if (mine && mine[q.id] === said.option) right++;
      return { question: q.id, option: said.option };
    });
    if (mine) out.right = right;
  }

  /**
   * Tells a shelf what an option says of the shopper. The shelf asks for consent as ever.
   * @param {any} shelf
   * @param {any} answer
   */
  answer(shelf, answer) {
    try {
      const { question, option } = Object(answer);
      const of = this._a._kind === "vote" ? this._a._options : this._a._questions.filter((q) => q.id === question)[0].options;
      const { items: about, rating, declare } = of.filter((o) => o.id === option)[0];
      const products = Array.isArray(about) ? about.map((id) => ({ item_id: id })) : [];
      const stars = rating === undefined ? 5 : rating;
      if (products.length) {
        shelf.track("survey_answer", { items: products, rating: stars });
        // An opinion is no interest by itself: of what is liked more is to be seen.
        if (stars >= LIKED) shelf.track("content_view", { items: products });
      }
      const declares = Object(declare) === declare && Object.keys(declare).length > 0;
      if (declares) shelf.declare(declare, { source: "survey", merge: true });
      return products.length > 0 || declares;
    } catch (unknown) {
      return false;
    }
  }
}

/** Stars from which on an answer speaks for more of the same. */
const LIKED = 4;

const HEX = /^[0-9a-f]{64}$/;

function digest(value) {
  sure(typeof value === "string" && HEX.test(value));
  const bytes = new Uint8Array(32);
  for (let i = 0; i < 32; i++) bytes[i] = parseInt(value.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

function hex(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += (256 + bytes[i]).toString(16).slice(1);
  return text;
}

function whole(value, least, most) {
  sure(typeof value === "number" && value >= least && value <= most && Math.floor(value) === value);
  return value;
}

function text(value) {
  sure(typeof value === "string" && value !== "" && value.indexOf("\0") < 0);
  return value;
}

function time(value) {
  sure(typeof value === "number" && value >= 0 && value <= 8.64e15);
  return value;
}

/** A missing list is empty. */
function items(value, least, most) {
  const list = value === undefined || value === null ? [] : value;
  sure(Array.isArray(list) && list.length >= least && list.length <= most);
  return list;
}

/** Things with ids, each once. */
function named(list) {
  const ids = list.map((x) => text(Object(x).id));
  sure(ids.every((id, i) => ids.indexOf(id) === i));
  return list;
}

function raw(w, bytes) {
  for (let i = 0; i < bytes.length; i++) w.u8(bytes[i]);
}

function u16(w, n) {
  w.u8(n & 255);
  w.u8(n >> 8);
}

function readAnnouncement(v) {
  const kind = v.kind;
  sure(["lottery", "instant", "quiz", "vote"].indexOf(kind) >= 0);
  const instant = kind === "instant";
  const most = instant ? MILLION : MOST_GIVEN;
  const prizes = named(items(v.prizes, 0, MOST_PRIZES));
  const given = prizes.map((p) => whole(instant ? p.odds : p.count, 1, most));
  sure(given.reduce((sum, n) => sum + n, 0) <= most);
  sure(prizes.length || (kind !== "lottery" && !instant));
  const limit = (n) => (n === undefined ? 0 : whole(n, 0, U32));
  const beacon = v.beacon !== undefined;
  if (beacon) text(v.beacon);
  const [entriesPer, winsPer] = [limit(v.entries_per_person), limit(v.wins_per_person)];
  sure(!instant || !(entriesPer || winsPer || beacon));
  const optionsOf = (x) => named(items(x.options, 2, MOST_OPTIONS));
  const questions = kind === "quiz" ? named(items(v.questions, 1, MOST_QUESTIONS)).map((q) => ({ id: q.id, text: q.text, options: optionsOf(q), _commitment: digest(q.commitment) })) : [];
  const [opens, closes] = [time(v.opens), time(v.closes)];
  sure(opens < closes);
  return {
    _shop: text(v.shop), _id: text(v.id), _kind: kind, _opens: opens, _closes: closes, _commitment: digest(v.commitment), _beacon: beacon, _prizes: prizes, _given: given,
    _entriesPer: entriesPer, _winsPer: winsPer, _questions: questions, _options: kind === "vote" ? optionsOf(v) : [], _has: !instant && (prizes.length > 0 || kind === "vote"),
    _hash: NOTHING,
  };
}

function readEntries(a, v) {
  return a._has ? { _count: whole(v.count, 0, U32), _root: digest(v.root) } : { _count: 0, _root: NOTHING };
}

function readLine(a, line) {
  const place = 1 + a._prizes.findIndex((p) => p.id === line.prize);
  sure(place > 0 || line.prize === null);
  return { _at: whole(line.at, 0, U32), _person: digest(line.person), _ticket: digest(line.ticket), _choice: whole(line.choice, 0, MOST_OPTIONS), _prize: place };
}

function readReceipt(r) {
  return { _at: whole(r.at, 0, U32), _person: digest(r.person), _choice: whole(r.choice, 0, MOST_OPTIONS), _path: items(r.path, 0, 32).map(digest) };
}

/** The published list: a line for each entry. */
function readList(given) {
  const bytes = toBytes(given);
  const lines = (bytes ? decodeUtf8(bytes, 0, bytes.length) : String(given)).split("\n");
  if (lines[lines.length - 1] === "") lines.pop();
  return lines.map((line) => {
    const words = line.split(" ");
    sure(words.length === 3 && /^(0|[1-9]\d{0,4})$/.test(words[2]) && +words[2] < 65536);
    return { _person: digest(words[0]), _ticket: digest(words[1]), _choice: +words[2] };
  });
}
