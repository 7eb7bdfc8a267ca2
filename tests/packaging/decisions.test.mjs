// The decision log with the real core: every list can be decided again to the same bytes, and nobody keeps what was withdrawn.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Writer } from "../../pkg-template/src/codec.js";
import { cli, MINUTE, NOW, random } from "./support/deciding.mjs";
import { turn } from "./support/memory.mjs";
import { packBytes, scratch } from "./support/project.mjs";
import { realVisit } from "./support/real.mjs";
import { withSection } from "./support/small-pack.mjs";

/** The frozen pack, whose shelves explore. */
function exploring(share = 200_000, pool = 10, from = 1) {
  const w = new Writer();
  w.list([["", share, pool, from], ["cart", 0, pool, from]], ([slot, ...numbers]) => {
    w.str(slot);
    numbers.forEach((n) => w.u32(n));
  });
  return withSection(packBytes(), "EXPL", 2, w.written().slice());
}

/** A visit at a clock that the test moves. */
async function open(wishes = {}) {
  const clock = { now: NOW };
  const v = await realVisit(null, { consent: { personalize: true }, now: () => clock.now, pack: exploring(), seed: 7, ...wishes });
  const products = v.shelf.browse({ limit: 1000 }).products.map((p) => p.id);
  return Object.assign(v, { clock, products });
}

/** A shopper who looks around: events late, doubled and of another time, a clock that jumps back, and lists in between. */
function wander(v, steps, seed = 1) {
  const next = random(seed);
  const lists = [];
  for (let i = 0; i < steps; i++) {
    v.clock.now += next(10) ? next(3 * MINUTE) : -next(40 * MINUTE);
    const item_id = v.products[next(v.products.length)];
    const params = { items: [{ item_id, price: 12 + next(90) }] };
    if (next(3) === 0) params.event_id = "e" + next(20);
    if (next(4) === 0) params.timestamp = v.clock.now - next(90 * MINUTE);
    v.shelf.track(["view_item", "add_to_cart", "purchase", "not_interested", "session_start"][next(20) ? next(2) : 2 + next(3)], params);
    if (next(4) === 0) lists.push(v.shelf.recommend({ slot: ["home", "cart"][next(2)], limit: 1 + next(20), diversity: next(2) / 2, exclude: [item_id] }));
    if (next(9) === 0) lists.push(v.shelf.rank([item_id, "nowhere", ...v.products.slice(0, next(30))], { slot: "search" }));
    if (next(30) === 0) v.shelf.setView({ market: ["cn", "us"][next(2)] });
    if (next(60) === 0) v.shelf.syncOrders([{ transaction_id: "t" + i, timestamp: v.clock.now - MINUTE * 1e4, items: [{ item_id }] }]);
  }
  return lists;
}

test("whatever was decided is decided again to the same bytes", async () => {
  for (const seed of [1, 2, 3]) {
    const v = await open();
    const lists = wander(v, 200, seed);
    const logged = v.shelf.decisions();
    assert.ok(logged.length === 32 && lists.length > 40, `${logged.length} of ${lists.length}`);
    lists.slice(-32).forEach((list, i) => {
      const d = logged[i];
      assert.deepEqual([d.servedId, d.source, d.items.map((x) => [x.id, x.score, x.because, x.instead])],
        [list.servedId, list.source, list.items.map((x) => [x.id, x.score, x.because, x.instead])]);
      const again = v.shelf.replay(list.servedId);
      assert.equal(again.same, true, `seed ${seed}, list ${list.servedId}`);
      assert.deepEqual(again.list.items.map((x) => [x.id, x.score]), list.items.map((x) => [x.id, x.score]));
    });
    assert.ok(new Set(v.shelf._engine.decisions.map((d) => d._era)).size > 1, "over more than one snapshot");
    assert.equal(v.shelf.replay(lists[0].servedId), null, "no longer remembered");
    const { servedId } = v.shelf.recommend();
    assert.equal(servedId, lists.at(-1).servedId + 1, "replays take no numbers");
    assert.deepEqual(v.told, []);
  }
});

