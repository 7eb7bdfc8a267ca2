// Identity: an account has a portrait of its own, and nothing of it is there for the next one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { endsAt, storageOver, turn, view, visit } from "./support/memory.mjs";
import { realVisit } from "./support/real.mjs";

const seen = (id) => `e-${id} ${id}`;
const ANONYMOUS = /^nearshelf\/shop\/anonymous\/[01]$/;
const anonymous = (kept) => [...kept.keys()].filter((name) => ANONYMOUS.test(name));

/** A portrait as one sees it from outside. */
const traits = (shelf) => {
  const { items, session, events } = shelf.portrait();
  return { items: items.map((i) => i.key).sort(), session, events };
};

test("what an account sees moves with it, and what was anonymous in this visit too", async () => {
  const kept = new Map();
  const one = await visit(storageOver(kept));
  one.shelf.track(...view("lamp"));
  one.hide();
  await one.settled();
  assert.equal(anonymous(kept).length, 1);
  await one.shelf.identify("ann");
  await one.settled();
  assert.deepEqual(one.core.known, [seen("lamp")]);
  assert.deepEqual(anonymous(kept), [], "it is the account's now");
  one.shelf.track(...view("mug"));
  await one.shelf.signOut();
  assert.deepEqual(one.core.known, []);
  one.shelf.track(...view("bowl"));
  await one.end();
  assert.equal(anonymous(kept).length, 1);

  const two = await visit(storageOver(kept));
  assert.deepEqual(two.core.known, [seen("bowl")]);
  await two.shelf.identify("ann");
  assert.deepEqual(two.core.known.sort(), [seen("lamp"), seen("mug")].sort(), "what was seen before this visit was not hers");
  await two.shelf.identify("ann");
  await two.end();
  assert.equal(two.core.seen("IDENTIFY"), 2);
  assert.deepEqual([...one.told, ...two.told], []);
});

test("after signOut returns, nothing of the account can be asked for", async () => {
  const v = await visit(storageOver(new Map()));
  await v.shelf.identify("ann");
  v.shelf.track(...view("lamp"));
  v.shelf.signOut();
  assert.deepEqual(v.core.known, [], "at once, not when it is saved");
  const names = v.core.calls.map((c) => c.name);
  assert.ok(names.lastIndexOf("SEAL") < names.lastIndexOf("SIGN_OUT"), "saved before it is gone");
  await v.shelf.identify("bob");
  assert.deepEqual(v.core.known, []);
  await v.shelf.identify("ann");
  assert.deepEqual(v.core.known, [seen("lamp")], "bob left without a word");
  await v.shelf.identify("bob");
  assert.deepEqual(v.core.known, []);
  await v.end();
  assert.deepEqual(v.told, []);
});

test("the last of identify and signOut counts, wherever the one before has got to", async () => {
  const kept = new Map();
  const first = await visit(storageOver(kept));
  await first.shelf.identify("ann");
  first.shelf.track(...view("lamp"));
  await first.end();
  for (let n = 0; n < 12; n++) {
    for (const [name, act, known] of [
      ["signOut", (s) => s.signOut(), []],
      ["another", (s) => s.identify("bob"), []],
      ["forget", (s) => s.forget(), []],
      ["away and back", (s) => (s.identify("bob"), s.signOut(), s.identify("ann")), null],
    ]) {
      const mine = new Map(kept);
      let calls = -1, v;
      v = await visit(storageOver(mine, { before: () => { if (calls >= 0 && calls++ === n) act(v.shelf); } }));
      v.shelf.track(...view("mug"));
      v.hide();
      await v.settled();
      v.shelf.identify("ann");
      calls = 0;
      await v.settled();
      if (calls <= n) await act(v.shelf);
      await v.settled();
      if (known) assert.deepEqual(v.core.known, known, `${name} at call ${n}`);
      else assert.ok(v.core.known.includes(seen("lamp")), `${name} at call ${n}`);
      await v.end();
      if (name === "forget") {
        const next = await visit(storageOver(mine));
        await next.shelf.identify("ann");
        assert.deepEqual(next.core.known, []);
      }
      assert.deepEqual(v.told, []);
    }
  }
});

