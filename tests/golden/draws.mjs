// A second way to draw, written from the manual's page and not from the code, and the golden file made by it: `node tests/golden/draws.mjs > tests/golden/draws.json`.
// It keeps whole lists where the engine keeps what was moved, and splits trees as the RFC does.

import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";

export const sha = (...parts) => {
  const h = createHash("sha256");
  for (const part of parts) h.update(part);
  return h.digest();
};
const tagged = (what, ...parts) => sha(`nearshelf draw ${what} 1\0`, ...parts);
const u64 = (n) => {
  const b = Buffer.alloc(8);
  b.writeBigUInt64LE(BigInt(n));
  return b;
};
const u16 = (n) => Buffer.from([n & 255, n >> 8]);

export function* words(key) {
  for (let counter = 0; ; counter++) {
    const block = sha(key, u64(counter));
    for (let i = 0; i < 4; i++) yield block.readBigUInt64LE(8 * i);
  }
}

/** A number below n from a stream. */
export function below(stream, n) {
  if (n < 2) return 0;
  const all = 1n << 64n;
  const size = BigInt(n);
  for (;;) {
    const word = stream.next().value;
    if (word < all - (all % size)) return Number(word % size);
  }
}

const leaf = (e) => sha(Buffer.from([0]), e.person, e.ticket, u16(e.choice));
const half = (n) => 2 ** (Math.ceil(Math.log2(n)) - 1);
export function root(leaves) {
  if (!leaves.length) return sha();
  if (leaves.length === 1) return leaves[0];
  const k = half(leaves.length);
  return sha(Buffer.from([1]), root(leaves.slice(0, k)), root(leaves.slice(k)));
}
function path(leaves, at) {
  if (leaves.length < 2) return [];
  const k = half(leaves.length);
  return at < k ? [...path(leaves.slice(0, k), at), root(leaves.slice(k))] : [...path(leaves.slice(k), at - k), root(leaves.slice(0, k))];
}

const SEED = sha("the seed of the golden file");
const SALT = sha("the salt of the golden file");
const questionSalt = (id) => tagged("question", SALT, id);

/** An announcement out of a wish, as text. */
export function announce(wish) {
  const file = structuredClone({ draw: 1, ...wish, commitment: tagged("seed", SEED).toString("hex") });
  for (const q of file.questions || []) {
    q.commitment = tagged("answer", questionSalt(q.id), q.id, "\0", q.answer).toString("hex");
    delete q.answer;
  }
  return JSON.stringify(file);
}

export function entriesOf(noted, options = []) {
  const list = noted.map(({ person, ticket, choice }) => ({
    text: ticket, person: tagged("person", SALT, person), ticket: tagged("ticket", ticket), choice: choice === undefined ? 0 : 1 + options.findIndex((o) => o.id === choice),
  }));
  return list.sort((a, b) => Buffer.compare(Buffer.concat([a.person, a.ticket]), Buffer.concat([b.person, b.ticket])));
}

/** All files of a draw, as objects. */
export function hold(wish, noted, beacon = "") {
  const announcement = announce(wish);
  const head = { shop: wish.shop, id: wish.id, announcement: sha(announcement).toString("hex") };
  const result = { result: 1, ...head, seed: SEED.toString("hex") };
  if (beacon) result.beacon = beacon;
  if (wish.questions) result.answers = wish.questions.map((q) => ({ question: q.id, option: q.answer, salt: questionSalt(q.id).toString("hex") }));
  if (wish.kind === "instant" || (wish.kind === "quiz" && !wish.prizes)) return { announcement, result };
  const list = entriesOf(noted, wish.options);
  const leaves = list.map(leaf);
  const top = root(leaves);
  Object.assign(result, { count: list.length, root: top.toString("hex") });
  if (wish.prizes) {
    const stream = words(tagged("key", sha(announcement), SEED, top, u64(list.length), beacon));
    const places = list.map((_, i) => i);
    const won = new Map();
    result.drawn = [];
    let next = 0;
    for (const prize of wish.prizes.flatMap((p) => Array(p.count).fill(p.id))) {
      for (let given = false; !given && next < places.length; next++) {
        const other = next + below(stream, places.length - next);
        [places[next], places[other]] = [places[other], places[next]];
        const at = places[next];
        const e = list[at];
        const person = e.person.toString("hex");
        given = !wish.wins_per_person || (won.get(person) || 0) < wish.wins_per_person;
        if (given) won.set(person, (won.get(person) || 0) + 1);
        result.drawn.push({ at, person, ticket: e.ticket.toString("hex"), choice: e.choice, prize: given ? prize : null });
      }
    }
  }
  if (wish.kind === "vote") result.votes = wish.options.map((_, i) => list.filter((e) => e.choice === i + 1).length);
  return {
    announcement, result, closing: { closed: 1, ...head, count: list.length, root: top.toString("hex") },
    list: list.map((e) => `${e.person.toString("hex")} ${e.ticket.toString("hex")} ${e.choice}\n`).join(""),
    receipts: list.map((e, at) => ({ ticket: e.text, at, person: e.person.toString("hex"), choice: e.choice, path: path(leaves, at).map((h) => h.toString("hex")) })),
  };
}

