// Invite and share tokens on the device (src/manual/invites.md): the calls 80 to 82 of a shelf, with words.

import { Reader, Writer } from "./codec.js";

const [LAND, EARN, OWN] = [80, 81, 82];
const KINDS = ["invite", "share", "group_buy"];
const EVENTS = ["landing", "order", "delivered"];
const STATUS = ["landed", "known", "refused", "waiting", "earned"];
const ABOUT = ["", "product", "offer", "group"];
const PER = ["", "day", "month", "year", "lifetime"];
/** Why a token counts for nothing: the code, and what a shopper reads. */
const WHY = [
  ["bad_token", "This link is not complete.", "链接不完整。"],
  ["bad_signature", "This link is not from this shop.", "链接并非本店发出。"],
  ["unknown_programme", "There is no such campaign.", "没有该活动。"],
  ["in_future", "This link does not hold yet.", "链接尚未生效。"],
  ["expired", "This link has expired.", "链接已过期。"],
  ["closed", "This campaign is over.", "活动已结束。"],
  ["self_invite", "This is your own link.", "这是您自己的链接。"],
  ["loop", "Who sent this was brought by you.", "对方由您邀请而来。"],
  ["not_new", "This is for new customers.", "仅限新客参与。"],
  ["other_inviter", "You came by somebody else.", "您已由其他好友邀请。"],
  ["unavailable", "This link cannot be checked now.", "暂时无法验证链接。"],
];
/** No engine answers: the one reason that is no number of the core's. */
const UNAVAILABLE = WHY.length - 1;

/**
 * @param {any} shelf
 * @param {any} [options] `member`: of nearshelf/membership, to note the friend's task
 */
export async function invites(shelf, options) {
  const member = Object(options).member;
  try {
    const seat = shelf.invites();
    return seat && seat.program ? new Invites(shelf, member) : null;
  } catch (broken) {
    return null;
  }
}

class Invites {
  /** @param {any} shelf @param {any} member */
  constructor(shelf, member) {
    this._shelf = shelf;
    this._member = member;
  }

  /**
   * @param {any} where an address, a query, or the token
   * @param {any} [options]
   */
  async land(where, options) {
    const [landing] = await this._call(LAND, Object(options).newCustomer === false ? 1 : 0, where, readLanding);
    if (!landing) return refused(UNAVAILABLE, this._language());
    if (landing.status !== "refused") {
      // What was told before stays: a visit comes by one channel.
      if (landing.status === "landed") this._shelf.track("session_start", { channel: landing.channel || landing.programme.kind });
      // A landing may be the whole condition.
      landing.claims = landing.status === "landed" ? (await this._earn(0, "")).filter((c) => c.token === landing.token && c.status === "earned") : [];
    }
    return landing;
  }

  async own(token) {
    const [done] = await this._call(OWN, 0, token, readLanding);
    return !!done && done.status !== "refused";
  }

  order(id) {
    return this._earn(1, id);
  }

  delivered(id) {
    return this._earn(2, id);
  }

  landings() {
    return this._earn(0, "");
  }

  programmes() {
    try {
      return programmesOf(this._shelf.invites());
    } catch (broken) {
      return [];
    }
  }

  async _earn(event, order) {
    const id = typeof order === "number" ? String(order) : order;
    if (typeof id !== "string" || (event && !id)) return [];
    const claims = await this._call(EARN, event, id, (r, seat) => Object.assign(readLanding(r, seat), { event: EVENTS[event], order: id, at: seat.now }));
    const entries = claims.filter((claim) => claim.status !== "waiting" && claim.friend.entry).map((claim) => claim.friend.entry);
    if (this._member && entries.length) this._member.apply(entries);
    return claims;
  }

  _language() {
    const seat = this._shelf.invites();
    return seat ? seat.language : "en";
  }

  /**
   * Nothing where no engine answers.
   * @template T
   * @param {number} op
   * @param {number} number
   * @param {any} what an order's id, or where the token is
   * @param {(r: Reader, seat: any) => T} read reads one
   * @returns {Promise<T[]>}
   */
  async _call(op, number, what, read) {
    try {
      const seat = this._shelf.invites();
      const w = new Writer(256);
      w.f64(seat.now);
      w.list(seat.keys || [], (key) => w.str(key));
      w.u8(number);
      w.str(op === EARN ? what : tokenOf(what));
      const answer = await this._shelf.invites(op, w.written());
      if (!answer) return [];
      const r = new Reader(answer);
      r.u8();
      // What is refused has less than the four bytes that a list's element has at least.
      return Array.from({ length: r.u32() & 63 }, () => read(r, seat));
    } catch (broken) {
      return [];
    }
  }
}

/** The token in an address, in a query, or itself. @param {any} where */
function tokenOf(where) {
  const given = Object(where);
  const text = String(given.href || given.invite || (typeof where === "string" ? where : ""));
  const found = /[?&#]invite=([^&#]*)/.exec(text);
  return (found ? found[1] : text).slice(0, 1000);
}

function refused(why, language) {
  const words = WHY[why] || WHY[0];
  return { status: "refused", why: words[0], text: words[/^zh/i.test(language) ? 2 : 1], group: null };
}

function readLanding(r, seat) {
  const [status, why, there] = [r.u8(), r.u8(), r.u8()];
  const landing = why ? refused(why - 1, seat.language) : /** @type {any} */ ({ status: STATUS[status], group: null });
  if (!there) return landing;
  const p = programmesOf(seat)[r.u8()];
  const about = ABOUT[r.u8()];
  const [id, channel] = [r.str(), r.str()];
  let inviter = "";
  for (let i = 0; i < 8; i++) inviter += (256 + r.u8()).toString(16).slice(1);
  const [landed, until] = [r.f64(), r.f64()];
  const token = r.str();
  const subject = p.id + ":from:" + inviter + (p.kind !== "invite" && id ? ":" + id : "");
  const { task, offer } = p.friend;
  const entry = task ? { type: "task", task, subject, id: "invite:" + subject } : null;
  return Object.assign(landing, {
    programme: p, about: about ? { kind: about, id } : null, channel, landed, until, token, friend: { task, offer, entry },
    group: p.kind === "group_buy" && about === "group" ? { offer: p.offer, id } : null,
  });
}

/** What hosts say of the section INVT. @param {any} seat */
function programmesOf(seat) {
  const r = new Reader(seat.program);
  const rules = new Reader(r.bytes());
  rules.u8();
  rules.u8();
  const languages = r.list(() => r.str());
  const text = () => r.str() || null;
  return r.list(() => {
    const id = r.str();
    const names = languages.map(() => r.str());
    const offer = text();
    const friend = { task: text(), offer: text() };
    const inviter = { task: text(), offer: text() };
    const limits = r.list(() => ({ per: PER[r.u32()], count: r.u32() }));
    rules.u32();
    const [kind, after, last, fresh] = [rules.u8(), rules.u8(), rules.u8(), rules.u8()];
    const [windowDays, tokenDays] = [rules.u8() + 256 * rules.u8(), rules.u8() + 256 * rules.u8()];
    return {
      id, name: names[Math.max(0, languages.indexOf(seat.language))] || id, kind: KINDS[kind], after: EVENTS[after], touch: last ? "last" : "first",
      newCustomers: !!fresh, windowDays, tokenDays, until: rules.money(), offer, friend, inviter, limits,
    };
  });
}
