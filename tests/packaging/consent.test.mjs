// Consent: what is in force, what the storage holds in each state, what waits for the answer, and the receipts of changes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { storageOver, turn, view, visit } from "./support/memory.mjs";
import { DAY, idle, NOW, open } from "./support/reporting.mjs";
import { pack, sections } from "./support/small-pack.mjs";

const [KEY, SLOT, LEDGER, RECEIPTS] = ["key", "anonymous/1", "ledger", "receipts"].map((name) => "nearshelf/shop/" + name);

/** All of each consent state, with what may lie in the storage after a visit with an event and a report in it. */
const TABLE = [
  [{}, []],
  [{ personalize: true }, []],
  [{ report: true }, []],
  [{ personalize: true, report: true, sensitive: true }, []],
  [{ store: false, personalize: true, report: true }, []],
  [{ store: true }, [RECEIPTS]],
  [{ store: true, personalize: false, report: false }, [RECEIPTS]],
  [{ store: true, sensitive: true }, [RECEIPTS]],
  [{ store: true, personalize: true }, [RECEIPTS, KEY, SLOT]],
  [{ store: true, personalize: true, report: false, sensitive: true }, [RECEIPTS, KEY, SLOT]],
  [{ store: true, report: true }, [RECEIPTS, KEY, LEDGER]],
  [{ store: true, personalize: true, report: true }, [RECEIPTS, KEY, LEDGER, SLOT]],
  [{ store: true, personalize: true, report: true, minor: true }, [RECEIPTS]],
];

for (const [consent, expected] of TABLE) {
  test(`the storage with ${JSON.stringify(consent)}: ${expected.length} names`, async () => {
    for (const preConsent of [undefined, "session"]) {
      const kept = new Map([["cart", new Uint8Array(1)]]);
      const storage = storageOver(kept);
      const v = await open(storage, { consent, notice: "1", preConsent });
      v.shelf.track(...view("lamp"));
      v.shelf.recommend();
      await v.report();
      v.hide();
      await v.settled();
      await v.end();
      assert.deepEqual([...kept.keys()].sort(), ["cart", ...expected].sort());
      if (consent.store !== true) assert.deepEqual(storage.log, [], "not so much as a question");
      assert.equal(v.sent.length, expected.includes(LEDGER) ? 1 : 0);
      // Without a notice no receipt is kept.
      const bare = new Map();
      const w = await open(storageOver(bare), { consent });
      w.shelf.track(...view("lamp"));
      await w.report();
      w.hide();
      await w.settled();
      await w.end();
      assert.deepEqual([...bare.keys()].sort(), expected.filter((name) => name !== RECEIPTS).sort());
    }
  });
}

test("withdrawing and forgetting leave one record of at most 16 bytes, the spent week, until it ends", async () => {
  for (const [name, act] of Object.entries({
    forget: (s) => s.forget(),
    store: (s) => s.setConsent({ store: false }),
    everything: (s) => s.setConsent({ store: false, personalize: false, report: false }),
  })) {
    const kept = new Map();
    const first = await open(storageOver(kept), { notice: "1" });
    await first.shelf.identify("ann");
    first.shelf.track(...view("lamp"));
    await first.report();
    await first.end();
    const v = await open(storageOver(kept), { notice: "1" });
    v.shelf.track(...view("mug"));
    v.hide();
    await v.settled();
    assert.ok(kept.size > 4);
    act(v.shelf);
    await v.settled();
    v.hide();
    await v.settled();
    await v.end();
    assert.deepEqual([...kept.keys()], [LEDGER], name);
    assert.ok(kept.get(LEDGER).length <= 16, name);
    const next = await open(storageOver(kept), { at: NOW + 7 * DAY, consent: { store: true, report: false } });
    await next.settled();
    await next.end();
    assert.deepEqual([...kept.keys()], [], name + ": the week is over");
    assert.deepEqual([v.told, next.told], [[], []]);
  }
});

test("after forget the shelf goes on, and keeps again what comes from then on", async () => {
  const kept = new Map();
  const v = await visit(storageOver(kept));
  v.shelf.track(...view("lamp"));
  v.shelf.forget();
  await v.settled();
  assert.equal(kept.size, 0);
  v.shelf.track(...view("mug"));
  await v.end();
  await v.settled();
  const next = await visit(storageOver(kept));
  next.shelf.track(...view("bowl"));
  await next.settled();
  await next.end();
  assert.deepEqual([...kept.keys()].sort(), ["nearshelf/shop/anonymous/1", KEY].sort());
  assert.equal((await visit(storageOver(kept))).core.known.some((event) => event.includes("lamp")), false);
});

