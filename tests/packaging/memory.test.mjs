// Memory: sealed in two slots, restored on the next visit, whatever the storage does in between.

import assert from "node:assert/strict";
import { test } from "node:test";
import { shelfMaker } from "../../pkg-template/src/create.js";
import { NearshelfError } from "../../pkg-template/src/error.js";
import { mapStorage } from "../../pkg-template/src/map-storage.js";
import { fakeHost } from "./support/fake-core.mjs";
import { endsAt, secret, storageOver, turn, view, visit } from "./support/memory.mjs";
import { pack } from "./support/small-pack.mjs";

const seen = (id) => `e-${id} ${id}`;
const SLOTS = ["nearshelf/shop/anonymous/0", "nearshelf/shop/anonymous/1"];

/** A storage that holds what these visits left, each of one event. */
async function left(...ids) {
  const kept = new Map();
  for (const id of ids) {
    const v = await visit(storageOver(kept));
    v.shelf.track(...view(id));
    await v.end();
  }
  return kept;
}

test("the next visit knows what this one saw", async () => {
  const kept = new Map();
  const one = await visit(storageOver(kept));
  one.shelf.track(...view("lamp"));
  one.shelf.track(...view("mug"));
  await one.end();
  assert.deepEqual([...kept.keys()], ["nearshelf/shop/key", SLOTS[1]]);
  const two = await visit(storageOver(kept));
  assert.deepEqual(two.core.known, [seen("lamp"), seen("mug")], "restored before createShelf resolves");
  assert.deepEqual(two.told, []);
  assert.equal(two.core.seen("RESTORE"), 0);
  two.shelf.track(...view("bowl"));
  await two.end();
  const three = await visit(storageOver(kept));
  assert.equal(three.core.known.length, 3);
  assert.deepEqual([one, two, three].flatMap((v) => v.told), []);
});

test("a visit that changes nothing writes nothing", async () => {
  const kept = await left("lamp");
  const storage = storageOver(kept);
  const v = await visit(storage);
  v.shelf.recommend();
  v.shelf.portrait();
  v.hide();
  await v.end();
  assert.deepEqual(new Set(storage.log.map(([method]) => method)), new Set(["get"]));
});

test("saves come a second after the first change, or when the page is hidden", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const kept = new Map();
  const storage = storageOver(kept);
  const v = await visit(storage);
  const sets = () => storage.log.filter(([method, name]) => method === "set" && !name.endsWith("key")).length;
  for (let i = 0; i < 5; i++) {
    v.shelf.track(...view("p" + i));
    t.mock.timers.tick(150);
    await turn();
  }
  assert.equal(sets(), 0);
  t.mock.timers.tick(300);
  await turn();
  assert.equal(sets(), 1, "one for all five");
  v.hide();
  assert.equal(sets(), 1, "nothing new");
  v.shelf.track(...view("last"));
  v.hide();
  assert.equal(sets(), 2, "begun before the call returns, since the page may be gone after it");
  await turn();
  t.mock.timers.tick(5000);
  await turn();
  assert.equal(sets(), 2);
  assert.equal(v.acts.size, 1);
  v.shelf.dispose();
  assert.equal(v.acts.size, 0, "the page is not listened to any longer");
  t.mock.timers.reset();
  assert.equal((await visit(storageOver(kept))).core.known.length, 6);
});

test("a save goes to the older slot", async () => {
  const kept = await left("a");
  const written = [];
  for (const id of ["b", "c", "d"]) {
    const before = new Map(kept);
    const v = await visit(storageOver(kept));
    v.shelf.track(...view(id));
    await v.end();
    written.push(SLOTS.findIndex((slot) => before.get(slot) !== kept.get(slot)));
  }
  assert.deepEqual([written[0], written[2]], [1 - written[1], 1 - written[1]]);
  const sequence = (slot) => new DataView(kept.get(slot).buffer).getFloat64(0, true);
  assert.ok(sequence(SLOTS[written[2]]) > sequence(SLOTS[written[1]]));
});