test("wherever a page ends while somebody signs in, nothing is lost and nothing is in two places at the next sign-in", async () => {
  for (const torn of [false, true]) {
    for (let n = 0, whole = false; !whole; n++) {
      const kept = new Map();
      const before = await visit(storageOver(kept));
      await before.shelf.identify("ann");
      before.shelf.track(...view("old"));
      await before.shelf.signOut();
      before.shelf.track(...view("new"));
      await before.end();
      // The same visit goes on over a page change: what is of it is known to the core by its time, to the fake by hand.
      const storage = storageOver(kept, { before: endsAt(n, kept, torn) });
      const v = await visit(storage);
      v.core.visit = v.core.known;
      await v.shelf.identify("ann");
      await v.end();
      whole = !v.shelf._memory._told;
      const next = await visit(storageOver(kept));
      next.core.visit = next.core.known;
      await next.shelf.identify("ann");
      await next.settled();
      assert.deepEqual([...next.core.known].sort(), [seen("new"), seen("old")], `after ${n} calls`);
      assert.deepEqual(anonymous(kept), []);
      assert.deepEqual(next.told, []);
    }
  }
});

test("identity works without any storage, for as long as the page is there", async () => {
  for (const consent of [{ personalize: true }, { personalize: true, store: false }]) {
    const storage = storageOver(new Map());
    const v = await visit(storage, { consent });
    v.shelf.track(...view("a"));
    await v.shelf.identify("ann");
    assert.deepEqual(v.core.known, [seen("a")]);
    await v.shelf.signOut();
    assert.deepEqual(v.core.known, []);
    await v.shelf.identify("ann");
    assert.deepEqual(v.core.known, []);
    assert.deepEqual([storage.log, v.told], [[], []]);
  }
});

test("a storage that fails does not mix accounts", async () => {
  for (const bad of [["get"], ["set"], ["get", "set", "remove", "keys"]]) {
    const v = await visit(storageOver(new Map(), { before: (method) => { if (bad.includes(method)) throw new Error("broken"); } }));
    await v.shelf.identify("ann");
    v.shelf.track(...view("a"));
    await v.shelf.identify("bob");
    assert.deepEqual(v.core.known, []);
    v.shelf.track(...view("b"));
    await v.shelf.signOut();
    assert.deepEqual(v.core.known, []);
    await v.end();
    assert.deepEqual(v.told, ["memory_failed"]);
  }
});

test("what was anonymous stays where it is until the account's is saved", async () => {
  const kept = new Map();
  let full = false;
  const v = await visit(storageOver(kept, { before: (method) => { if (method === "set" && full) throw new Error("full"); } }));
  v.shelf.track(...view("a"));
  v.hide();
  await v.settled();
  full = true;
  await v.shelf.identify("ann");
  await v.settled();
  assert.deepEqual([anonymous(kept).length, v.told], [1, ["memory_failed"]]);
});

test("a trap while somebody signs out does not bring the account back", async () => {
  const { fakeHost } = await import("./support/fake-core.mjs");
  const { shelfMaker } = await import("../../pkg-template/src/create.js");
  const { pack } = await import("./support/small-pack.mjs");
  const cores = [];
  const host = fakeHost({ pack: pack(), cores, options: (i) => ({ trapOn: (name) => i === 0 && name === "SIGN_OUT" }) });
  const shelf = await shelfMaker(host)({ pack: "p", consent: { personalize: true } });
  await shelf.identify("ann");
  for (let i = 0; i < 70; i++) shelf.track(...view("a" + i));
  await shelf.signOut();
  await turn();
  assert.equal(cores.length, 2);
  assert.deepEqual([cores[1].known, cores[1].restored], [[], undefined]);
});

test("identify and signOut never reject, whatever they are given", async () => {
  const v = await visit(storageOver(new Map()));
  for (const odd of [undefined, null, "", NaN, {}, [], Symbol("s"), () => {}, "x".repeat(1001), { toString() { throw new Error("mine"); } }]) {
    const told = v.told.length;
    assert.equal(await v.shelf.identify(odd), undefined);
    await turn();
    assert.equal(v.told.length, told + 1, String(typeof odd));
    assert.equal(v.told.at(-1), "bad_argument");
  }
  assert.equal(v.core.seen("IDENTIFY"), 0);
  for (const good of [7, 12n, "安", "\ud800", "x".repeat(1000)]) assert.equal(await v.shelf.identify(good), undefined);
  const { identify, signOut } = v.shelf;
  await identify("ann");
  await signOut();
  v.shelf.dispose();
  assert.equal(await v.shelf.identify("ann"), undefined);
  assert.equal(await v.shelf.signOut(), undefined);
});

