// Private reports on the device: one answer a week, stored before it is sent, and what a withdrawal leaves of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NearshelfError } from "../../pkg-template/src/error.js";
import { fakeHost, readLedger, weekOf } from "./support/fake-core.mjs";
import { secret, storageOver, turn, view, visit } from "./support/memory.mjs";
import { ALL, DAY, NOW, WEEK, assertMark, hex, idle, open } from "./support/reporting.mjs";

const LEDGER = "nearshelf/shop/ledger";

/** A storage whose calls each take a few turns. */
const slow = (kept, turns, more = {}) => storageOver(kept, { ...more, before: async (...call) => {
  for (let i = 0; i < turns; i++) await turn();
  await more.before?.(...call);
} });

/** One page at a time, as the Web Locks of a browser: shared by its pages. */
function locks() {
  const last = new Map();
  return (name, task) => {
    const done = (last.get(name) ?? Promise.resolve()).then(task);
    last.set(name, done.catch(() => {}));
    return done;
  };
}

/** A storage with the ledger of a visit that reported. */
async function reported(more = {}) {
  const kept = new Map();
  const v = await open(storageOver(kept), more);
  const { bytes } = await v.report();
  await v.end();
  return { kept, bytes: hex(bytes), sent: v.sent };
}

test("a report is made once and stays the same, over visits and whatever the shopper does", async () => {
  const kept = new Map();
  const seen = new Set();
  let core;
  for (let day = 0; day < 7; day++) {
    const v = await open(storageOver(kept), { at: NOW + day * DAY - 10 * 3_600_000, reports: undefined });
    for (let i = 0; i < 3; i++) {
      v.shelf.track(...view(`p${day}-${i}`));
      const { reason, bytes, sent } = await v.shelf.report();
      assert.deepEqual([reason, sent], [null, false]);
      seen.add(hex(bytes));
    }
    assert.deepEqual(v.told, []);
    core = v.core;
    await v.end();
  }
  assert.equal(seen.size, 1);
  assert.equal(core.known.length, 21, "the portrait did change");
  const next = await open(storageOver(kept), { at: NOW + WEEK });
  const later = hex((await next.report()).bytes);
  assert.ok(!seen.has(later));
  assert.deepEqual(readLedger(kept.get(LEDGER).subarray(1), NaN).spent, [weekOf(NOW), weekOf(NOW) + 1]);
});

test("it is stored, and read back, before it is sent", async () => {
  const log = [];
  const kept = new Map();
  const v = await open(storageOver(kept, { log }), { take: () => void log.push(["send"]) });
  log.length = 0;
  const { bytes, sent } = await v.report();
  assert.deepEqual([v.sent, sent], [[hex(bytes)], true]);
  const steps = log.filter(([method, name]) => method === "send" || name === LEDGER).map(([method]) => method);
  assert.deepEqual(steps, ["get", "set", "get", "send", "set", "get"]);
  log.length = 0;
  await v.report();
  assert.deepEqual(log.map(([method]) => method).filter((method) => method !== "get"), [], "what is known to be kept is not written again");
});

test("a storage that fails or forgets sends nothing, shows nothing, and is told once", async () => {
  const fails = (which) => (kept) => storageOver(kept, { before: (method, name) => { if (which.includes(method) && name === LEDGER) throw new Error("QuotaExceededError"); } });
  const storages = {
    full: fails(["set"]), unreadable: fails(["get"]), both: fails(["get", "set"]),
    "throws nothing": (kept) => storageOver(kept, { before: (method, name) => { if (method === "set" && name === LEDGER) throw undefined; } }),
    "keeps nothing": (kept) => ({ ...storageOver(kept), set: async (name, bytes) => void (name === LEDGER || kept.set(name, bytes)) }),
    "keeps half": (kept) => ({ ...storageOver(kept), set: async (name, bytes) => void kept.set(name, name === LEDGER ? bytes.slice(0, 9) : bytes) }),
    "keeps another": (kept) => ({ ...storageOver(kept), set: async (name, bytes) => void kept.set(name, name === LEDGER ? bytes.map((b, i) => (i === 9 ? b ^ 1 : b)) : bytes) }),
  };
  for (const [name, make] of Object.entries(storages)) {
    const v = await open(make(new Map()), { consent: { store: true, report: true } });
    for (let i = 0; i < 3; i++) assert.deepEqual((await v.report()).bytes, null, name);
    v.hide();
    await v.settled();
    assert.deepEqual([v.sent, v.told], [[], ["report_failed"]], name);
    assert.equal(v.shelf.status, "ready");
  }
});