test("a decision made from something else is told from the same one", async () => {
  const v = await open();
  wander(v, 30);
  const { servedId } = v.shelf.recommend();
  const [d] = v.shelf._engine.decisions.slice(-1);
  assert.ok(d._steps > 3);
  assert.equal(v.shelf.replay(servedId).same, true);
  const [last] = d._era._journal.splice(d._steps - 1, 1);
  assert.equal(v.shelf.replay(servedId).same, false, "without the last event");
  d._era._journal.splice(d._steps - 1, 0, last);
  assert.equal(v.shelf.replay(servedId).same, true);
  d._answer[d._answer.length - 6] ^= 1;
  assert.equal(v.shelf.replay(servedId).same, false, "one bit of the answer");
});

test("overlays belong to what was decided from, also where they change within a stretch", async () => {
  const v = await open();
  wander(v, 20);
  const lists = [v.shelf.recommend()];
  for (const [n, price] of [[0, "1.00"], [1, "2.00"], [2, null]]) {
    await v.shelf.setOverlay(price === null ? null : { items: [{ id: lists[0].items[n].id, price, sale_price: "", availability: "in_stock" }] });
    wander(v, 3, n + 7);
    lists.push(v.shelf.recommend());
  }
  assert.ok(lists.some((list) => list.overlayVersion === 2) && lists.some((list) => list.overlayVersion === null));
  for (const list of lists) {
    const again = v.shelf.replay(list.servedId);
    assert.equal(again.same, true, String(list.overlayVersion));
    assert.deepEqual([again.list.overlayVersion, again.list.items.map((x) => x.price)], [list.overlayVersion, list.items.map((x) => x.price)]);
  }
  assert.equal(v.shelf.overlayVersion, null, "what holds now is as it was");
  const [d] = v.shelf._engine.decisions.slice(-1);
  const at = d._era._journal.findIndex(([op]) => op > 30);
  assert.ok(at >= 0);
  d._era._journal.splice(at, 1);
  assert.equal(v.shelf.replay(lists[2].servedId).same, false, "without an overlay");
  assert.deepEqual(v.told, []);
});

test("nothing is remembered without consent, and what is withdrawn goes at once", async () => {
  const v = await open({ consent: {} });
  assert.equal(v.shelf.recommend().servedId > 0, true);
  assert.deepEqual(v.shelf.decisions(), []);
  for (const act of [(s) => s.forget(), (s) => s.signOut(), (s) => s.setConsent({ personalize: false }), (s) => s.setConsent({ personalize: null })]) {
    v.shelf.setConsent({ personalize: true });
    wander(v, 10);
    const { servedId } = v.shelf.recommend();
    assert.equal(v.shelf.replay(servedId).same, true);
    act(v.shelf);
    assert.deepEqual([v.shelf.decisions(), v.shelf.replay(servedId), v.shelf.explorationRows(servedId)], [[], null, []]);
    assert.ok(v.shelf.decisionLog().length < 40, "the version of the pack and no more");
  }
});

test("the log is bounded by number and by bytes", async () => {
  const v = await open();
  for (let i = 0; i < 100; i++) v.shelf.recommend({ limit: 3 });
  assert.equal(v.shelf.decisions().length, 32);
  const many = Array.from({ length: 4000 }, (_, i) => "an id that is long enough to count " + i);
  for (let i = 0; i < 10; i++) v.shelf.rank(many);
  const kept = v.shelf.decisions().length;
  assert.ok(kept >= 1 && kept < 10, String(kept));
  assert.ok(v.shelf.decisionLog().length < 1 << 20);
  assert.equal(v.shelf.replay(v.shelf.recommend().servedId).same, true);
  v.shelf.rank(Array.from({ length: 40000 }, (_, i) => "an id that is long enough to count " + i));
  assert.deepEqual(v.shelf.decisions(), [], "one that is too large by itself is not kept");
});

test("a trap does not cost the decisions before it, and one in a replay is a trap as any other", async () => {
  let trap = 0;
  const v = await open();
  const core = v.shelf._engine._core;
  const call = core.call;
  core.call = function (number, request) {
    if (number === trap) throw new WebAssembly.RuntimeError("unreachable");
    return call.call(core, number, request);
  };
  wander(v, 90);
  const before = v.shelf.recommend();
  trap = 9;
  v.shelf.portrait();
  while (v.shelf.status !== "ready") await turn(); // an instance and its parts are made anew
  await v.settled();
  assert.equal(v.shelf.replay(before.servedId).same, true);
  const after = v.shelf.recommend();
  assert.deepEqual(after.items, before.items);
  assert.equal(v.shelf.replay(after.servedId).same, true);
  const second = v.shelf._engine._core;
  second.call = () => {
    throw new WebAssembly.RuntimeError("unreachable");
  };
  assert.equal(v.shelf.replay(after.servedId), null);
  await turn();
  assert.deepEqual(v.told, ["engine_restarted", "engine_lost"]);
  assert.deepEqual([v.shelf.decisions(), v.shelf.decisionLog().length < 40], [[], true]);
});