test("orders cross as they were meant, each counts once, tracked or synced", async () => {
  const kept = new Map();
  const v = await visit(storageOver(kept), { now: () => 1_700_000_000_000 });
  const boom = { get transaction_id() { throw new Error("mine"); } };
  const half = { transaction_id: "H", items: [{ item_id: "x" }, { get item_id() { throw new Error("mine"); } }] };
  const orders = [
    { transaction_id: 17, timestamp: new Date(5), items: [{ item_id: 10080, price: "12.90", quantity: "2" }], currency: "CNY" },
    boom, half, null, {}, { transaction_id: "" }, 7,
    { transaction_id: "T2" },
  ];
  assert.deepEqual(v.shelf.syncOrders(orders), { added: 2, known: 0 });
  assert.deepEqual(v.core.orders.map((o) => [o.now, o.id, o.at, o.items]), [
    [1_700_000_000_000, "17", 5, [{ id: "10080", price: "12.90", quantity: 2 }]],
    [1_700_000_000_000, "T2", NaN, []],
  ]);
  assert.deepEqual(v.core.orders.map((o) => o.details && [o.details.currency, o.details.value]), [["CNY", null], ["", null]]);
  assert.equal(v.shelf.diagnostics().event_unreadable, 1);
  assert.deepEqual(v.shelf.syncOrders(orders.slice(0, 1)), { added: 0, known: 1 });
  v.shelf.track("purchase", { transaction_id: "T3", items: [{ item_id: "lamp" }] });
  v.shelf.track("purchase", { transaction_id: "T4", event_id: "mine", items: [{ item_id: "lamp" }] });
  v.shelf.track("refund", { transaction_id: "T5" });
  v.shelf.track("purchase", { transaction_id: {} });
  assert.deepEqual(v.core.events.map((e) => e.event_id), ["order:T3", "order:T4", "", ""]);
  assert.deepEqual(v.shelf.syncOrders([{ transaction_id: "T3", items: [{ item_id: "lamp" }] }]), { added: 0, known: 1 });
  await v.end();
  assert.ok((await visit(storageOver(kept), { now: () => 1_700_000_000_000 })).core.known.includes("order:17 10080"), "saved with the rest");
});

test("the real core: the next visit, two accounts, and nothing of one under the other", async () => {
  const kept = new Map();
  const T = Date.UTC(2026, 5, 1);
  let now = T;
  const options = { now: () => now };
  const one = await realVisit(storageOver(kept), options);
  const goods = one.shelf.browse({ limit: 60 }).products.map((p) => p.id);
  const [a, b, c, d] = [goods[3], goods[19], goods[33], goods[47]];
  const look = (shelf, id) => assert.equal(shelf.track("view_item", { items: [{ item_id: id }] }).accepted, 1);
  look(one.shelf, a);
  await one.end();

  // The visit goes on with the next page, and then Ann signs in.
  now += 60_000;
  const two = await realVisit(storageOver(kept), options);
  assert.deepEqual(traits(two.shelf), { items: [a], session: [a], events: 1 });
  assert.equal(two.shelf.recommend().source, "personal");
  look(two.shelf, b);
  await two.shelf.identify("ann@example.com");
  assert.deepEqual(traits(two.shelf), { items: [a, b].sort(), session: [a, b], events: 2 });
  assert.deepEqual(two.shelf.syncOrders([{ transaction_id: "T1", timestamp: now - 100 * 86_400_000, items: [{ item_id: c }] }]), { added: 1, known: 0 });
  const ann = JSON.stringify(two.shelf.portrait());
  const signedOut = two.shelf.signOut();
  const gone = JSON.stringify([two.shelf.portrait(), two.shelf.recommend({ limit: 40 }).source]);
  for (const id of [a, b, c]) assert.ok(!gone.includes(`"${id}"`));
  assert.match(gone, /"neutral"/);
  await signedOut;
  await two.shelf.identify("bob");
  assert.deepEqual(traits(two.shelf), { items: [], session: [], events: 0 });
  look(two.shelf, d);
  await two.end();

  now += 3 * 86_400_000;
  const three = await realVisit(storageOver(kept), options);
  assert.deepEqual(traits(three.shelf).items, [], "nobody is signed in");
  await three.shelf.identify("bob");
  assert.deepEqual(traits(three.shelf), { items: [d], session: [d], events: 1 });
  await three.shelf.identify("ann@example.com");
  assert.equal(JSON.stringify(three.shelf.portrait()), ann);
  assert.deepEqual(three.shelf.syncOrders([{ transaction_id: "T1", timestamp: 5, items: [{ item_id: c }] }]), { added: 0, known: 1 });
  await three.end();
  assert.deepEqual([...one.told, ...two.told, ...three.told], []);

  // What lies in the storage, but for the key, tells nothing.
  const all = [...kept].filter(([name]) => !name.endsWith("/key")).map(([name, bytes]) => name + Buffer.from(bytes).toString("latin1")).join();
  for (const text of ["ann@", "example", ...goods.filter((id) => String(id).length > 3)]) assert.ok(!all.includes(String(text)), text);
  for (const text of ["ann@example.com", "bob"]) {
    const { createHash } = await import("node:crypto");
    const hash = createHash("sha256").update(text).digest();
    assert.ok(!all.includes([...hash].join("-")), "nor does a hash that anybody could make");
  }
});