test("a storage that does not answer ends the report, not the shelf", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let hang = false;
  const v = await open(storageOver(new Map(), { before: () => (hang ? new Promise(() => {}) : undefined) }));
  hang = true;
  const report = v.report();
  for (let i = 0; i < 5; i++) await turn();
  t.mock.timers.tick(5000);
  assert.deepEqual(await report, { reason: "unavailable", bytes: null, sent: false });
  await turn();
  assert.deepEqual([v.sent, v.told], [[], ["report_failed"]]);
});

test("what was sent is not sent again, and what was not is, with the same bytes", async () => {
  const first = await reported();
  const again = await open(storageOver(first.kept), { at: NOW + DAY });
  assert.deepEqual([(await again.report()).sent, again.sent, first.sent], [true, [], [first.bytes]]);

  const nos = { "false": () => false, "throws": () => { throw new Error("offline"); }, "rejects": () => Promise.reject(null), "later": async () => false,
    "a response": () => ({ ok: false, status: 503 }) };
  for (const [name, take] of Object.entries(nos)) {
    const kept = new Map();
    const sent = [];
    for (let i = 0; i < 3; i++) {
      const v = await open(storageOver(kept), { at: NOW + i * DAY, sent, take });
      const { reason, bytes, sent: was } = await v.report();
      assert.deepEqual([reason, bytes.length, was], [null, 29, false], name);
      await v.report();
      assert.deepEqual(v.told, ["report_unsent"], name);
      await v.end();
    }
    const good = await open(storageOver(kept), { at: NOW + 3 * DAY, sent });
    assert.equal((await good.report()).sent, true);
    await good.report();
    assert.equal(sent.length, 7, name);
    assert.equal(new Set(sent).size, 1, name);
    const shown = await open(storageOver(kept), { sent });
    assert.deepEqual((await shown.report(false)).sent, true);
    assert.equal(sent.length, 7);
  }
});

test("what a transport may answer: nothing, anything but false, and bytes of its own to write on", async () => {
  for (const answer of [undefined, null, true, 0, "", { ok: true }, new Response(null, { status: 204 })]) {
    const kept = new Map();
    const v = await open(storageOver(kept), { take: (bytes) => (bytes.fill(9), answer) });
    const { bytes, sent } = await v.report();
    assert.deepEqual([sent, bytes[0]], [true, 1]);
    assert.equal(hex((await (await open(storageOver(kept))).report()).bytes), hex(bytes));
  }
});

test("a transport that never answers holds up nobody, least of all a withdrawal", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const kept = new Map();
  const v = await open(storageOver(kept), { take: () => new Promise(() => {}) });
  const report = v.report();
  for (let i = 0; i < 10; i++) await turn();
  assert.equal(v.sent.length, 1);
  v.shelf.setConsent({ report: false });
  t.mock.timers.tick(5000);
  assert.equal((await report).sent, false);
  for (let i = 0; i < 10; i++) await turn();
  assertMark(kept.get(LEDGER), weekOf(NOW), "withdrawn", 2);
});

test("an address is the host's to send to; anything but 2xx is tried again", async () => {
  const asked = [];
  let answer = { ok: false };
  const kept = new Map();
  const send = async (address, bytes) => (asked.push([address, hex(bytes)]), answer);
  const wishes = { reports: new URL("https://shop.test/report"), host: { reports: { send } } };
  const one = await open(storageOver(kept), wishes);
  assert.equal((await one.report()).sent, false);
  answer = { ok: true };
  const { bytes, sent } = await one.report();
  assert.equal(sent, true);
  assert.deepEqual(asked, Array(2).fill(["https://shop.test/report", hex(bytes)]));
  assert.deepEqual(one.told, ["report_unsent"]);
  for (const reports of [7, null, {}, true]) {
    const bad = await open(storageOver(new Map()), { ...wishes, reports });
    assert.deepEqual([(await bad.report()).sent, bad.told], [false, ["bad_argument"]]);
  }
  assert.equal(asked.length, 2);
});