test("wherever a page ends, the next visit knows the state before or after", async () => {
  const good = await left("a", "b");
  const damaged = new Map(good);
  damaged.set(SLOTS[0], damaged.get(SLOTS[0]).map((byte, i) => (i < 8 ? byte : 7)));
  for (const torn of [false, true]) {
    let n = 0;
    for (let whole = false; !whole; n++) {
      const kept = new Map(good);
      let saved = 2;
      const v = await visit(storageOver(kept, { before: endsAt(n, kept, torn) }));
      for (const id of ["c", "d", "e"]) {
        v.shelf.track(...view(id));
        v.hide();
        await v.settled();
        if (!v.shelf._memory._told) saved++;
      }
      await v.end();
      whole = saved === 5;
      const next = await visit(storageOver(kept));
      assert.ok([saved, saved + 1].includes(next.core.known.length), `${next.core.known} after ${n} calls`);
      assert.deepEqual(next.core.known.slice(0, 2), [seen("a"), seen("b")]);
      assert.deepEqual(next.told, []);
    }
    assert.ok(n > 5, n + " places to end at");
    // One slot is unreadable already: the other one has to live through it.
    for (n = 0; n < 8; n++) {
      const kept = new Map(damaged);
      const v = await visit(storageOver(kept, { before: endsAt(n, kept, torn) }));
      v.shelf.track(...view("c"));
      await v.end();
      const next = await visit(storageOver(kept));
      assert.deepEqual([next.core.known[0], next.told], [seen("a"), []], `after ${n} calls`);
    }
  }
});

test("wherever the first visit ends, the next one works and keeps", async () => {
  for (const torn of [false, true]) {
    for (let n = 0; n < 9; n++) {
      const kept = new Map();
      const v = await visit(storageOver(kept, { before: endsAt(n, kept, torn) }));
      v.shelf.track(...view("a"));
      await v.end();
      const next = await visit(storageOver(kept));
      next.shelf.track(...view("b"));
      await next.end();
      const last = await visit(storageOver(kept));
      assert.ok(last.core.known.includes(seen("b")), `after ${n} calls`);
      assert.deepEqual(last.told, []);
    }
  }
});

test("a slot with a changed byte anywhere gives way to the other one", async () => {
  const good = await left("a", "b", "c");
  for (const slot of SLOTS) {
    for (let at = 0; at < good.get(slot).length; at += 3) {
      const kept = new Map(good);
      const bytes = kept.get(slot).slice();
      bytes[at] ^= 0x40;
      kept.set(slot, bytes);
      const v = await visit(storageOver(kept));
      assert.ok(v.core.known.length >= 2, `byte ${at} of ${slot}`);
      assert.deepEqual(v.told, []);
      v.shelf.track(...view("d"));
      await v.end();
      const next = await visit(storageOver(kept));
      assert.ok(next.core.known.includes(seen("d")) && next.core.known.length >= 3);
    }
  }
});

test("a sequence number that is none, or the last there is, stops nothing", async () => {
  for (const number of [Infinity, -Infinity, NaN, -1, 1e300, Number.MAX_SAFE_INTEGER, 9e15, 5e-324]) {
    for (const slot of SLOTS) {
      const kept = await left("a", "b");
      const bytes = kept.get(slot).slice();
      new DataView(bytes.buffer).setFloat64(0, number, true);
      kept.set(slot, bytes);
      for (const id of ["c", "d", "e"]) {
        const v = await visit(storageOver(kept));
        v.shelf.track(...view(id));
        await v.end();
      }
      const next = await visit(storageOver(kept));
      assert.deepEqual(next.core.known.slice(-3), ["c", "d", "e"].map(seen), `${number} in ${slot}`);
    }
  }
});