test("an exploring shelf says so, and its rows are those of an exploration log", async () => {
  const v = await open();
  wander(v, 20);
  const plain = v.shelf.recommend({ slot: "cart", limit: 20 });
  assert.ok(plain.items.every((x) => !("propensity" in x) && !("explored" in x)), "a slot that does not explore");
  assert.deepEqual(v.shelf.explorationRows(plain.servedId), []);
  const pinned = v.products.find((id) => !plain.items.some((x) => x.id === id) && v.shelf.product(id).availability === "in_stock");
  const list = v.shelf.recommend({ slot: "home", limit: 20, pin: [{ id: pinned, index: 2 }] });
  assert.deepEqual(v.shelf.recommend({ slot: "home", limit: 20, pin: [{ id: pinned, index: 2 }] }).items, list.items, "painted twice, it does not move");
  const explored = list.items.filter((x) => x.explored);
  assert.ok(explored.length > 0 && explored.every((x) => x.propensity === 20_000 && x.instead !== x.id && x.because.code));
  assert.equal(list.items[0].propensity, 1_000_000, "the first place does not explore");
  assert.deepEqual([list.items[2].id, "propensity" in list.items[2]], [pinned, false], "a pinned place is no draw");
  const rows = v.shelf.explorationRows(list.servedId);
  assert.equal(rows.length, 19);
  assert.match(rows[0].served, new RegExp("^[0-9a-z]+-" + list.servedId + "$"));
  assert.deepEqual(v.shelf.explorationRows(list.servedId), rows, "asked twice, the same");
  assert.deepEqual(rows.map((r) => r.position), list.items.map((_, i) => i).filter((i) => i !== 2));
  rows.forEach((r) => {
    const x = list.items[r.position];
    assert.deepEqual(r, {
      item: x.id, propensity: x.propensity, slot: "home", position: r.position, served: rows[0].served,
      policy: { [x.instead || x.id]: 1_000_000 },
    });
  });
  // whyNot answers for the shelf of the best, and says where that gave way.
  const options = { limit: 20, pin: [{ id: pinned, index: 2 }] };
  const best = v.shelf.recommend({ slot: "cart", ...options }).items.map((x) => x.id);
  const shown = list.items.map((x) => x.id);
  const gone = best.filter((id) => !shown.includes(id));
  assert.ok(gone.length > 0);
  for (const id of gone) assert.deepEqual(v.shelf.whyNot(id, { slot: "home", ...options }), { stage: "explored", detail: String(best.indexOf(id) + 1) });
  for (const id of shown) assert.deepEqual(v.shelf.whyNot(id, { slot: "home", ...options }), { stage: "shown", detail: String(shown.indexOf(id) + 1) });
  const neutral = v.shelf.recommend({ slot: "home", mode: "neutral" });
  assert.ok(neutral.items.every((x) => !("propensity" in x)));
});

test("suggestions do not explore: they are the same with a seed and without", async () => {
  const none = { memory: { entropy: () => Promise.reject(new Error("none")) }, seed: undefined };
  const said = async (wishes) => {
    const v = await open({ pack: exploring(200_000, 10, 0), ...wishes });
    wander(v, 20);
    return { typed: ["", "s", "c"].map((text) => v.shelf.suggest(text, { limit: 20 }).map(({ servedId, ...one }) => one)), list: v.shelf.recommend({ slot: "search", limit: 20 }).items.map((item) => item.id) };
  };
  const plain = await said(none);
  let explored = 0;
  for (let seed = 0; seed < 10; seed++) {
    const { typed, list } = await said({ seed });
    assert.deepEqual(typed, plain.typed);
    explored += list.join() === plain.list.join() ? 0 : 1;
  }
  assert.ok(explored > 5, "a list of that slot does");
});