test("it goes when the page is hidden, and not without somewhere to go", async () => {
  const v = await open(storageOver(new Map()));
  const listeners = v.acts.size;
  await v.settled();
  assert.deepEqual([v.sent, v.core.seen("REPORT")], [[], 0], "not before");
  for (let i = 0; i < 3; i++) {
    v.hide();
    await v.settled();
  }
  assert.equal(v.sent.length, 1);
  v.shelf.setConsent({ report: false });
  assert.equal(v.acts.size, listeners - 1, "the page is not listened to any longer");
  v.shelf.setConsent({ report: true });
  assert.equal(v.acts.size, listeners);
  await v.end();
  assert.equal(v.acts.size, 0);

  const without = await open(storageOver(new Map()), { reports: undefined });
  without.hide();
  await without.settled();
  assert.equal(without.core.seen("REPORT"), 0, "nothing is spent on a report that goes nowhere");
  assert.deepEqual((await without.report()).sent, false);
});

test("a page that was left by a link is made up for by the next one, which knows what it saw", async () => {
  const kept = new Map();
  const first = await open(storageOver(kept));
  first.shelf.track(...view("lamp"));
  await first.end();
  await idle(first);
  assert.deepEqual(first.sent, [], "gone before it was hidden");
  const second = await open(storageOver(kept));
  await second.settled();
  assert.equal(second.sent.length, 1, "without being hidden");
  second.hide();
  await second.settled();
  await second.end();
  const third = await open(storageOver(kept));
  await third.settled();
  assert.equal(second.sent.length + third.sent.length, 1);
  await third.end();
  const silent = await open(storageOver(new Map(kept)), { consent: { ...ALL, report: null }, at: NOW + WEEK });
  await silent.settled();
  assert.deepEqual([silent.sent, silent.core.seen("REPORT")], [[], 0]);
  await silent.end();
});

test("without consent to report and to store, nothing is read, written, locked or drawn", async () => {
  for (const consent of [{}, { report: true }, { report: true, store: false, personalize: true }, { report: true, store: null }]) {
    const touched = [];
    const never = new Proxy({}, { get: (_, name) => touched.push(name) });
    const v = await open(null, { consent, memory: { storage: () => (touched.push("storage"), never), entropy: () => touched.push("entropy") },
      host: { reports: { send: () => touched.push("send"), alone: () => touched.push("lock") } } });
    assert.deepEqual(await v.report(), { reason: "consent", bytes: null, sent: false });
    v.hide();
    v.shelf.forget();
    v.shelf.setConsent({ report: false });
    v.shelf.setConsent({ report: true, store: null });
    await v.settled();
    assert.deepEqual([touched, v.sent, v.told, v.core.seen("REPORT")], [[], [], [], 0]);
  }
  for (const report of [null, false]) {
    const storage = storageOver(new Map());
    const v = await open(storage, { consent: { store: true, report } });
    assert.deepEqual((await v.report()).reason, "consent");
    v.hide();
    await v.settled();
    assert.deepEqual([v.sent, v.core.seen("REPORT"), v.core.seen("WITHDRAW")], [[], 0, 0]);
    assert.deepEqual(storage.log.filter(([method]) => method !== "keys"), []);
    v.shelf.setConsent({ report: true });
    v.hide();
    await v.settled();
    assert.equal(v.sent.length, 1, "consent that comes later");
  }
});

const withdrawals = {
  "report: false": (s) => s.setConsent({ report: false }),
  "report: null": (s) => s.setConsent({ report: null }),
  "store: false": (s) => s.setConsent({ store: false }),
  "store: null": (s) => s.setConsent({ store: null }),
  "everything": (s) => s.setConsent({ store: false, personalize: false, report: false }),
  "forget()": (s) => s.forget(),
};