/** What an instant ticket gets. */
export function instant(announcement, ticket) {
  let n = below(words(tagged("instant", sha(announcement), SEED, tagged("ticket", ticket))), 1000000);
  for (const p of JSON.parse(announcement).prizes) {
    if (n < p.odds) return p.id;
    n -= p.odds;
  }
  return null;
}

export const secret = { secret: 1, shop: "harbour-lane", seed: SEED.toString("hex"), salt: SALT.toString("hex") };
export const OPENS = 1803866400000;
export const CLOSES = 1804471200000;
const base = { shop: "harbour-lane", opens: OPENS, closes: CLOSES };
const options = [{ id: "green", text: { en: "Green", zh: "绿茶" } }, { id: "black", text: { en: "Black", zh: "红茶" } }, { id: "white" }];

/** Five persons, the n-th with n tickets. */
export const noted = [1, 2, 3, 4, 5].flatMap((n) => Array.from({ length: n }, (_, i) => ({ person: `person-${n}`, ticket: `ticket-of-person-${n}-number-${i}` })));
export const wishes = {
  lottery: { ...base, id: "spring-2027", kind: "lottery", title: { en: "Spring draw", zh: "春季抽奖" }, prizes: [{ id: "kettle", count: 1 }, { id: "tea", name: { en: "Tea", zh: "茶" }, count: 3 }], entries_per_person: 5, wins_per_person: 1 },
  beacon: { ...base, id: "beacon", kind: "lottery", beacon: "a public beacon, round 77", prizes: [{ id: "mug", count: 4 }] },
  plenty: { ...base, id: "plenty", kind: "lottery", prizes: [{ id: "mug", count: 20 }], wins_per_person: 2 },
  instant: { ...base, id: "scratch", kind: "instant", prizes: [{ id: "mug", odds: 150000 }, { id: "coupon", odds: 400000 }] },
  quiz: { ...base, id: "tea-quiz", kind: "quiz", questions: [{ id: "brew", answer: "green", options: options.slice(0, 2) }, { id: "leaf", answer: "white", options }] },
  prizeQuiz: { ...base, id: "prize-quiz", kind: "quiz", prizes: [{ id: "mug", count: 1 }], questions: [{ id: "brew", answer: "black", options }] },
  vote: { ...base, id: "vote", kind: "vote", options, entries_per_person: 5 },
  prizeVote: { ...base, id: "prize-vote", kind: "vote", options, prizes: [{ id: "mug", count: 2 }] },
};
export const ballots = noted.map((e, i) => ({ ...e, choice: options[i % 7 < 3 ? 0 : i % 7 < 5 ? 1 : 2].id }));