test("the seed is the host's, drawn once and only where shelves explore and may be personal", async () => {
  const drawn = [];
  const memory = { entropy: () => (n) => (drawn.push(n), Uint8Array.from({ length: n }, (_, i) => i + 1)) };
  const plain = await open({ seed: undefined, memory, pack: packBytes() });
  assert.deepEqual(drawn, []);
  plain.shelf.dispose();
  const v = await open({ seed: undefined, memory, consent: {} });
  assert.deepEqual(drawn, []);
  v.shelf.setConsent({ personalize: true });
  await turn();
  assert.deepEqual(drawn, [6]);
  wander(v, 5);
  const list = v.shelf.recommend({ slot: "home", limit: 20 });
  assert.equal(v.shelf.explorationRows(list.servedId)[0].served, (0x010203040506).toString(36) + "-" + list.servedId);
  assert.deepEqual(drawn, [6]);
  const failing = await open({ seed: undefined, memory: { entropy: () => Promise.reject(new Error("none")) } });
  wander(failing, 5);
  assert.ok(failing.shelf.recommend({ slot: "home", limit: 20 }).items.every((x) => !("propensity" in x)), "no seed, no exploration");
  assert.deepEqual(failing.told, []);
});

test("rows of two shelves with one seed are told apart, though both explore alike", async () => {
  const rows = async (wishes) => {
    const v = await open(wishes);
    wander(v, 20);
    return v.shelf.explorationRows(v.shelf.recommend({ slot: "home", limit: 20 }).servedId);
  };
  const none = { memory: { entropy: () => Promise.reject(new Error("none")) } };
  const [a, b, c] = [await rows(), await rows(), await rows(none)];
  const bare = (list) => list.map(({ served, ...row }) => row);
  assert.ok(a.length > 0);
  assert.deepEqual(bare(a), bare(b));
  assert.equal(new Set([a, b, c].map((list) => list[0].served)).size, 3);
  assert.equal(c[0].served.split("-")[0], NOW.toString(36), "without a generator, when the shelf began");
});

test("`nearshelf replay` decides it again on the shop's side", async () => {
  const v = await open();
  wander(v, 150);
  v.shelf.setView({ language: "zh-CN" });
  const list = v.shelf.recommend({ slot: "home", limit: 5 });
  const folder = scratch("decisions");
  const [log, pack, other] = ["decisions.log", "shop.pack", "other.pack"].map((name) => join(folder, name));
  const bytes = v.shelf.decisionLog();
  writeFileSync(log, bytes);
  writeFileSync(pack, exploring());
  writeFileSync(other, packBytes());
  const nearshelf = (...args) => cli(folder, args);
  const good = nearshelf("replay", log, "--pack", pack);
  assert.equal(good.status, 0, good.stderr);
  assert.match(good.stdout, /32 decisions with pack [0-9a-f]{16}, 0 differ/);
  assert.match(good.stdout, /explored instead of/);
  const [one] = JSON.parse(nearshelf("replay", log, "--pack", pack, "--served", String(list.servedId), "--json").stdout);
  assert.deepEqual([one.same, one.slot, one.items.map((x) => [x.id, x.score])], [true, "home", list.items.map((x) => [x.id, x.score])]);
  const tree = v.shelf.why(list.servedId, list.items[0].id);
  for (const shown of [one.items, one.replayed]) assert.deepEqual(Object.entries(shown[0].reasons), tree.children.map((c) => [c.code, c.value]));
  assert.deepEqual(one.items.map((x) => x.reasons), one.replayed.map((x) => x.reasons));
  const wrong = nearshelf("replay", log, "--pack", other);
  assert.notEqual(wrong.status, 0);
  assert.match(wrong.stderr, /bad_decisions.*decided with pack/);
  // The last answer ends with the drawn items: another propensity there is another answer.
  const touched = bytes.slice();
  touched[touched.length - 8] ^= 1;
  writeFileSync(log, touched);
  const differing = nearshelf("replay", log, "--pack", pack);
  assert.equal(differing.status, 1);
  assert.match(differing.stdout, /DIFFERS[^]*1 differ/);
  writeFileSync(log, bytes.subarray(0, bytes.length - 3));
  assert.match(nearshelf("replay", log, "--pack", pack).stderr, /bad_decisions/);
});