for (const [name, withdraw] of Object.entries(withdrawals)) {
  /** A withdrawal of reports alone keeps how much was spent in all. */
  const inAll = (spent) => (/^report/.test(name) ? spent : 0);

  test(`withdrawal by ${name} leaves a mark until the week ends, and buys nothing`, async () => {
    const { kept } = await reported({ at: NOW - WEEK });
    const v = await open(storageOver(kept));
    const { bytes } = await v.report();
    const log = [];
    withdraw(v.shelf);
    await v.settled();
    assertMark(kept.get(LEDGER), weekOf(NOW), name, inAll(4));
    for (const [at, value] of kept) assert.ok(!hex(value).includes(hex(bytes.subarray(12, 28))), at);
    if (/store|every/.test(name)) assert.deepEqual([...kept.keys()], [LEDGER]);
    // Granted again, in this visit and in another one of this week.
    v.shelf.setConsent(ALL);
    await v.settled();
    assert.deepEqual(await v.report(), { reason: "epoch_spent", bytes: null, sent: false });
    await v.end();
    const same = await open(storageOver(kept, { log }), { at: NOW + 5 * DAY });
    assert.equal((await same.report()).reason, "epoch_spent");
    await same.end();
    assertMark(kept.get(LEDGER), weekOf(NOW), name, inAll(4));
    assert.deepEqual([v.sent.length, same.sent.length, v.told, same.told], [1, 0, [], []]);
    const next = await open(storageOver(kept), { at: NOW + WEEK });
    assert.deepEqual([(await next.report()).reason, next.sent.length], [null, 1]);
    const { spent, total } = readLedger(kept.get(LEDGER).subarray(1), NaN);
    assert.deepEqual([spent, total], [[weekOf(NOW) + 1], inAll(4) + 2]);
  });

  test(`withdrawal by ${name} while a report is under way: nothing is sent from then on`, async () => {
    let cut = 0;
    for (const turns of [0, 2]) {
      for (let n = 0; n < 12; n++) {
        const kept = new Map();
        let calls = -1, before;
        const act = () => {
          before = v.sent.length;
          withdraw(v.shelf);
        };
        const storage = slow(kept, turns, { before: () => { if (calls >= 0 && calls++ === n) act(); } });
        const v = await open(storage);
        await v.settled();
        calls = 0;
        await v.report();
        calls = -1;
        if (before === undefined) act();
        else cut++;
        await v.settled();
        // What `forget` asks for does not end consent: this report may go, and is gone after it.
        if (name !== "forget()") assert.equal(v.sent.length, before, `at call ${n}`);
        if (v.sent.length || kept.has(LEDGER)) assertMark(kept.get(LEDGER), weekOf(NOW), `at call ${n}`, inAll(2));
        assert.deepEqual(v.told, [], `at call ${n}`);
        v.shelf.setConsent(ALL);
        await v.settled();
        const { reason } = await v.report();
        assert.equal(reason === "epoch_spent", before === 1 || kept.get(LEDGER).length < 20, `${reason} at call ${n}`);
        assert.ok(new Set(v.sent).size <= 1, `two answers at call ${n}`);
      }
    }
    assert.ok(cut >= 8, "most calls are of the report");
  });
}

test("a withdrawal from inside the transport leaves the mark too, and writes nothing else", async () => {
  for (const change of [{ report: false }, { store: false }]) {
    const kept = new Map();
    const written = [];
    let v;
    v = await open(storageOver(kept, { before: (method, name, bytes) => { if (method === "set" && v?.sent.length) written.push([name, bytes.length]); } }),
      { take: () => v.shelf.setConsent(change) });
    assert.equal((await v.report()).sent, true);
    await v.settled();
    assertMark(kept.get(LEDGER), weekOf(NOW), "in the transport", change.store === false ? 0 : 2);
    if (change.store === false) assert.deepEqual(written, [[LEDGER, 15]]);
    assert.deepEqual(v.told, []);
  }
});

test("a withdrawal where nothing can be kept is none to speak of", async () => {
  const storage = () => { throw new NearshelfError("memory_unavailable", "no WebCrypto", ""); };
  const v = await open(null, { consent: { store: true, report: false }, memory: { storage } });
  await v.settled();
  assert.deepEqual(v.told, []);
  v.shelf.forget();
  await v.settled();
  assert.deepEqual(v.told, ["memory_unavailable"], "the memory's own, once");
  const broken = await open(storageOver(new Map(), { before: (method) => { if (method === "keys") throw new Error("locked"); } }), { consent: { store: true, report: false } });
  await broken.settled();
  assert.deepEqual(broken.told, ["report_failed"], "what fails is told");
});

test("what an earlier visit kept goes with a no that was said elsewhere, but for how much was spent in all", async () => {
  const { kept } = await reported();
  const consent = { store: true, personalize: true, report: false };
  await (await open(storageOver(kept), { consent: { ...consent, report: null } })).end();
  assert.ok(kept.get(LEDGER).length > 19, "undecided is no withdrawal");
  const no = await open(storageOver(kept), { consent });
  await no.settled();
  assertMark(kept.get(LEDGER), weekOf(NOW), "a no", 2);
  await no.end();
  const storage = storageOver(kept);
  const still = await open(storage, { consent, at: NOW + DAY });
  await still.settled();
  assert.deepEqual(storage.log.filter(([method]) => method === "set"), [], "a mark is not written twice");
  await still.end();
  const later = await open(storageOver(kept), { consent, at: NOW + WEEK });
  await later.settled();
  assertMark(kept.get(LEDGER), weekOf(NOW), "a week later", 2);
  later.shelf.forget();
  await later.settled();
  assert.equal(kept.has(LEDGER), false);
  assert.deepEqual([no.told, still.told, later.told], [[], [], []]);
});