test("a signal of the browser turns reports off, and nothing else, unless the shop says otherwise on record", async () => {
  const all = { store: true, personalize: true, report: true, sensitive: true };
  for (const signals of [["gpc"], ["dnt"], ["gpc", "dnt"]]) {
    const host = { signals: () => signals };
    const v = await open(storageOver(new Map()), { consent: all, host });
    assert.deepEqual(v.shelf.consent(), { ...all, report: false });
    assert.equal((await v.report()).reason, "consent");
    v.hide();
    await v.settled();
    assert.deepEqual([v.sent, v.core.seen("REPORT")], [[], 0]);
    const [receipt] = v.shelf.consentReceipts();
    assert.deepEqual([receipt.decided.report, receipt.inForce.report, receipt.signals, receipt.respectSignals], [true, false, signals, true]);
    const over = await open(storageOver(new Map()), { consent: all, host, respectSignals: false });
    assert.equal(over.shelf.consent().report, true);
    assert.equal((await over.report()).sent, true);
    const [other] = over.shelf.consentReceipts();
    assert.deepEqual([other.inForce.report, other.signals, other.respectSignals], [true, signals, false]);
  }
  const undecided = await visit(storageOver(new Map()), { consent: {}, host: { signals: () => ["gpc"] } });
  assert.equal(undecided.shelf.consent().report, null, "a signal decides nothing that nobody asked");
});

test("a signal that comes later counts with the next decision, and goes with it", async () => {
  const signals = [];
  const v = await open(storageOver(new Map()), { host: { signals: () => signals } });
  assert.equal(v.shelf.consent().report, true);
  signals.push("gpc");
  v.shelf.setConsent({});
  assert.equal(v.shelf.consent().report, false);
  signals.pop();
  v.shelf.setConsent({});
  assert.equal(v.shelf.consent().report, true);
});

test("a minor gets the neutral order, no portrait and no report, whatever was decided", async () => {
  const kept = new Map();
  const before = await open(storageOver(kept));
  before.shelf.track(...view("lamp"));
  await before.end();
  const v = await open(storageOver(kept), { consent: { store: true, personalize: true, report: true, sensitive: true, minor: true } });
  assert.deepEqual(v.shelf.consent(), { store: true, personalize: false, report: false, sensitive: false });
  assert.deepEqual(v.core.opened.consent.slice(1), [1, 1, 1]);
  v.shelf.setConsent({ personalize: true, report: true });
  assert.equal(v.shelf.consent().personalize, false);
  assert.equal((await v.report()).reason, "consent");
  await v.settled();
  assert.ok(![...kept.keys()].some((name) => name.includes("anonymous")), "what an earlier visit kept is gone");
  assert.equal(v.shelf.consentReceipts()[0].minor, true);
  v.shelf.setConsent({ minor: false });
  assert.equal(v.shelf.consent().personalize, true, "who is none is asked like anybody");
});

test("events before the answer are dropped, or held in memory and used at the grant", async () => {
  const host = {};
  const drop = await visit(storageOver(new Map()), { consent: {}, host });
  drop.shelf.track(...view("lamp"));
  assert.equal(drop.core.seen("TRACK"), 1, "the core counts what it drops");
  const storage = storageOver(new Map());
  const v = await visit(storage, { consent: {}, preConsent: "session" });
  assert.deepEqual(v.shelf.track(...view("lamp")), { accepted: 1, dropped: 0 });
  v.shelf.trackMany([{ name: "search", params: { search_term: "tea" } }, { name: "view_item", params: { items: [{ item_id: "mug" }] } }]);
  v.shelf.recommend();
  assert.deepEqual([v.core.seen("TRACK"), storage.log], [0, []]);
  v.shelf.setConsent({ sensitive: false });
  assert.equal(v.core.seen("TRACK"), 0, "another answer is none to this question");
  v.shelf.setConsent({ store: true, personalize: true });
  assert.deepEqual(v.core.events.map((e) => [e.name, e.items[0]?.id]), [["view_item", "lamp"], ["search", undefined], ["view_item", "mug"]]);
  await v.settled();
  await v.end();
  assert.ok(storage.log.some(([method, name]) => method === "set" && name === "nearshelf/shop/anonymous/1"), "and they are kept");
  // What was used is not used again.
  v.shelf.setConsent({ personalize: true });
  assert.equal(v.core.events.length, 3);
});

test("a no, forget, another shopper and the end of the page let go of what waits, and it is bounded", async () => {
  for (const act of [(s) => s.setConsent({ personalize: false }), (s) => s.forget(), (s) => s.signOut()]) {
    const v = await visit(storageOver(new Map()), { consent: {}, preConsent: "session" });
    v.shelf.track(...view("lamp"));
    act(v.shelf);
    v.shelf.setConsent({ personalize: true });
    assert.deepEqual(v.core.events, []);
  }
  const v = await visit(storageOver(new Map()), { consent: {}, preConsent: "session" });
  let accepted = 0;
  for (let i = 0; i < 600; i++) accepted += v.shelf.track(...view("p" + i)).accepted;
  assert.equal(accepted, 512);
  const large = await visit(storageOver(new Map()), { consent: {}, preConsent: "session" });
  const many = Array.from({ length: 3000 }, (_, i) => ({ name: "view_item", params: { items: [{ item_id: "x".repeat(90) + i }] } }));
  assert.deepEqual(large.shelf.trackMany(many.concat(many)).accepted < 6000, true, "256 kB at most");
});