test("what is unreadable altogether means a clean start, one diagnostic, and is set aside once", async () => {
  const damages = {
    "both slots changed": (kept) => SLOTS.forEach((s) => kept.get(s)?.fill(7, 20)),
    "both slots cut": (kept) => SLOTS.forEach((s) => kept.set(s, kept.get(s).slice(0, 11))),
    "both slots empty": (kept) => SLOTS.forEach((s) => kept.set(s, new Uint8Array(0))),
    "one slot, changed": (kept) => (kept.delete(SLOTS[0]), kept.get(SLOTS[1]).fill(7, 20)),
    "the key is gone": (kept) => kept.delete("nearshelf/shop/key"),
    "the key is another": (kept) => kept.set("nearshelf/shop/key", new Uint8Array(32)),
    "the key is none": (kept) => kept.set("nearshelf/shop/key", new Uint8Array(5)),
    "of another scope": (kept) => SLOTS.forEach((s) => kept.set(s, kept.get(s).map((b, i) => (i < 8 ? b : 255 - b)))),
  };
  for (const [name, damage] of Object.entries(damages)) {
    const kept = await left("a", "b");
    damage(kept);
    const bad = SLOTS.map((s) => kept.get(s)).filter(Boolean);
    const v = await visit(storageOver(kept));
    assert.deepEqual([v.core.known, v.told], [[], ["memory_unreadable"]], name);
    assert.ok(bad.some((b) => Buffer.from(b).equals(Buffer.from(kept.get("nearshelf/shop/anonymous/old")))), name);
    v.shelf.track(...view("c"));
    await v.end();
    const next = await visit(storageOver(kept));
    assert.deepEqual([next.core.known, next.told], [[seen("c")], []], name);
    const aside = kept.get("nearshelf/shop/anonymous/old");
    for (const slot of SLOTS) kept.set(slot, new Uint8Array(30));
    await (await visit(storageOver(kept))).end();
    assert.equal(kept.get("nearshelf/shop/anonymous/old"), aside, "the first one stays");
  }
});

test("what the browser cleared is no first visit where the page knows better", async () => {
  for (const [returning, kept, expected] of [[true, new Map(), ["memory_gone"]], [false, new Map(), []], [undefined, new Map(), []], [true, await left("a"), []]]) {
    const v = await visit(storageOver(kept), { returning });
    v.shelf.track(...view("b"));
    await v.end();
    assert.deepEqual(v.told, expected);
  }
  const half = await left("a");
  SLOTS.forEach((name) => half.delete(name));
  assert.deepEqual((await visit(storageOver(half), { returning: true })).told, [], "its key is there: the portrait was forgotten");
  const nobody = await visit(storageOver(new Map()), { returning: true, consent: { personalize: true } });
  assert.deepEqual(nobody.told, [], "without consent to store nobody looks");
  const odd = await visit(storageOver(new Map()), { returning: "yes" });
  assert.deepEqual(odd.told.filter((code) => code === "memory_gone"), []);
});

test("a storage that fails is told once, and the shelf goes on", async () => {
  const fails = (which) => ({ before: (method) => { if (which.includes(method)) throw Object.assign(new Error("QuotaExceededError"), { name: "QuotaExceededError" }); } });
  const hangs = { before: () => new Promise(() => {}) };
  for (const [name, wishes] of Object.entries({
    "no room": fails(["set"]), "nothing can be read": fails(["get"]), "nothing works": fails(["get", "set", "remove", "keys"]), "no answer": hangs,
  })) {
    const v = await visit(storageOver(new Map(), wishes), { timeoutMs: 50 });
    for (let i = 0; i < 3; i++) {
      assert.deepEqual(v.shelf.track(...view("p" + i)), { accepted: 1, dropped: 0 }, name);
      v.hide();
      await turn();
    }
    assert.equal(v.shelf.recommend().source, "personal");
    v.shelf.dispose();
    if (wishes !== hangs) assert.deepEqual(v.told, ["memory_failed"], name);
    else assert.deepEqual(v.told, ["slow_start"]);
  }
});

test("a read-only storage gives what it has", async () => {
  const kept = await left("a");
  const v = await visit(storageOver(kept, { before: (method) => { if (method !== "get") throw new Error("read-only"); } }));
  assert.deepEqual(v.core.known, [seen("a")]);
  v.shelf.track(...view("b"));
  v.hide();
  await v.settled();
  assert.deepEqual(v.told, ["memory_failed"]);
});