test("when all that a device may spend is spent it answers no more, and taking consent back and giving it again changes nothing", async () => {
  const kept = new Map();
  const reasons = [];
  for (let week = 0; week < 5; week++) {
    const v = await open(storageOver(kept), { at: NOW + week * WEEK });
    v.core.lifetime = 6;
    reasons.push((await v.report()).reason);
    assert.equal(v.sent.length, week < 3 ? 1 : 0);
    if (week % 2) v.shelf.setConsent({ report: false });
    await v.settled();
    assert.deepEqual(v.told, []);
    await v.end();
  }
  assert.deepEqual(reasons, [null, null, null, "lifetime_spent", "lifetime_spent"]);
  assert.equal(readLedger(kept.get(LEDGER).subarray(1), NaN).total, 6);
});

test("withdrawing store leaves the marks of every shop that shares the storage", async () => {
  const { kept } = await reported();
  kept.set("nearshelf/other/ledger", kept.get(LEDGER).slice());
  kept.set("nearshelf/other/key", new Uint8Array(32));
  kept.set("ledger", new Uint8Array(5));
  const v = await open(storageOver(kept));
  v.shelf.setConsent({ store: false });
  await v.settled();
  assert.deepEqual([...kept.keys()].sort(), ["ledger", "nearshelf/other/ledger", LEDGER]);
  for (const at of [LEDGER, "nearshelf/other/ledger"]) assertMark(kept.get(at), weekOf(NOW), at);
});

test("forgetting and withdrawing reports are about one shop: another one of this origin keeps its ledger", async () => {
  for (const change of [(s) => s.forget(), (s) => s.setConsent({ report: false })]) {
    const { kept } = await reported();
    const other = kept.get(LEDGER).slice();
    kept.set("nearshelf/other/ledger", other.slice());
    const v = await open(storageOver(kept));
    change(v.shelf);
    await v.settled();
    assert.ok(kept.get(LEDGER).length < 20);
    assert.deepEqual(kept.get("nearshelf/other/ledger"), other);
    await v.end();
  }
});

test("without a core to ask, a withdrawal leaves a mark that counts as spent", async () => {
  const gone = { core: () => Promise.reject(new NearshelfError("wasm_missing", "gone", "")) };
  const traps = { core: fakeHost({ options: () => ({ trapOn: (name) => name === "WITHDRAW" }) }).core };
  for (const host of [gone, traps]) {
    for (const change of [{ store: false }, { store: true, report: false }]) {
      const { kept } = await reported();
      const v = await visit(storageOver(kept), { consent: ALL, now: () => NOW, host });
      v.shelf.setConsent(change);
      await idle(v);
      // Of a withdrawal of reports alone the sum stays: 2, in millionths.
      const sum = change.report === false ? [0x80, 0x84, 0x1e, 0] : [];
      assert.deepEqual([...kept.get(LEDGER)], [0, 0, ...sum]);
      // Once more without a core, which changes nothing.
      const again = await visit(storageOver(kept), { consent: ALL, now: () => NOW, host });
      again.shelf.setConsent(change);
      await idle(again);
      assert.deepEqual([...kept.get(LEDGER)], [0, 0, ...sum]);
      const next = await open(storageOver(kept));
      assert.deepEqual([(await next.report()).reason, next.sent], ["epoch_spent", []]);
      assertMark(kept.get(LEDGER), weekOf(NOW), "read by a core", sum.length / 2);
      await next.end();
      const later = await open(storageOver(kept), { at: NOW + WEEK });
      assert.equal((await later.report()).reason, null);
      assert.equal(readLedger(kept.get(LEDGER).subarray(1), NaN).total, sum.length / 2 + 2, "withdrawing without a core begins no other lifetime");
    }
  }
});