test("what waits while the core is on its way is used when both are there", async () => {
  let arrive;
  const cores = [];
  const { fakeHost } = await import("./support/fake-core.mjs");
  const made = fakeHost({ pack: pack(), cores });
  const v = await visit(storageOver(new Map()), { consent: {}, preConsent: "session", timeoutMs: 0, host: {
    core: () => new Promise((resolve) => { arrive = () => resolve(made.core()); }),
  } });
  v.shelf.track(...view("lamp"));
  v.shelf.setConsent({ personalize: true });
  v.shelf.track(...view("mug"));
  arrive();
  await idle(v);
  assert.deepEqual(cores[0].events.map((e) => e.items[0].id), ["lamp", "mug"]);
});

test("every change has a receipt, handed over at once and once", async () => {
  const v = await visit(storageOver(new Map()), { consent: { personalize: true }, now: () => NOW });
  const told = [];
  v.shelf.on("consent", (receipt) => told.push(receipt));
  await turn();
  const none = { store: null, personalize: null, report: null, sensitive: null };
  const first = { version: 1, time: NOW, notice: "", by: "host", decided: { ...none, personalize: true }, inForce: { ...none, personalize: true }, signals: [], respectSignals: true, minor: false };
  assert.deepEqual(told, [first], "the one of the start too");
  v.shelf.setConsent({ personalize: true });
  v.shelf.setConsent({});
  await turn();
  assert.equal(told.length, 1, "no change, no receipt");
  v.shelf.setConsent({ personalize: false, by: "banner" });
  await turn();
  assert.deepEqual(told[1], { ...first, by: "banner", decided: { ...none, personalize: false }, inForce: { ...none, personalize: false } });
  assert.deepEqual(v.shelf.consentReceipts(), told);
  v.shelf.consentReceipts()[0].decided.personalize = null;
  assert.deepEqual(v.shelf.consentReceipts(), told, "a copy");
  const undecided = await visit(storageOver(new Map()), { consent: {} });
  assert.deepEqual(undecided.shelf.consentReceipts(), []);
});

test("receipts are kept with consent to store and a notice, the latest 32 of them, each change once", async () => {
  const kept = new Map();
  const options = { notice: "2026-11", consent: { store: true } };
  for (let i = 0; i < 3; i++) await (await visit(storageOver(kept), options)).end();
  const v = await visit(storageOver(kept), options);
  await v.settled();
  assert.equal(v.shelf.consentReceipts().length, 1, "what each page says again is no change");
  const told = [];
  v.shelf.on("consent", (receipt) => told.push(receipt));
  await turn();
  assert.deepEqual(told, [], "nor is it told again");
  for (let i = 0; i < 50; i++) v.shelf.setConsent({ personalize: i % 2 === 0, by: "hand " + i });
  await v.settled();
  await v.end();
  const next = await visit(storageOver(kept), { ...options, consent: { store: true, personalize: false } });
  await next.settled();
  const all = next.shelf.consentReceipts();
  assert.deepEqual([all.length, all[31].by, all[0].by], [32, "hand 49", "hand 18"]);
  assert.ok(kept.get(RECEIPTS).length < 16384);
});

test("what an adapter says again on each page is no change, and what nobody can keep is handed over all the same", async () => {
  const kept = new Map();
  const counts = [];
  for (let i = 0; i < 3; i++) {
    const v = await visit(storageOver(kept), { consent: {}, notice: "1" });
    let told = 0;
    v.shelf.on("consent", () => told++);
    v.shelf.setConsent({ store: true, personalize: true, by: "iab-tcf" });
    await v.settled();
    await turn();
    counts.push(told);
    await v.end();
  }
  assert.deepEqual(counts, [1, 0, 0]);
  const fails = [
    { storage: storageOver(new Map(), { before: () => { throw new Error("locked"); } }) },
    { storage: storageOver(new Map()), host: { core: () => Promise.reject(new Error("no wasm")) } },
  ];
  for (const { storage, host } of fails) {
    const v = await visit(storage, { consent: { store: true, personalize: true }, notice: "1", host });
    const told = [];
    v.shelf.on("consent", (receipt) => told.push(receipt.decided.store));
    await v.settled();
    await turn();
    assert.deepEqual(told, [true]);
  }
});