test("what cannot be read for now is not overwritten", async () => {
  const kept = await left("a", "b");
  const before = new Map(kept);
  const v = await visit(storageOver(kept, { before: (method, name) => { if (name === SLOTS[0]) throw new Error("busy"); } }));
  v.shelf.track(...view("c"));
  await v.end();
  assert.deepEqual(kept, before);
});

test("full storage that has room again is used again", async () => {
  const kept = new Map();
  let full = false;
  const v = await visit(storageOver(kept, { before: (method) => { if (method === "set" && full) throw new Error("full"); } }));
  full = true;
  v.shelf.track(...view("a"));
  v.hide();
  await v.settled();
  full = false;
  v.hide();
  await v.end();
  assert.deepEqual(v.told, ["memory_failed"]);
  assert.deepEqual((await visit(storageOver(kept))).core.known, [seen("a")]);
});

test("without a secure source of randomness nothing is kept, and that is told once", async () => {
  const unavailable = (what) => new NearshelfError("memory_unavailable", what, "");
  for (const entropy of [() => { throw unavailable("source of randomness"); }, () => Promise.reject(unavailable("source of randomness"))]) {
    const storage = storageOver(new Map());
    const v = await visit(storage, { memory: { entropy } });
    v.shelf.track(...view("a"));
    v.hide();
    await v.end();
    assert.deepEqual([v.told, storage.log], [["memory_unavailable"], []]);
    assert.equal(v.core.known.length, 1);
  }
});

test("each save has a nonce of its own, and one is waited for where they run out", async () => {
  const kept = new Map();
  let drawn = 0;
  let dry = false;
  const entropy = () => (n) => (dry ? null : new Uint8Array(n).fill(++drawn));
  const v = await visit(storageOver(kept), { memory: { entropy } });
  for (const id of ["a", "b"]) {
    v.shelf.track(...view(id));
    v.hide();
    await v.settled();
  }
  dry = true;
  v.shelf.track(...view("c"));
  v.hide();
  await v.settled();
  assert.deepEqual(v.core.calls.filter((c) => c.name === "SEAL").map((c) => c.request[4 + 4 + 32 + 4]), [2, 3]);
  dry = false;
  v.hide();
  await v.end();
  assert.equal((await visit(storageOver(kept))).core.known.length, 3);
  assert.deepEqual(v.told, []);
});

test("before consent to store, nothing of the storage is touched, not even made", async () => {
  for (const consent of [{}, { personalize: true }, { personalize: true, store: false }, { personalize: true, store: null, report: true }]) {
    const touched = [];
    const never = new Proxy({}, { get: (_, name) => touched.push(name), has: (_, name) => touched.push(name), ownKeys: () => touched.push("keys") });
    const memory = { storage: () => (touched.push("storage"), never), entropy: () => touched.push("entropy"), hidden: () => touched.push("hidden") };
    const v = await visit(null, { consent, memory });
    v.shelf.track(...view("a"));
    v.shelf.recommend();
    v.shelf.setConsent({ personalize: true });
    await v.shelf.identify("ann");
    v.shelf.syncOrders([{ transaction_id: "T", items: [{ item_id: "a" }] }]);
    await v.shelf.signOut();
    v.shelf.forget();
    v.shelf.setConsent({ personalize: false });
    v.shelf.setConsent({ personalize: true, store: false });
    v.shelf.setView({ market: "us" });
    await v.end();
    assert.deepEqual([touched, v.told], [[], []]);
  }
});

test("consent that comes later opens the memory and keeps what was seen so far", async () => {
  const kept = await left("a");
  const v = await visit(storageOver(kept), { consent: { personalize: true } });
  v.shelf.track(...view("b"));
  v.shelf.setConsent({ store: true });
  await v.settled();
  assert.deepEqual(v.core.known, [seen("a"), seen("b")], "what was kept, and this visit");
  await v.end();
  assert.equal((await visit(storageOver(kept))).core.known.length, 2);

  const storage = storageOver(kept);
  const other = await visit(storage, { consent: { store: true } });
  assert.deepEqual([other.core.known, storage.log], [[], []], "to store alone restores nothing");
  other.shelf.setConsent({ personalize: true });
  await other.settled();
  assert.equal(other.core.known.length, 2);
});