test("a ledger that cannot be read counts as spent, whatever lies there", async () => {
  const good = (await reported()).kept.get(LEDGER);
  const damaged = [new Uint8Array(0), new Uint8Array(1), new Uint8Array([1]), new ArrayBuffer(0), good.slice(0, 20), good.map((b, i) => (i === 9 ? b ^ 1 : b)),
    "text", 7, {}, false];
  for (const value of damaged) {
    const kept = new Map([[LEDGER, value]]);
    const v = await open(storageOver(kept));
    assert.deepEqual([(await v.report()).reason, v.sent, v.told], ["epoch_spent", [], []], String(value));
    assertMark(kept.get(LEDGER), weekOf(NOW));
    const left = new Map([[LEDGER, value]]);
    const w = await open(storageOver(left));
    w.shelf.setConsent({ report: false });
    await w.settled();
    assertMark(left.get(LEDGER), weekOf(NOW), String(value));
  }
});

test("two pages at once give one answer, which is sent once", async () => {
  const delays = [() => undefined, () => turn(), (method) => (method === "set" ? turn() : undefined), (method) => (method === "get" ? turn() : undefined)];
  for (const before of delays) {
    const kept = new Map();
    const sent = [];
    const host = { reports: { alone: locks() } };
    const [one, two] = [await open(storageOver(kept), { sent, host }), await open(storageOver(kept, { before }), { sent, host })];
    one.shelf.track(...view("a"));
    const both = await Promise.all([one.report(), two.report()]);
    assert.deepEqual(both.map((r) => hex(r.bytes)), [sent[0], sent[0]]);
    assert.deepEqual([sent.length, both.map((r) => r.sent), one.told, two.told], [1, [true, true], [], []]);
  }
  // Without the lock there are two: the test can fail.
  const kept = new Map();
  const sent = [];
  const late = storageOver(kept, { before: (method) => (method === "set" ? turn() : undefined) });
  const pages = [await open(storageOver(kept), { sent }), await open(late, { sent })];
  await Promise.all(pages.map((v) => v.report()));
  assert.equal(new Set(sent).size, 2);
});

test("two calls of one page give one answer without any lock", async () => {
  const v = await open(slow(new Map(), 1));
  const all = await Promise.all([v.report(), v.report(false), v.report()]);
  assert.equal(new Set(all.map((r) => hex(r.bytes))).size, 1);
  assert.equal(v.sent.length, 1);
});

test("a page that was not told of a withdrawal reports no more", async () => {
  for (const spent of [false, true]) {
    const kept = new Map();
    const host = { reports: { alone: locks() } };
    const [one, two] = [await open(storageOver(kept), { host }), await open(storageOver(kept), { host })];
    if (spent) await two.report();
    two.shelf.setConsent({ store: false });
    await two.settled();
    const left = new Map(kept);
    one.hide();
    await one.settled();
    assert.equal((await one.report()).bytes, null);
    assert.deepEqual([one.sent, one.told, kept], [[], [], left]);
  }
});

test("a withdrawal in one page does not undo what another one spends meanwhile", async () => {
  for (let turns = 0; turns < 6; turns++) {
    for (let ahead = 0; ahead < 12; ahead++) {
      const { kept } = await reported({ at: NOW - WEEK });
      const alone = locks();
      const host = { reports: { alone } };
      const one = await open(storageOver(kept), { host });
      const two = await open(slow(kept, turns), { host });
      const report = one.report();
      for (let i = 0; i < ahead; i++) await Promise.resolve();
      two.shelf.setConsent({ store: false });
      await report;
      await Promise.all([one.settled(), two.settled()]);
      if (one.sent.length) assertMark(kept.get(LEDGER), weekOf(NOW), `${turns} turns, ${ahead} ahead`);
      else assert.equal(kept.has(LEDGER), false, "last week is over");
    }
  }
});

test("without randomness there is no report, and nothing is spent", async () => {
  const kept = new Map();
  let dry = true;
  const drawn = [];
  const entropy = () => (n) => (drawn.push(n), dry && n === 296 ? null : secret.entropy()(n));
  const v = await open(storageOver(kept), { memory: { entropy } });
  assert.deepEqual(await v.report(), { reason: "no_entropy", bytes: null, sent: false });
  assert.equal(kept.has(LEDGER), false);
  dry = false;
  assert.equal((await v.report()).sent, true);
  assert.ok(drawn.filter((n) => n === 296).length === 2, "all of a report at once");

  for (const broken of [() => { throw new Error("no source"); }, () => Promise.reject(new Error("no source")), () => () => { throw new Error("no source"); }]) {
    const w = await open(storageOver(new Map()), { consent: { store: true, report: true }, memory: { entropy: broken } });
    assert.deepEqual([(await w.report()).reason, w.sent, w.told], ["unavailable", [], ["report_failed"]]);
  }
});