function make() {
  const cases = [];
  /** Each text once: cases name them by place. */
  const texts = [];
  const put = (name, files, expect, more = {}) => {
    const { announcement, result, closing, list } = files;
    const text = (v) => {
      if (v === undefined) return undefined;
      const all = typeof v === "string" ? v : JSON.stringify(v);
      return texts.includes(all) ? texts.indexOf(all) : texts.push(all) - 1;
    };
    cases.push({ name, announcement: text(announcement), result: text(result), closing: text(closing), list: text(list), issued: CLOSES + 1000, ...more, expect });
  };
  const but = (files, change) => {
    const copy = structuredClone(files);
    change(copy);
    return copy;
  };
  const bad = (name, files, why, more) => put(name, files, { state: "invalid", why }, more);

  const l = hold(wishes.lottery, noted);
  const winner = l.result.drawn.find((d) => d.prize === "kettle");
  const passed = l.result.drawn.find((d) => d.prize === null);
  const loser = l.receipts.find((r) => l.result.drawn.every((d) => d.at !== r.at));
  const receiptOf = (files, d) => files.receipts[d.at];
  put("a lottery verifies", l, { state: "drawn", entries: 15 });
  put("without list and closing too", { announcement: l.announcement, result: l.result }, { state: "drawn", entries: 15 });
  put("the winner's receipt", l, { state: "won", prize: "kettle" }, { ticket: receiptOf(l, winner).ticket, receipt: receiptOf(l, winner) });
  put("the winner finds the ticket in the list", l, { state: "won", prize: "kettle" }, { ticket: receiptOf(l, winner).ticket });
  put("a person who has won already is passed over", l, { state: "not_won" }, { ticket: receiptOf(l, passed).ticket, receipt: receiptOf(l, passed) });
  put("a ticket that was not drawn", { announcement: l.announcement, result: l.result }, { state: "not_won" }, { ticket: loser.ticket, receipt: loser });
  put("a ticket that the list does not have", l, { state: "not_in_list" }, { ticket: "a ticket that was left out" });
  put("a ticket without receipt or list", { announcement: l.announcement, result: l.result }, { state: "not_in_list" }, { ticket: loser.ticket });
  put("the announcement seen first", l, { state: "drawn" }, { seen: l.result.announcement });
  bad("another announcement was seen first", l, "announcement_changed", { seen: "00".repeat(32) });
  bad("the announcement was changed", but(l, (f) => (f.announcement = f.announcement.replace('"count":3', '"count":4'))), "announcement_changed");
  bad("the odds were changed everywhere, and the winners are the old ones", but(l, (f) => {
    f.announcement = f.announcement.replace('"count":3', '"count":4');
    f.result.announcement = f.closing.announcement = sha(f.announcement).toString("hex");
  }), "drawn");
  bad("signed before it closed", l, "early", { issued: CLOSES - 1 });
  bad("another draw's result", but(l, (f) => (f.result.id = "autumn")), "other_draw");
  bad("another shop's closing", but(l, (f) => (f.closing.shop = "elsewhere")), "other_draw");
  bad("another seed", but(l, (f) => (f.result.seed = sha("another").toString("hex"))), "commitment");
  bad("a beacon that nobody announced", but(l, (f) => (f.result.beacon = "77")), "beacon_missing");
  bad("an entry more than was closed", but(l, (f) => (f.closing.count = 14)), "closing");
  bad("other entries than were closed", but(l, (f) => (f.closing.root = sha("other").toString("hex"))), "closing");
  const lines = l.list.trim().split("\n");
  const listed = (change) => but(l, (f) => {
    const all = [...lines];
    change(all);
    f.list = all.join("\n") + "\n";
  });
  bad("an entry is missing in the list", listed((all) => all.pop()), "list");
  bad("the list is out of order", listed((all) => ([all[0], all[1]] = [all[1], all[0]])), "list");
  bad("a ticket is there twice", listed((all) => all.splice(1, 1, all[0])), "list");
  bad("a choice where there is none", listed((all) => (all[3] = all[3].replace(/0$/, "1"))), "list");
  bad("a line that is no entry", listed((all) => (all[3] += " more")), "bad_file");
  bad("a choice that is written oddly", listed((all) => (all[3] = all[3].replace(/0$/, "00"))), "bad_file");
  bad("winners changed places", but(l, (f) => ([f.result.drawn[0], f.result.drawn[1]] = [f.result.drawn[1], f.result.drawn[0]])), "drawn");
  bad("a winner is missing", but(l, (f) => f.result.drawn.pop()), "drawn");
  bad("a winner too many", but(l, (f) => f.result.drawn.push({ ...f.result.drawn[0], at: loser.at })), "drawn");
  bad("a prize was exchanged", but(l, (f) => (f.result.drawn[0].prize = "tea")), "drawn");
  bad("a winner passed over", but(l, (f) => (f.result.drawn[0].prize = null)), "drawn");
  bad("one who was passed over has a prize", but(l, (f) => (f.result.drawn.find((d) => d.prize === null).prize = "tea")), "drawn");
  bad("a winner is somebody else, as the list shows", but(l, (f) => (f.result.drawn[0].ticket = sha("somebody").toString("hex"))), "drawn");
  const stolen = but(l, (f) => (f.result.drawn[0].ticket = sha("somebody").toString("hex")));
  put("without the list only the winner sees it", { announcement: l.announcement, result: stolen.result }, { state: "drawn" });
  bad("and the winner does", { announcement: l.announcement, result: stolen.result }, "receipt", { ticket: receiptOf(l, winner).ticket, receipt: receiptOf(l, winner) });
  const own = (change) => {
    const r = structuredClone(loser);
    change(r);
    return { ticket: loser.ticket, receipt: r };
  };
  const plain = { announcement: l.announcement, result: l.result };
  bad("a receipt of another place", plain, "receipt", own((r) => (r.at ^= 1)));
  bad("a receipt of another person", plain, "receipt", own((r) => (r.person = sha("x").toString("hex"))));
  bad("a receipt with another choice", plain, "receipt", own((r) => (r.choice = 1)));
  bad("a path that is too short", plain, "receipt", own((r) => r.path.pop()));
  bad("a path that is too long", plain, "receipt", own((r) => r.path.push(r.path[0])));
  bad("another's receipt", plain, "receipt", { ticket: loser.ticket, receipt: receiptOf(l, winner) });
  bad("a receipt that is none", plain, "bad_file", { ticket: loser.ticket, receipt: { at: -1, person: "", choice: 0, path: [] } });

  const many = hold({ ...wishes.lottery, entries_per_person: 4 }, noted);
  bad("a person has more entries than may be", many, "list");
  put("which only the list shows", { announcement: many.announcement, result: many.result }, { state: "drawn" });

  const b = hold(wishes.beacon, noted, "deadbeef");
  put("with a beacon", b, { state: "drawn", beacon: "deadbeef" });
  bad("the beacon is missing", but(b, (f) => delete f.result.beacon), "beacon_missing");
  bad("the beacon said something else", but(b, (f) => (f.result.beacon = "deadbeee")), "drawn");

  const p = hold(wishes.plenty, noted);
  put("more prizes than winners: all places are drawn", p, { state: "drawn", entries: 15 });
  bad("and not fewer", but(p, (f) => f.result.drawn.pop()), "drawn");
  put("nobody took part", hold(wishes.plenty, []), { state: "drawn", entries: 0 });
  put("one took part", hold(wishes.plenty, noted.slice(0, 1)), { state: "won", prize: "mug" }, { ticket: noted[0].ticket });

  const i = hold(wishes.instant, []);
  for (let n = 0; n < 12; n++) {
    const ticket = `made-by-the-device-${n}`;
    const prize = instant(i.announcement, ticket);
    put(`instant ticket ${n}`, i, prize ? { state: "won", prize } : { state: "not_won" }, { ticket, told: prize });
    if (n < 3) bad(`instant ticket ${n} was told something else`, i, "told", { ticket, told: prize ? null : "mug" });
  }
  put("an instant draw without a ticket", i, { state: "drawn" });
  bad("an instant draw with another seed", but(i, (f) => (f.result.seed = sha("another").toString("hex"))), "commitment");

  const q = hold(wishes.quiz, []);
  put("a quiz", q, { state: "drawn", right: 1 }, { answers: { brew: "green", leaf: "black" } });
  put("a quiz without answers of one's own", q, { state: "drawn" });
  put("a quiz with none right", q, { state: "drawn", right: 0 }, { answers: {} });
  bad("an answer that was not committed to", but(q, (f) => (f.result.answers[1].option = "black")), "answers");
  bad("a salt that was not committed to", but(q, (f) => (f.result.answers[0].salt = f.result.answers[1].salt)), "answers");
  bad("an answer is missing", but(q, (f) => f.result.answers.pop()), "answers");
  bad("an answer that is no option", but(q, (f) => (f.result.answers[0].option = "red")), "answers");
  put("a quiz with a prize", hold(wishes.prizeQuiz, noted), { state: "drawn", right: 1, entries: 15 }, { answers: { brew: "black" } });

  const v = hold(wishes.vote, ballots);
  put("a vote", v, { state: "drawn", votes: v.result.votes });
  put("a ballot was counted", { announcement: v.announcement, result: v.result }, { state: "not_won" }, { ticket: v.receipts[4].ticket, receipt: v.receipts[4] });
  bad("a ballot was counted as another", { announcement: v.announcement, result: v.result }, "receipt", { ticket: v.receipts[4].ticket, receipt: { ...v.receipts[4], choice: (v.receipts[4].choice % 3) + 1 } });
  bad("a vote moved", but(v, (f) => (f.result.votes[0]++, f.result.votes[1]--)), "votes");
  put("which only the list shows in a vote", { announcement: v.announcement, result: but(v, (f) => (f.result.votes[0]++, f.result.votes[1]--)).result }, { state: "drawn" });
  bad("a vote too many", but({ announcement: v.announcement, result: v.result }, (f) => f.result.votes[0]++), "votes");
  bad("votes for an option that there is not", but(v, (f) => f.result.votes.push(0)), "votes");
  bad("a ballot without a choice", but(v, (f) => (f.list = f.list.replace(/ 1\n/, " 0\n"))), "list");
  const w = hold(wishes.prizeVote, ballots);
  put("a vote with prizes", w, { state: "won", prize: "mug" }, { ticket: w.receipts[w.result.drawn[1].at].ticket });

  // What is no file.
  const wrong = (name, change) => {
    const f = JSON.parse(l.announcement);
    change(f);
    bad(`announcement: ${name}`, { announcement: JSON.stringify(f), result: l.result }, "bad_file");
  };
  bad("announcement: no JSON", { announcement: "{", result: l.result }, "bad_file");
  bad("announcement: a list", { announcement: "[]", result: l.result }, "bad_file");
  wrong("a later format", (f) => (f.draw = 2));
  wrong("no kind", (f) => (f.kind = "raffle"));
  wrong("no prizes", (f) => delete f.prizes);
  wrong("prizes are no list", (f) => (f.prizes = {}));
  wrong("a prize twice", (f) => (f.prizes[1].id = "kettle"));
  wrong("no count", (f) => delete f.prizes[0].count);
  wrong("a count of nothing", (f) => (f.prizes[0].count = 0));
  wrong("half a prize", (f) => (f.prizes[0].count = 1.5));
  wrong("too many prizes", (f) => (f.prizes[0].count = 10000));
  wrong("closes before it opens", (f) => (f.closes = f.opens));
  wrong("times as text", (f) => (f.opens = "2027-03-01T00:00:00Z"));
  wrong("a commitment that is none", (f) => (f.commitment = f.commitment.toUpperCase()));
  wrong("a limit below nothing", (f) => (f.wins_per_person = -1));
  wrong("an empty beacon", (f) => (f.beacon = ""));
  wrong("no shop", (f) => delete f.shop);
  wrong("an id with a zero", (f) => (f.id = "a\0b"));
  wrong("limits of an instant draw", (f) => Object.assign(f, { kind: "instant", prizes: [{ id: "a", odds: 5 }] }));
  wrong("odds above a million", (f) => Object.assign(f, { kind: "instant", entries_per_person: 0, wins_per_person: 0, prizes: [{ id: "a", odds: 999999 }, { id: "b", odds: 2 }] }));
  wrong("a quiz without questions", (f) => (f.kind = "quiz"));
  wrong("a vote with one option", (f) => Object.assign(f, { kind: "vote", options: [{ id: "a" }] }));
  const broken = (name, change) => bad(`result: ${name}`, but({ announcement: l.announcement, result: l.result }, (f) => change(f.result)), "bad_file");
  broken("a later format", (r) => (r.result = 2));
  broken("no seed", (r) => delete r.seed);
  broken("no root", (r) => delete r.root);
  broken("a count below nothing", (r) => (r.count = -1));
  broken("drawn is no list", (r) => (r.drawn = "all"));
  broken("a line that is nothing", (r) => (r.drawn[0] = null));
  broken("a prize that there is not", (r) => (r.drawn[0].prize = "car"));
  broken("a line that does not say what it got", (r) => delete r.drawn[0].prize);
  broken("no shop", (r) => delete r.shop);
  bad("result: no JSON", { announcement: l.announcement, result: "winner: me" }, "bad_file");
  bad("closing: no JSON", { ...plain, closing: "null" }, "bad_file");
  return { spec_version: 1, texts, cases };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(JSON.stringify(make(), null, 1));