test("withdrawing storage empties everything of ours at once, and nothing else", async () => {
  for (const store of [false, null]) {
    const kept = await left("a", "b");
    kept.set("cart", new Uint8Array(3));
    const storage = storageOver(kept);
    const v = await visit(storage);
    await v.shelf.identify("ann");
    storage.log.length = 0;
    v.shelf.track(...view("c"));
    v.shelf.setConsent({ store });
    v.shelf.track(...view("d"));
    v.hide();
    await v.settled();
    assert.deepEqual([...kept.keys()], ["cart"]);
    assert.equal(storage.log.find(([method]) => method === "remove")[1], "nearshelf/shop/key", "with the key, the rest is noise");
    assert.deepEqual(v.told, []);
    assert.ok(v.core.known.includes(seen("d")), "in memory it goes on");
    v.shelf.setConsent({ store: true });
    await v.settled();
    await v.end();
    assert.ok(kept.size > 1);
    const next = await visit(storageOver(kept));
    await next.shelf.identify("ann");
    assert.ok(next.core.known.includes(seen("c")) && next.core.known.includes(seen("d")));
  }
});

test("withdrawal wins over what is under way", async () => {
  for (let n = 0; n < 12; n++) {
    for (const change of [{ store: false }, { store: null, personalize: false }]) {
      const kept = await left("a", "b");
      let calls = 0, v, reads;
      const storage = storageOver(kept, { before: () => { if (calls++ === n && v) { v.shelf.setConsent(change); reads = storage.log.length; } } });
      v = await visit(storage, { consent: { personalize: true } });
      v.shelf.setConsent({ store: true });
      v.shelf.identify("ann");
      v.shelf.track(...view("c"));
      v.hide();
      await v.settled();
      if (reads === undefined) v.shelf.setConsent(change);
      await v.end();
      assert.deepEqual([...kept.keys()], [], `at call ${n}`);
      for (const [method] of storage.log.slice(reads)) assert.ok(method === "remove" || method === "keys", method + " after withdrawal");
      assert.deepEqual(v.told, []);
    }
  }
});

test("emptying that fails is told", async () => {
  const kept = await left("a");
  const v = await visit(storageOver(kept, { before: (method) => { if (method === "remove") throw new Error("locked"); } }));
  v.shelf.setConsent({ store: false });
  await v.settled();
  assert.deepEqual(v.told, ["memory_failed"]);
});

test("forgetting and withdrawing personalization empty the portrait's slots", async () => {
  const key = ["nearshelf/shop/key"];
  // Who wants to be forgotten leaves no key either, and none is made before there is something to keep.
  for (const [act, rest] of [[(s) => s.forget(), []], [(s) => s.setConsent({ personalize: false }), key], [(s) => s.setConsent({ personalize: null }), key]]) {
    const kept = await left("a", "b");
    kept.set("nearshelf/shop/anonymous/old", new Uint8Array(9));
    const v = await visit(storageOver(kept));
    v.shelf.track(...view("c"));
    act(v.shelf);
    await v.settled();
    assert.deepEqual([...kept.keys()], rest);
    await v.end();
    assert.deepEqual([...kept.keys()], rest);
    assert.deepEqual(v.told, []);
  }
  const kept = await left("a");
  await (await visit(storageOver(kept), { consent: { store: true, personalize: false } })).end();
  assert.deepEqual([...kept.keys()], ["nearshelf/shop/key"], "a no that was said elsewhere");
  const none = new Map();
  await (await visit(storageOver(none), { consent: { store: true, personalize: false } })).end();
  assert.equal(none.size, 0, "nothing is made to empty it");
});

test("forgetting while the memory opens leaves nothing", async () => {
  for (let n = 0; n < 8; n++) {
    const kept = await left("a", "b");
    let calls = 0, v;
    v = await visit(storageOver(kept, { before: () => { if (calls++ === n && v) v.shelf.forget(); } }), { consent: { personalize: true } });
    v.shelf.setConsent({ store: true });
    await v.settled();
    if (calls <= n) v.shelf.forget();
    await v.settled();
    assert.deepEqual(v.core.known, [], `at call ${n}`);
    await v.end();
    assert.deepEqual((await visit(storageOver(kept))).core.known, []);
  }
});