test("a clock that goes back, and a pack that asks nothing", async () => {
  const { kept } = await reported();
  const back = await open(storageOver(kept), { at: NOW - WEEK });
  assert.deepEqual([(await back.report()).reason, back.sent], ["clock_went_back", []]);
  const none = new Map();
  const v = await open(storageOver(none));
  v.core.asksNothing = true;
  assert.deepEqual([await v.report(), v.sent, none.has(LEDGER)], [{ reason: "nothing_asked", bytes: null, sent: false }, [], false]);
});

test("a sending that cannot be noted was sent, and the copy that goes later is the same", async () => {
  const kept = new Map();
  let sets = 0;
  const v = await open(storageOver(kept, { before: (method, name) => { if (method === "set" && name === LEDGER && sets++) throw new Error("full"); } }));
  assert.equal((await v.report()).sent, true);
  await turn();
  assert.deepEqual(v.told, ["report_failed"]);
  const next = await open(storageOver(kept));
  await next.report();
  assert.deepEqual(next.sent, v.sent);
});

test("a report that traps the core is not asked for each time the page is hidden", async () => {
  const cores = [];
  const { core } = fakeHost({ cores, options: () => ({ trapOn: (name) => name === "REPORT" }) });
  const v = await visit(storageOver(new Map()), { consent: ALL, reports: () => true, host: { core } });
  for (let i = 0; i < 3; i++) {
    v.hide();
    await idle(v);
  }
  assert.deepEqual([v.shelf.status, v.told, cores.length], ["ready", ["engine_restarted"], 2]);
  assert.ok(v.shelf.track(...view("a")).accepted, "the shelf goes on");
});

test("without an engine, or after the shelf is gone, there is no report and no exception", async () => {
  const storage = storageOver(new Map());
  const v = await visit(storage, { consent: ALL, reports: () => true, host: { core: () => Promise.reject(new Error("no core")) } });
  assert.deepEqual(await v.shelf.report({ send: true }), { reason: "unavailable", bytes: null, sent: false });
  assert.deepEqual(storage.log, []);
  const w = await open(storageOver(new Map()));
  const last = w.report();
  w.shelf.dispose();
  assert.deepEqual([(await last).bytes, w.sent], [null, []]);
  assert.deepEqual(await w.report(), { reason: "unavailable", bytes: null, sent: false });
});

test("what is not taken is sent eight times in a week and no more, whatever is opened and closed in between", async () => {
  const kept = new Map();
  const sent = [];
  const take = () => false;
  for (let visit = 0; visit < 5; visit++) {
    const v = await open(storageOver(kept), { sent, take });
    for (let i = 0; i < 3; i++) await v.report();
    await v.end();
  }
  assert.equal(sent.length, 8);
  assert.equal(new Set(sent).size, 1, "the same bytes each time");
  const next = await open(storageOver(kept), { sent, at: NOW + WEEK });
  assert.equal((await next.report()).sent, true, "a new week begins anew");
  assert.equal(sent.length, 9);
  await next.end();
});

test("a page waits for a drawn time before it sends what an earlier one could not", async (t) => {
  const kept = new Map();
  const first = await open(storageOver(kept), { take: () => false });
  first.shelf.track(...view("lamp"));
  await first.report();
  await first.end();
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const memory = { entropy: () => (n) => (n === 4 ? new Uint8Array([0x80, 0, 0, 0]) : secret.entropy()(n)) };
  const v = await open(storageOver(kept), { reportDelayMs: 20_000, memory });
  await v.settled();
  t.mock.timers.tick(9_999);
  await v.settled();
  assert.deepEqual(v.sent, [], "half of what was drawn from");
  t.mock.timers.tick(1);
  await v.settled();
  assert.equal(v.sent.length, 1);
  await v.end();
  const gone = await open(storageOver(kept), { at: NOW + WEEK, reportDelayMs: 20_000, memory });
  await gone.settled();
  await gone.end();
  t.mock.timers.tick(20_000);
  await gone.settled();
  assert.deepEqual(gone.sent, [], "a shelf that is gone sends nothing");
});
