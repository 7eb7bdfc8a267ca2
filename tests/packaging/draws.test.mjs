// Draws: the golden file through the package, what a page gets of wrong files, answers as interests, and the shop's side in Node against a second implementation.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import * as second from "../golden/draws.mjs";
import { golden, key, runGolden, sealed } from "../golden/draws-run.mjs";
import { storageOver } from "./support/memory.mjs";
import { pkg, root } from "./support/project.mjs";
import { realVisit } from "./support/real.mjs";
import { samplePack } from "./support/sample-pack.mjs";
import { keyOf, signed } from "./support/signed.mjs";

const module = await import(pathToFileURL(join(pkg, "draws-node.js")).href);
const { announce, close, draw, draws, NearshelfError, tell } = module;
const NOW = second.CLOSES + 5000;
const desk = await draws({ keys: [key.public], now: () => NOW });
const text = (bytes) => new TextDecoder().decode(bytes);
/** A draw as the second implementation holds it, signed. */
const hold = (wish, noted, beacon) => {
  const files = second.hold(wish, noted, beacon);
  return { ...files, announcement: sealed(files.announcement), result: sealed(JSON.stringify(files.result)), closing: files.closing && sealed(JSON.stringify(files.closing)) };
};

test("the golden file holds, and the second implementation writes it", async () => {
  assert.ok(golden.cases.length > 100);
  runGolden(desk);
  const required = createRequire(import.meta.url)(join(pkg, "draws-node.cjs"));
  runGolden(await required.draws({ keys: [key.public] }));
  // The browser's script, with the wasm handed over.
  const web = await import(pathToFileURL(join(pkg, "draws.js")).href);
  runGolden(await web.draws({ keys: key.public, wasm: readFileSync(join(pkg, "nearshelf-draws.wasm")) }));
});

test("states by the clock, odds and words in two languages", async () => {
  let now = 0;
  const [en, zh] = await Promise.all(["en", "zh-CN"].map((language) => draws({ keys: [key.public], now: () => now, language })));
  const { announcement, closing, result } = hold(second.wishes.lottery, second.noted);
  const [one, two] = [en.open(announcement), zh.open(announcement)];
  for (const [at, state, english, chinese] of [
    [second.OPENS - 1, "upcoming", "The draw has not begun yet.", "活动尚未开始。"],
    [second.OPENS, "open", "The draw is open.", "活动进行中。"],
    [second.CLOSES, "closed", "Entries are closed; the draw is to come.", "报名已截止，等待开奖。"],
  ]) {
    now = at;
    assert.deepEqual([one.state, one.text, two.text], [state, english, chinese]);
  }
  assert.deepEqual(one.odds, [{ prize: "kettle", millionths: null }, { prize: "tea", millionths: null }], "nobody knows how many take part");
  const closed = one.check({ closing });
  assert.deepEqual([closed.state, closed.entries, closed.odds], ["closed", 15, [{ prize: "kettle", millionths: 66666 }, { prize: "tea", millionths: 200000 }]]);
  assert.deepEqual([one.kind, one.title.zh, one.prizes[1].name.en, one.hash.length], ["lottery", "春季抽奖", "Tea", 64]);
  assert.equal(one.check({ result }).text, "The draw has been held, and it verifies.");
  assert.deepEqual(en.open(hold(second.wishes.instant, []).announcement).odds, [{ prize: "mug", millionths: 150000 }, { prize: "coupon", millionths: 400000 }]);
});