/** Pages of one browser, which hear each other: each gets what a host brings for that. */
function browser() {
  const pages = new Set();
  const held = new Set();
  return () => {
    const mine = new Set();
    return {
      others: (name, heard) => {
        const one = { name, heard };
        pages.add(one), mine.add(one);
        return { tell: () => pages.forEach((page) => page.name === name && !mine.has(page) && page.heard()), end: () => pages.delete(one) };
      },
      alone: async (name, task) => {
        if (held.has(name)) return undefined;
        held.add(name);
        return task().finally(() => held.delete(name));
      },
    };
  };
}

test("two pages at once: each save has what the other one saw, in whatever order they are saved, left and hidden", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const pass = async (both) => {
    t.mock.timers.tick(1000);
    for (const v of both) await v.settled();
  };
  for (let way = 0; way < 8; way++) {
    const kept = await left("a");
    const page = browser();
    let clock = Date.now();
    const now = () => clock++;
    const open = () => visit(storageOver(kept), { now, memory: page() });
    const both = [await open(), await open()];
    const expected = [seen("a")];
    for (let i = 0; i < 6; i++) {
      const [one, two] = way & 1 ? both : both.slice().reverse();
      one.shelf.track(...view("one" + i));
      expected.push(seen("one" + i));
      if (way & 2) one.hide();
      if (i % 2) await pass(both);
      two.shelf.track(...view("two" + i));
      expected.push(seen("two" + i));
      if (way & 4) two.hide();
      await pass(both);
      // A page that was told of another one's save looks at it before it saves.
      one.hide();
      await pass(both);
      const next = await visit(storageOver(kept));
      assert.deepEqual([next.core.known.slice().sort(), next.told], [expected.slice().sort(), []], "way " + way + ", " + i);
      next.shelf.dispose();
    }
    for (const v of both) await v.end();
    assert.deepEqual(both.flatMap((v) => v.told), []);
  }
});

test("where pages cannot hear each other, each looks before it saves, and nothing is lost of what is saved after a second", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const kept = await left("a");
  const both = [await visit(storageOver(kept)), await visit(storageOver(kept))];
  for (let i = 0; i < 4; i++) {
    for (const [p, v] of both.entries()) {
      v.shelf.track(...view("p" + p + i));
      t.mock.timers.tick(1000);
      for (const v of both) await v.settled();
    }
  }
  assert.equal((await visit(storageOver(kept))).core.known.length, 9);
});

test("what one page forgets another one does not write again", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const page = browser();
  const kept = await left("a");
  const [one, two] = [await visit(storageOver(kept), { memory: page() }), await visit(storageOver(kept), { memory: page() })];
  one.shelf.forget();
  await one.settled();
  two.shelf.track(...view("b"));
  for (let i = 0; i < 3; i++) {
    t.mock.timers.tick(1000);
    await two.settled();
  }
  assert.deepEqual(two.core.known, []);
  assert.deepEqual([...kept.keys()].filter((name) => SLOTS.includes(name)), []);
  // It keeps nothing more in this visit, and the next one begins anew.
  two.shelf.track(...view("c"));
  await two.end();
  const next = await visit(storageOver(kept));
  assert.deepEqual(next.core.known, []);
  next.shelf.track(...view("d"));
  await next.end();
  assert.deepEqual((await visit(storageOver(kept))).core.known, [seen("d")]);
});

test("two first visits at once end with one key", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  for (let delay = 0; delay < 6; delay++) {
    const kept = new Map();
    const slow = { before: async () => { for (let i = 0; i < delay; i++) await turn(); } };
    const both = await Promise.all([visit(storageOver(kept)), visit(storageOver(kept, slow))]);
    for (const [i, v] of both.entries()) v.shelf.track(...view("p" + i));
    for (let i = 0; i < 6; i++) {
      t.mock.timers.tick(1000);
      for (let j = 0; j < 20; j++) await turn();
    }
    const next = await visit(storageOver(kept));
    assert.deepEqual(next.told, [], "delay " + delay);
    assert.ok(next.core.known.length > 0);
    both.forEach((v) => v.shelf.dispose());
    assert.deepEqual(both.flatMap((v) => v.told), []);
  }
});