test("a new notice asks again: the decision about the old one is undecided, and what was kept waits for the answer", async () => {
  for (const [answer, known] of [[{ store: true, personalize: true }, 2], [{ store: false, personalize: false }, 0]]) {
    const kept = new Map();
    const consent = { store: true, personalize: true };
    const one = await visit(storageOver(kept), { consent, notice: "1" });
    one.shelf.track(...view("lamp"));
    await one.end();
    const two = await visit(storageOver(kept), { consent, notice: "2" });
    await two.settled();
    const none = { store: null, personalize: null, report: null, sensitive: null };
    assert.deepEqual([two.shelf.consent(), two.core.consent, two.core.known], [none, [0, 0, 0, 0], []]);
    const told = [];
    two.shelf.on("consent", (receipt) => told.push([receipt.by, receipt.notice, receipt.decided.store]));
    await turn();
    assert.deepEqual(told, [["notice", "2", null]], "what was decided about the old one is not told as of the new one");
    assert.ok(kept.has(SLOT));
    two.shelf.setConsent({ ...answer, by: "banner" });
    two.shelf.track(...view("mug"));
    await two.settled();
    await two.end();
    assert.equal(kept.has(KEY), answer.store);
    const three = await visit(storageOver(kept), { consent: answer, notice: "2" });
    await three.settled();
    assert.deepEqual(three.shelf.consent().store, answer.store);
    assert.equal(three.core.known.length, known);
    if (answer.store) assert.deepEqual(three.shelf.consentReceipts().map((r) => [r.notice, r.by]), [["1", "host"], ["2", "notice"], ["2", "banner"]]);
  }
});

test("a decision that says which notice it is about needs no storage to be known as old", async () => {
  const storage = storageOver(new Map());
  const v = await visit(storage, { consent: { store: true, personalize: true, notice: "1" }, notice: "2" });
  assert.equal(v.shelf.consent().store, null);
  assert.deepEqual(storage.log, []);
  v.shelf.setConsent({ store: true, notice: "1" });
  assert.equal(v.shelf.consent().store, null);
  v.shelf.setConsent({ store: true, notice: "2" });
  assert.equal(v.shelf.consent().store, true);
});

test("receipts that cannot be read are none, and a storage that fails is told once", async () => {
  for (const bytes of [new Uint8Array(3), Uint8Array.of(2, 0, 0, 0, 123, 125), Uint8Array.of(4, 0, 0, 0, 91, 49, 93, 32)]) {
    const kept = new Map([[RECEIPTS, bytes]]);
    const v = await visit(storageOver(kept), { consent: { store: true }, notice: "1" });
    await v.settled();
    assert.equal(v.shelf.consentReceipts().length, 1);
  }
  const broken = await visit(storageOver(new Map(), { before: () => { throw new Error("locked"); } }), { consent: { store: true }, notice: "1" });
  await broken.settled();
  assert.deepEqual(broken.told, ["memory_failed"]);
  assert.equal(broken.shelf.consentReceipts().length, 1, "the page has it all the same");
});

const section = (days) => pack(sections().concat([["KEEP", 0, 1, Uint8Array.of(days & 255, days >> 8, 0, 0)]]));

test("a portrait is kept for 13 months from the last visit, or as long as the pack says", async () => {
  for (const [days, bytes] of [[396, undefined], [30, section(30)]]) {
    const host = bytes ? { pack: () => bytes } : {};
    for (const [after, known] of [[days, 1], [days + 1, 0]]) {
      const kept = new Map();
      const one = await visit(storageOver(kept), { now: () => NOW, host });
      await one.shelf.identify("ann");
      one.shelf.track(...view("lamp"));
      await one.shelf.signOut();
      one.shelf.track(...view("lamp"));
      await one.end();
      assert.equal([...kept.keys()].filter((name) => /[01]$/.test(name)).length, 2);
      const two = await visit(storageOver(kept), { now: () => NOW + after * DAY, host });
      await two.settled();
      assert.equal(two.core.known.length, known, `${after} days`);
      assert.equal([...kept.keys()].filter((name) => /anonymous/.test(name)).length, known);
      two.shelf.track(...view("mug"));
      two.hide();
      await idle(two);
      // An account that nobody signs in to any more goes as well.
      assert.equal([...kept.keys()].filter((name) => /\/[01]$/.test(name)).length, known ? 3 : 1);
      await two.end();
      assert.deepEqual([one.told, two.told], [[], []]);
    }
  }
});

test("each visit in which something happens begins the time anew", async () => {
  const kept = new Map();
  for (let i = 0; i < 4; i++) {
    const v = await visit(storageOver(kept), { now: () => NOW + i * 300 * DAY });
    await v.settled();
    assert.equal(v.core.known.length, i);
    v.shelf.track(...view("p" + i));
    await v.end();
  }
});