test("what is not signed by the shop is not shown", async () => {
  const { announcement, result } = hold(second.wishes.lottery, second.noted);
  const plain = Buffer.from(second.announce(second.wishes.lottery));
  const changed = Uint8Array.from(announcement);
  changed[changed.length - 3] ^= 1;
  const why = (file) => {
    const one = desk.open(file);
    assert.equal(one.state, "invalid");
    assert.deepEqual(one.check({ result }), { state: "invalid", text: "This draw does not verify.", why: one.why });
    assert.equal(one.answer({}, { option: "green" }), false);
    return one.why;
  };
  assert.equal(why(plain), "unsigned");
  assert.equal(why(changed), "bad_signature");
  assert.equal(why(signed(plain, { kind: 3 })), "bad_signature", "a switch is no draw");
  assert.equal(why(signed(plain, { kind: 5, by: keyOf(2) })), "bad_signature");
  assert.equal(why(sealed(plain, { expires: NOW - 1 })), "expired");
  assert.equal((await draws({})).open(announcement).why, "bad_signature", "without keys nobody vouches for anything");
  for (const odd of [undefined, null, 7, "a draw", {}, [], new Uint8Array(0), new Uint8Array(2000)]) assert.ok(["bad_file", "unsigned"].includes(why(odd)), String(odd));
  const one = desk.open(announcement);
  assert.equal(one.check({ result: Buffer.from("{}") }).why, "unsigned");
  for (const odd of [undefined, null, 7, "x", []]) assert.equal(one.check(odd).state, "closed");
  for (const odd of [{ result: 7 }, { result, ticket: 7 }, { result, ticket: "t".repeat(20), receipt: 7 }, { result, list: {} }, { result, list: new Uint8Array(9) }]) assert.equal(one.check(odd).why, "bad_file", JSON.stringify(odd));
});

test("every byte of the files of a draw counts", () => {
  const { announcement, result, list } = hold(second.wishes.lottery, second.noted);
  const one = desk.open(announcement);
  for (let at = 0; at < result.length; at += 7) {
    const other = Uint8Array.from(result);
    other[at] ^= 1 << at % 8;
    assert.equal(one.check({ result: other, list }).state, "invalid", `byte ${at}`);
    // Signed by the shop itself all the same.
    const from = result[10] | (result[11] << 8);
    if (at >= from) assert.equal(one.check({ result: sealed(other.subarray(from)), list }).state, "invalid", `byte ${at}, signed`);
  }
});

test("without a wasm there are no draws, and nothing throws", async () => {
  assert.equal(await draws({ keys: [key.public], wasm: new Uint8Array([1, 2, 3]) }), null);
  assert.equal(await draws({ keys: [key.public], wasm: readFileSync(join(pkg, "nearshelf-membership.wasm")) }), null, "another wasm");
});

test("the shop's side in Node comes to what the second implementation comes to", async () => {
  for (const [name, wish] of Object.entries(second.wishes)) {
    const beacon = wish.beacon ? "deadbeef" : "";
    const noted = wish.kind === "vote" ? second.ballots : second.noted;
    const files = second.hold(wish, noted, beacon);
    const answers = Object.fromEntries((wish.questions || []).map((q) => [q.id, q.answer]));
    const given = { announcement: Buffer.from(files.announcement), secret: { ...second.secret, id: wish.id, answers }, entries: noted };
    const drawn = draw({ ...given, beacon });
    assert.deepEqual(JSON.parse(text(drawn.result)), files.result, name);
    assert.equal(drawn.list, files.list || "", name);
    assert.deepEqual(drawn.receipts, files.receipts || [], name);
    if (files.closing) assert.deepEqual(JSON.parse(text(close(given))), files.closing, name);
    if (wish.kind === "instant") for (let n = 0; n < 20; n++) assert.equal(tell({ ...given, ticket: `made-by-the-device-${n}` }), second.instant(files.announcement, `made-by-the-device-${n}`));
  }
});