test("a page does not write again what another one emptied", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const kept = await left("a");
  const [one, two] = [await visit(storageOver(kept)), await visit(storageOver(kept))];
  one.shelf.setConsent({ store: false });
  await one.settled();
  two.shelf.track(...view("b"));
  t.mock.timers.tick(1000);
  await two.settled();
  await two.end();
  assert.deepEqual([kept.size, two.told], [0, []]);
});

test("the shop's own storage is used instead, and one that is none is misuse", async () => {
  const kept = new Map();
  const own = storageOver(kept);
  const memory = { storage: () => assert.fail("the host's is not asked for") };
  const v = await visit(null, { memory, storage: own });
  v.shelf.track(...view("a"));
  await v.end();
  assert.deepEqual((await visit(null, { memory, storage: own })).core.known, [seen("a")]);
  for (const storage of [null, 7, {}, { get() {}, set() {} }]) {
    const bad = await visit(storageOver(new Map()), { storage });
    assert.deepEqual(bad.told, ["bad_argument"]);
  }
});

test("a storage that answers nonsense is a storage that fails", async () => {
  for (const nonsense of [undefined, 7, "text", {}, [1, 2], new ArrayBuffer(3), { then: 1 }]) {
    const answer = () => nonsense;
    const v = await visit({ get: answer, set: answer, remove: answer, keys: answer });
    v.shelf.track(...view("a"));
    v.hide();
    v.shelf.setConsent({ store: false });
    await v.settled();
    assert.deepEqual(v.told, ["memory_failed"], String(nonsense));
  }
});

test("what is kept for a restart after a trap is the restored portrait too", async () => {
  const kept = await left("a");
  const v = await visit(storageOver(kept));
  const after = v.core.calls.map((c) => c.name);
  assert.ok(after.indexOf("SNAPSHOT") > after.indexOf("IDENTIFY"));
});

test("a snapshot that traps the core does so once, and the older one is there in the next visit", async () => {
  const kept = await left("a", "b");
  const cores = [];
  const trap = { trapOn: (name) => name === "IDENTIFY" };
  const host = fakeHost({ pack: pack(), cores, options: (i) => (i === 0 ? trap : {}), memory: { storage: () => storageOver(kept), ...secret } });
  const shelf = await shelfMaker(host)({ pack: "p", consent: { store: true, personalize: true } });
  const told = [];
  shelf.on("diagnostic", (d) => told.push(d.code));
  await shelf._memory.settled();
  await turn();
  assert.deepEqual([shelf.status, told], ["ready", ["engine_restarted", "memory_unreadable"]]);
  shelf.dispose();
  await shelf._memory.settled();
  const next = await visit(storageOver(kept));
  assert.deepEqual([next.core.known, next.told], [[seen("a")], []]);
});

test("a core that comes late finds the memory, and the events that waited for it", async () => {
  const kept = await left("a");
  let bring;
  const wasm = new Promise((resolve) => (bring = resolve));
  const cores = [];
  const { core } = fakeHost({ cores });
  const v = await visit(storageOver(kept), { timeoutMs: 5, host: { core: () => wasm.then(core) } });
  v.shelf.track(...view("b"));
  await v.shelf.identify("ann");
  assert.equal(v.shelf.status, "neutral", "it does not wait for a core that may never come");
  let changes = 0;
  v.shelf.on("change", () => changes++);
  bring();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(changes > 0);
  assert.equal(v.shelf.status, "ready");
  assert.deepEqual(cores[0].known, [seen("b")], "Ann takes over this visit, not what was kept of others");
  await v.end();
  assert.ok(!kept.has(SLOTS[0]) && !kept.has(SLOTS[1]));
});

test("Node keeps what it knows for one shelf: a server has many shoppers", async () => {
  const memory = { storage: mapStorage };
  const one = await visit(null, { memory });
  one.shelf.track(...view("a"));
  await one.end();
  assert.deepEqual((await visit(null, { memory })).core.known, []);
});
