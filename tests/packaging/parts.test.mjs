// The wasm of the web in files: when the parts are fetched, and what happens when they cannot be.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { packBytes, pkg, root } from "./support/project.mjs";
import { samplePack } from "./support/sample-pack.mjs";
import { withSection } from "./support/small-pack.mjs";

const CORE = "nearshelf.wasm";
const PART = "nearshelf-offers.wasm";
const INSIGHT = "nearshelf-insight.wasm";
const bytesOf = (name) => readFileSync(join(pkg, name));
const file = samplePack();
const withOffers = () => new Uint8Array(readFileSync(file));
const cartOf = (shelf) => ({ lines: shelf.browse({ limit: 3 }).products.map((p, i) => ({ item_id: p.id, quantity: i + 1 })) });
const NOW = Date.UTC(2026, 10, 22, 4);
let times = 0;

/** The browser's entry, fresh, with a network of files by name; `act` gets `createShelf` and the names asked for. */
async function online(files, act) {
  const { fetch: real } = globalThis;
  const asked = [];
  globalThis.fetch = async (address) => {
    const name = String(address).replace(/[?#].*/, "").replace(/.*\//, "");
    asked.push(name);
    const found = files[name];
    return found ? new Response(found, { headers: { "content-type": "application/wasm" } }) : new Response("", { status: 404, headers: { "content-type": "text/html" } });
  };
  try {
    const { createShelf } = await import(`${pathToFileURL(join(pkg, "index.js")).href}?${++times}`);
    return await act(createShelf, asked);
  } finally {
    globalThis.fetch = real;
  }
}

const all = { [CORE]: bytesOf(CORE), [PART]: bytesOf(PART), [INSIGHT]: bytesOf(INSIGHT) };

/** The same pack in Node, which has both files at hand. */
async function expected() {
  const { createShelf } = await import(pathToFileURL(join(pkg, "node.js")).href);
  const shelf = await createShelf({ pack: withOffers(), market: "cn", now: () => NOW });
  const quote = shelf.quote(cartOf(shelf));
  shelf.dispose();
  assert.ok(quote.lines.length === 3);
  return quote;
}

test("a pack with offers brings the part before the shelf is handed out", async () => {
  const quote = await expected();
  await online(all, async (createShelf, asked) => {
    const shelf = await createShelf({ pack: withOffers(), market: "cn", now: () => NOW, insight: false });
    assert.deepEqual(asked, [CORE, PART]);
    assert.deepEqual(shelf.quote(cartOf(shelf)), quote);
    assert.ok(shelf.offers().length > 5);
    shelf.dispose();
  });
});

test("a pack with rules or conditions of offers brings the part for insight, and a quote waits for both", async () => {
  await online(all, async (createShelf, asked) => {
    const shelf = await createShelf({ pack: withOffers(), market: "cn", now: () => NOW });
    assert.deepEqual(asked, [CORE, PART, INSIGHT], "the sample has a rule");
    shelf.dispose();
  });
  const conditions = new Uint8Array(readFileSync(join(root, "tests/compat/offer-conditions-v1.section")));
  await online(all, async (createShelf, asked) => {
    const shelf = await createShelf({ pack: withSection(withOffers(), "OFCN", 5, conditions), market: "cn", now: () => NOW, insight: false });
    const cart = cartOf(shelf);
    assert.deepEqual([shelf.quote(cart), shelf.coupons({ cart, held: ["cn-coupon-20"] }), asked.includes(INSIGHT)], [null, [], false]);
    await new Promise((resolve) => shelf.on("change", () => shelf.quote(cart) && resolve(undefined)));
    const refused = shelf.quote(cart).refused.find((offer) => offer.id === "cn-books-3-for-15");
    assert.equal(refused.reason, "condition");
    shelf.dispose();
  });
});

test("a page without a cart can do without; the first question about one fetches it", async () => {
  const quote = await expected();
  await online(all, async (createShelf, asked) => {
    const shelf = await createShelf({ pack: withOffers(), market: "cn", now: () => NOW, offers: false, insight: false });
    shelf.recommend();
    shelf.browse();
    assert.deepEqual(asked, [CORE]);
    assert.equal(shelf.status, "ready");
    assert.deepEqual([shelf.quote(cartOf(shelf)), shelf.coupons({ held: ["HARBOUR20"] }), shelf.offers()], [null, [], []]);
    await new Promise((resolve) => shelf.on("change", resolve));
    assert.deepEqual(asked, [CORE, PART], "asked for once");
    assert.deepEqual(shelf.quote(cartOf(shelf)), quote);
    assert.deepEqual(shelf.diagnostics(), {});
    shelf.dispose();
  });
});

test("createShelf waits for a part that a cart has asked for before", async () => {
  globalThis.document = { baseURI: "http://127.0.0.1/" };
  try {
    await online({ ...all, "shop.pack": withOffers() }, async (createShelf, asked) => {
      const { fetch: quick } = globalThis;
      globalThis.fetch = async (address) => {
        if (String(address).includes(PART)) await new Promise((resolve) => setTimeout(resolve, 50));
        return quick(address);
      };
      const options = { pack: "shop.pack", market: "cn", now: () => NOW };
      const early = await createShelf({ ...options, wasm: `http://127.0.0.1/${CORE}`, timeoutMs: 0 });
      await new Promise((resolve) => early.on("change", resolve));
      assert.deepEqual([early.status, early.quote(cartOf(early))], ["ready", null]);
      const shelf = await createShelf(options);
      assert.equal(shelf, early);
      assert.ok(shelf.quote(cartOf(shelf)).payable > 0);
      assert.equal(asked.filter((name) => name === PART).length, 1);
      shelf.dispose();
    });
  } finally {
    delete globalThis.document;
  }
});

test("a pack without offers asks for it only when it is told to, or at the first cart", async () => {
  for (const [offers, files] of [[undefined, [CORE]], [true, [CORE, PART]]]) {
    await online(all, async (createShelf, asked) => {
      const shelf = await createShelf({ pack: packBytes(), offers });
      assert.deepEqual(asked, files);
      shelf.dispose();
    });
  }
});

test("without the part the shelf stands, carts have no quote, and it is asked for again after a minute", async () => {
  const files = { [CORE]: all[CORE] };
  let now = NOW;
  await online(files, async (createShelf, asked) => {
    const shelf = await createShelf({ pack: withOffers(), market: "cn", now: () => now, insight: false });
    assert.equal(shelf.status, "ready");
    assert.ok(shelf.recommend().items.length > 0);
    const tries = () => asked.filter((name) => name === PART).length;
    for (let i = 0; i < 3; i++) assert.equal(shelf.quote(cartOf(shelf)), null);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([tries(), shelf.diagnostics().wasm_missing], [1, 1]);
    Object.assign(files, all);
    now += 61_000;
    assert.equal(shelf.quote(cartOf(shelf)), null);
    await new Promise((resolve) => shelf.on("change", resolve));
    assert.equal(tries(), 2);
    assert.ok(shelf.quote(cartOf(shelf)).payable > 0);
    shelf.dispose();
  });
});

test("a part of another build, or a file that is none, is refused and changes nothing", async () => {
  const other = Buffer.from(all[PART]);
  const at = /t[0-9a-f]{8}/.exec(other.toString("latin1")).index;
  other[at + 1] = other[at + 1] === 48 ? 49 : 48;
  for (const part of [other, all[PART].subarray(0, 1000), all[CORE], Buffer.from("<!doctype html>")]) {
    await online({ ...all, [PART]: part }, async (createShelf) => {
      const shelf = await createShelf({ pack: withOffers(), market: "cn" });
      assert.equal(shelf.diagnostics().wasm_broken, 1);
      assert.deepEqual([shelf.status, shelf.quote(cartOf(shelf))], ["ready", null]);
      assert.ok(shelf.recommend().items.length > 0);
      shelf.dispose();
    });
  }
});

test("it lies beside a wasm that was given by its address, or where it is said to be", async () => {
  for (const [given, place] of [[{ wasm: `/files/${CORE}?v=1` }, `/files/${PART}?v=1`], [{ offersWasm: "/else/p.wasm" }, "/else/p.wasm"]]) {
    const { fetch: real } = globalThis;
    const asked = [];
    await online({ ...all, "p.wasm": all[PART] }, async (createShelf) => {
      const { fetch: mine } = globalThis;
      globalThis.fetch = (address) => {
        asked.push(String(address));
        return mine(address);
      };
      const shelf = await createShelf({ pack: withOffers(), market: "cn", ...given });
      assert.equal(asked[1], place);
      assert.ok(shelf.offers().length > 5);
      shelf.dispose();
    });
    globalThis.fetch = real;
  }
});

test("an instance after a trap has it as well", async () => {
  const quote = await expected();
  const { instantiate } = WebAssembly;
  let trap = false;
  WebAssembly.instantiate = async (...args) => {
    const { exports } = await instantiate.apply(WebAssembly, args);
    const call = exports.core_call;
    return { exports: !call ? exports : { ...exports, core_call(...given) {
      if (trap) throw new WebAssembly.RuntimeError("unreachable");
      return call(...given);
    } } };
  };
  try {
    await online(all, async (createShelf) => {
      const shelf = await createShelf({ pack: withOffers(), market: "cn", now: () => NOW });
      trap = true;
      assert.equal(shelf.quote(cartOf(shelf)), null);
      trap = false;
      for (let i = 0; i < 1000 && shelf.quote({ lines: [] }) === null; i++) await new Promise((resolve) => setTimeout(resolve, 1));
      assert.deepEqual(shelf.quote(cartOf(shelf)), quote);
      assert.deepEqual(shelf.diagnostics(), { engine_restarted: 1 });
      shelf.dispose();
    });
  } finally {
    WebAssembly.instantiate = instantiate;
  }
});

test("the part for conditions is one of its own: fetched by the first question, or before the shelf is handed out", async () => {
  const gold = { tier: "gold" };
  for (const first of ["carts", "conditions"]) {
    await online(all, async (createShelf, asked) => {
      const shelf = await createShelf({ pack: withOffers(), market: "cn", now: () => NOW, offers: first === "carts", insight: first === "conditions" });
      assert.deepEqual(asked, [CORE, first === "carts" ? PART : INSIGHT]);
      const ask = () => [shelf.matches(gold, gold), shelf.quote(cartOf(shelf)) !== null];
      assert.deepEqual(ask(), first === "carts" ? [false, true] : [true, false], "one does without the other");
      await new Promise((resolve) => shelf.on("change", resolve));
      assert.deepEqual(ask(), [true, true]);
      assert.deepEqual(asked, first === "carts" ? [CORE, PART, INSIGHT] : [CORE, INSIGHT, PART]);
      assert.deepEqual(shelf.diagnostics(), {});
      shelf.dispose();
    });
  }
});

test("without the part for conditions nothing matches, and what else there is works", async () => {
  await online({ [CORE]: all[CORE], [PART]: all[PART] }, async (createShelf) => {
    const shelf = await createShelf({ pack: withOffers(), market: "cn", now: () => NOW, insight: true });
    assert.deepEqual([shelf.status, shelf.matches({}, {}), shelf.diagnostics().wasm_missing], ["ready", false, 1]);
    assert.ok(shelf.quote(cartOf(shelf)).payable > 0);
    shelf.dispose();
  });
});

test("a word that waits for the part is of who said it: consent, forget and signing out end it", async () => {
  const says = (shelf) => {
    shelf.declare({ gender: "female" });
    assert.equal(shelf.blockTag("brand:Lindoro"), true);
  };
  const ends = {
    nothing: [() => undefined, true],
    "consent that is withdrawn and given again": [(shelf) => [false, true].forEach((personalize) => shelf.setConsent({ personalize })), false],
    forget: [(shelf) => shelf.forget(), false],
    "signing out": [(shelf) => shelf.signOut(), false],
    "another account": [(shelf) => shelf.identify("bob"), false],
    "the account whose visit it was": [(shelf) => shelf.identify("ann"), true],
  };
  for (const [name, [end, stays]] of Object.entries(ends)) {
    await online(all, async (createShelf) => {
      const shelf = await createShelf({ pack: withOffers(), market: "cn", language: "en", now: () => NOW, insight: false, consent: { personalize: true } });
      if (stays || name === "another account") await shelf.identify("ann");
      says(shelf);
      await end(shelf);
      for (let i = 0; i < 500 && !shelf.matches({}, {}); i++) await new Promise((resolve) => setTimeout(resolve, 2));
      await shelf.identify(name === "another account" ? "bob" : "ann");
      const known = [shelf.portrait().declared.length, shelf.hiddenTags().length];
      assert.deepEqual(known, stays ? [1, 1] : [0, 0], name);
      shelf.dispose();
    });
  }
});

test("a wish waits for a part that comes late", async () => {
  const files = { ...all };
  delete files[INSIGHT];
  await online(files, async (createShelf) => {
    let now = NOW;
    const shelf = await createShelf({ pack: withOffers(), market: "cn", language: "en", now: () => now, insight: false, consent: { personalize: true } });
    shelf.track("view_item", { items: [{ item_id: "10001" }] });
    assert.equal(shelf.blockTag("item:10001"), true);
    for (let i = 0; i < 500 && !shelf.diagnostics().wasm_missing; i++) await new Promise((resolve) => setTimeout(resolve, 2));
    assert.equal(shelf.diagnostics().wasm_missing, 1);
    files[INSIGHT] = all[INSIGHT];
    now += 61_000;
    for (let i = 0; i < 500 && !shelf.matches({}, {}); i++) await new Promise((resolve) => setTimeout(resolve, 2));
    assert.deepEqual(shelf.hiddenTags().map((tag) => tag.id), ["item:10001"]);
    assert.deepEqual(shelf.portrait().items, []);
    shelf.dispose();
  });
});

test("with consent nothing is put forward until it is known whether promotions pause; to everybody else at once", async () => {
  for (const personalize of [true, undefined]) {
    await online(all, async (createShelf) => {
      const shelf = await createShelf({ pack: withOffers(), market: "cn", now: () => NOW, insight: false, consent: { personalize } });
      shelf.track("complaint", { items: [{ item_id: "10001" }] });
      const put = () => {
        const activities = shelf.recommend({ slot: "activity", limit: 200 }).items;
        return [activities.some((card) => card.kind === "task"), activities.some((card) => card.kind !== "task"), shelf.promotions().items.length > 0];
      };
      assert.deepEqual(put(), personalize ? [true, false, false] : [true, true, true]);
      await new Promise((resolve) => (personalize ? shelf.on("change", () => shelf.promotions().paused && resolve(undefined)) : resolve(undefined)));
      assert.deepEqual(put(), personalize ? [true, false, false] : [true, true, true]);
      shelf.dispose();
    });
  }
  await online(all, async (createShelf) => {
    const shelf = await createShelf({ pack: withOffers(), market: "cn", now: () => NOW, insight: false, consent: { personalize: true } });
    const promotional = () => shelf.recommend({ slot: "activity", limit: 200 }).items.some((card) => card.kind !== "task");
    assert.equal(promotional(), false);
    await new Promise((resolve) => shelf.on("change", () => promotional() && resolve(undefined)));
    assert.ok(shelf.promotions().items.length > 0);
    shelf.dispose();
  });
});

for (const name of [PART, INSIGHT]) test(`${name} brings no memory, no table and nothing of the host's: all of that is the core's`, () => {
  const [core, part] = [CORE, name].map((name) => new WebAssembly.Module(bytesOf(name)));
  const imports = WebAssembly.Module.imports(part);
  const exported = new Set(WebAssembly.Module.exports(core).map((e) => `${e.kind} ${e.name}`));
  assert.ok(imports.length > 6);
  for (const { module, name, kind } of imports) assert.ok(module === "c" && exported.has(`${kind} ${name}`), name);
  assert.deepEqual(WebAssembly.Module.exports(part), []);
  assert.deepEqual(imports.filter((i) => i.kind !== "function").map((i) => i.kind).sort(), ["global", "memory", "table"]);
});

test("the core alone answers all that a page asks that has no use for the parts", async () => {
  await online({ [CORE]: all[CORE] }, async (createShelf, asked) => {
    let now = NOW;
    const shelf = await createShelf({ pack: withOffers(), market: "cn", now: () => now, offers: false, insight: false, utcOffset: 480, seed: 7, consent: { personalize: true } });
    const ids = shelf.browse({ limit: 60 }).products.map((p) => p.id);
    const names = ["view_item", "add_to_cart", "purchase", "like", "share", "review", "complaint", "return", "refund", "nps_answer", "dwell", "live_watch", "search", "session_start", "not_interested"];
    for (let i = 0; i < 600; i++) {
      now += i % 40 ? 20_000 : 9_000_000;
      const params = { items: [{ item_id: ids[(i * 7) % ids.length], price: 10 + i, discount: i % 3, quantity: 2 }], transaction_id: "T" + i, channel: "search", method: "wechat", rating: 1 + (i % 5), score: i % 11, duration: 30, content_type: "article" };
      shelf.track(names[i % names.length], params);
    }
    const list = shelf.recommend({ limit: 24, diversity: 0.5, maxPerBrand: 2, pin: [{ id: ids[3], index: 1 }], context: ids.slice(0, 2), scene: { hour: 20, weekday: 6 } });
    assert.equal(list.source, "personal");
    for (const item of list.items) assert.ok(shelf.why(list.servedId, item.id));
    for (const slot of ["home", "product", "cart", "together", "content", "activity"]) shelf.recommend({ slot, context: ids.slice(4, 7) });
    shelf.rank([...ids.slice(0, 9), { id: "x", category: "Home", brand: "b", price: 12 }]);
    shelf.suggest("a");
    shelf.whyNot(ids[5], { slot: "home" });
    shelf.categories();
    assert.ok(shelf.portrait().tags.length > 0 && shelf.tags().length > 0);
    shelf.declare({ gender: "female" });
    await shelf.setOverlay({ sequence: 1, items: [{ id: ids[0], price: "12.00" }, { id: "new-1", title: "New", price: "3.00" }] });
    assert.ok(shelf.replay(shelf.recommend({ slot: "home" }).servedId));
    shelf.syncOrders([{ transaction_id: "S1", timestamp: now - 4e10, items: [{ item_id: ids[1] }] }]);
    shelf.setView({ language: "en" });
    await shelf.identify("somebody");
    await shelf.signOut();
    await shelf.report();
    shelf.forget();
    assert.deepEqual(Object.keys(shelf.diagnostics()).filter((code) => code.startsWith("engine_")), [], JSON.stringify(shelf.diagnostics()));
    assert.deepEqual(asked.filter((name) => name.endsWith(".wasm") && name !== CORE && name !== INSIGHT), []);
    shelf.dispose();
  });
});

test("no slot of the core's table is empty but those that a part fills", async () => {
  const { behind } = await import(pathToFileURL(join(root, "pkg-template/build/dead-data.mjs")).href);
  const { PARTS } = await import(pathToFileURL(join(root, "pkg-template/build/wasm.mjs")).href);
  const linked = readFileSync(join(root, "target/package/cargo-web/wasm32-unknown-unknown/wasm/nearshelf.wasm"));
  const own = PARTS.map(({ gate }) => behind(linked, gate).slots);
  const module = new WebAssembly.Module(all[CORE]);
  const imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    assert.equal(kind, "function");
    (imports[from] ??= {})[name] = () => 0;
  }
  const { exports } = new WebAssembly.Instance(module, imports);
  const name = WebAssembly.Module.exports(module).find(({ kind, name }) => kind === "table" && name.length === 9).name;
  const table = exports[name];
  assert.ok(own[0].length > 50 && own.every((slots) => slots.some(Boolean)));
  const empty = Array.from(own[0].keys()).filter((slot) => slot in own[0] && table.get(slot) === null && !own.some((slots) => slots[slot]));
  assert.deepEqual(empty, []);
});