test("a shop announces, draws and is checked, all in Node", async () => {
  const { announcement, secret } = announce({ ...second.wishes.prizeQuiz, opens: "2027-03-01T10:00:00+08:00", closes: new Date(second.CLOSES) });
  assert.ok(!text(announcement).includes("answer\":\"black") && !text(announcement).includes(secret.seed));
  const file = sealed(announcement);
  const { result, list, receipts } = draw({ announcement: file, secret, entries: second.noted });
  const one = desk.open(file);
  assert.equal(one.opens, Date.parse("2027-03-01T02:00:00Z"));
  const won = receipts.map((receipt) => one.check({ result: sealed(result), list, ticket: receipt.ticket, receipt, answers: { brew: "black" } }).state).filter((state) => state === "won");
  assert.equal(won.length, 1);
  for (const [wish, words] of [[null, /kind is no text/], [{ ...second.wishes.quiz, opens: "soon" }, /opens is no time/], [{ ...second.wishes.lottery, prizes: [] }, /there are none/]]) {
    assert.throws(() => announce(wish), (e) => e instanceof NearshelfError && e.code === "bad_draw" && words.test(e.message) && e.fix.length > 0);
  }
});

test("an answer speaks for what its option stands for, through the shelf alone", () => {
  const told = [];
  const shelf = { track: (...given) => told.push(["track", ...given]), declare: (...given) => told.push(["declare", ...given]) };
  const options = [{ id: "green", items: ["10001", "10002"] }, { id: "black", items: ["10003"], rating: 1, declare: { taste: "black" } }, { id: "white" }];
  const vote = desk.open(hold({ ...second.wishes.vote, options }, second.ballots).announcement);
  const quiz = desk.open(hold({ ...second.wishes.quiz, questions: [{ id: "brew", answer: "white", options }] }, []).announcement);
  assert.equal(vote.answer(shelf, { option: "green" }), true);
  assert.equal(quiz.answer(shelf, { question: "brew", option: "black" }), true);
  for (const [of, answer] of [[vote, { option: "white" }], [vote, { option: "red" }], [vote, null], [quiz, { question: "leaf", option: "green" }], [quiz, { option: "green" }]]) assert.equal(of.answer(shelf, answer), false);
  assert.equal(vote.answer(null, { option: "green" }), false, "without a shelf");
  assert.deepEqual(told, [
    ["track", "survey_answer", { items: [{ item_id: "10001" }, { item_id: "10002" }], rating: 5 }],
    ["track", "content_view", { items: [{ item_id: "10001" }, { item_id: "10002" }] }],
    ["track", "survey_answer", { items: [{ item_id: "10003" }], rating: 1 }],
    ["declare", { taste: "black" }, { source: "survey", merge: true }],
  ]);
});

test("an answer is heard with consent only, and nothing is kept before it", async () => {
  // The frozen pack weighs no content.
  const pack = new Uint8Array(readFileSync(samplePack()));
  for (const [consent, events] of [[{ store: true, personalize: true }, 2], [{ store: null, personalize: null }, 0], [{ store: false, personalize: false }, 0]]) {
    const kept = new Map();
    const { shelf, end } = await realVisit(storageOver(kept), { pack, consent });
    const { id } = shelf.recommend({ limit: 1 }).items[0];
    const vote = desk.open(hold({ ...second.wishes.vote, options: [{ id: "green", items: [id] }, { id: "black" }] }, []).announcement);
    assert.equal(vote.answer(shelf, { option: "green" }), true);
    const portrait = shelf.portrait();
    assert.equal(portrait ? portrait.events : 0, events, JSON.stringify(consent));
    if (events) assert.deepEqual(portrait.items.map((item) => item.key), [id], "an interest");
    await end();
    if (!events) assert.deepEqual([...kept.keys()], [], JSON.stringify(consent));
  }
});

test("every why has its place in the types and in the manual", () => {
  const types = readFileSync(join(root, "pkg-template/types/draws.d.ts"), "utf8");
  const manual = readFileSync(join(root, "src/manual/draws.md"), "utf8");
  const whys = new Set(golden.cases.map((c) => c.expect.why).filter(Boolean));
  assert.equal(whys.size, 13);
  for (const why of whys) assert.ok(types.includes(`"${why}"`) && manual.includes(`| \`${why}\` |`), why);
});
