// Overlays in the package: the JSON form crosses as it was meant, fetches come in time, failures are told and lose nothing.

import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import { shelfMaker } from "../../pkg-template/src/create.js";
import { fakeHost } from "./support/fake-core.mjs";
import { pack } from "./support/small-pack.mjs";

const NOW = 1_700_000_000_000;
const MINUTE = 60_000;
const turn = () => new Promise((resolve) => setImmediate(resolve));

afterEach(() => mock.timers.reset());

/** A file as the fake core understands it. */
const file = (said) => new TextEncoder().encode("#" + JSON.stringify(said));

/** A shelf whose clock follows the mocked timers; `served` is what the overlay's address answers, one after the other, the last again. */
async function ready({ served = [], core, ...options } = {}) {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: NOW });
  const cores = [];
  const asked = [];
  const host = fakeHost({
    cores,
    options: core,
    pack: (given) => {
      if (given === "p") return pack();
      asked.push(Date.now() - NOW);
      const answer = served.length > 1 ? served.shift() : served[0];
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  const told = [];
  let changes = 0;
  const shelf = await shelfMaker(host)({ pack: "p", consent: { personalize: true }, ...options });
  shelf.on("diagnostic", (d) => told.push(d.code));
  shelf.on("change", () => changes++);
  const pass = async (ms) => {
    mock.timers.tick(ms);
    for (let i = 0; i < 8; i++) await turn();
  };
  return { shelf, cores, asked, told, pass, changes: () => changes };
}

test("items cross with their prices as they stand and what they say marked", async () => {
  const { shelf, cores: [core] } = await ready();
  await shelf.setOverlay({
    shop: "shop", sequence: 7, since: 6, max_age: 900, full: true,
    items: [
      { id: 10080, price: "12.90 CNY", sale_price: null, availability: "in stock" },
      { id: "lamp", price: 0.1 + 0.2, hidden: true },
      { id: "mug", availability: "somewhere", hidden: false },
      { id: "cup", availability: "not_sold", price: "" },
      null,
    ],
  });
  const [laid] = core.laid;
  assert.deepEqual([laid.now, laid.shop, laid.market, laid.base, laid.sequence, laid.since, laid.issued, laid.max_age, laid.full],
    [NOW, "shop", "cn", "", 7, 6, NOW, 900, 1]);
  assert.deepEqual(laid.items, [
    ["10080", 1 | 32 | 64, "12.90 CNY", ""],
    ["lamp", 7 | 16 | 32, "0.30000000000000004", ""],
    ["mug", 5 | 8, "", ""],
    ["cup", 4 | 32, "", ""],
    ["", 7, "", ""],
  ]);
  assert.equal(shelf.overlayVersion, 7);
  assert.equal(shelf.recommend().overlayVersion, 7);
});

test("an item with a title crosses with what it is, shown and in stock where nothing else is said", async () => {
  const { shelf, cores: [core] } = await ready();
  await shelf.setOverlay({
    items: [
      { id: 90001, title: { en: "Cat tunnel", "zh-CN": "猫隧道" }, product_type: "Pets > Cats", brand: "Whiskado", price: "129.00",
        link: "https://shop.example/90001", image_link: "https://shop.example/90001.jpg" },
      { id: "bowl", title: "Bowl", availability: "preorder", hidden: true },
      { id: "plain", title: null },
    ],
  });
  assert.deepEqual(core.laid[0].items, [
    ["90001", 1 | 8 | 32 | 128, "129.00", "",
      ["Pets > Cats", "Whiskado", "https://shop.example/90001", "https://shop.example/90001.jpg"], [["en", "Cat tunnel"], ["zh-CN", "猫隧道"]]],
    ["bowl", 2 | 16 | 128, "", "", ["", "", "", ""], [["", "Bowl"]]],
    ["plain", 7, "", ""],
  ]);
});

test("rows cross in columns by their places, items behind them; one that is no whole number ends all of it", async () => {
  const { shelf, cores: [core], told, pass } = await ready();
  const rows = [
    { places: [0, 256, 0xfffffffe], price_minor: [1290, 2, 0], sale_price_minor: [990, 0xfffffffe, 1], availability: "in_stock" },
    { places: [512, 513], price_minor: null, hidden: true },
    { places: [768], sale_price_minor: null, hidden: false, availability: "not_sold" },
    { places: [], availability: null, hidden: null },
  ];
  await shelf.setOverlay({ base: "0123456789abcdef", sequence: 7, full: true, rows, items: [{ id: "lamp", price: 5 }] });
  const [laid] = core.laid;
  assert.deepEqual([laid.base, laid.sequence, laid.full], ["0123456789abcdef", 7, 1]);
  assert.deepEqual(laid.rows, [
    [1 | 32 | 64, [0, 256, 0xfffffffe], [1290, 2, 0], [990, 0xfffffffe, 1]],
    [7 | 16 | 32, [512, 513], [], []],
    [4 | 8 | 64, [768], [], []],
    [7, [], [], []],
  ]);
  assert.deepEqual(laid.items, [["lamp", 7 | 32, "5", ""]]);
  const wrong = [
    { places: [1.5] }, { places: ["1"] }, { places: [NaN] }, { places: [null] }, { places: [2 ** 32] }, { places: [-1] }, { places: [0xffffffff] }, { places: "1" }, { places: null }, {}, null, 5,
    { places: [1], price_minor: 5 }, { places: [1], price_minor: ["5"] }, { places: [1], price_minor: [null] }, { places: [1], price_minor: [""] },
    { places: [1], price_minor: [0.5] }, { places: [1], price_minor: [Infinity] }, { places: [1], price_minor: [-1] }, { places: [1], price_minor: [0xffffffff] }, { places: [1], price_minor: [1n] }, { places: [1], price_minor: [[5]] }, { places: [1], price_minor: new Array(1) },
    { places: [1], sale_price_minor: [true] }, { places: [1], sale_price_minor: "5" }, { places: [1], availability: "in stock" }, { places: [1], availability: 1 },
    { places: [1], hidden: 1 }, { places: [1], hidden: "true" }, { places: [1, 2], price_minor: [] }, { places: [1, 2], price_minor: [3] }, { places: [], sale_price_minor: [3] },
  ];
  for (const one of wrong) await shelf.setOverlay({ base: "0123456789abcdef", sequence: 8, rows: [...rows, one], items: [] });
  for (const none of [{}, "rows", 1]) await shelf.setOverlay({ base: "0123456789abcdef", sequence: 8, rows: none });
  await pass(0);
  assert.deepEqual([core.laid.length, shelf.overlayVersion, shelf.diagnostics().bad_overlay], [1, 7, wrong.length + 3]);
  assert.ok(told.length > 0 && told.every((code) => code === "bad_overlay"));
});

test("places without the pack that they are of are refused, and JSON in bytes is JSON", async () => {
  const { shelf, cores: [core], told, pass } = await ready();
  await shelf.setOverlay({ sequence: 9, rows: [{ places: [0], price_minor: [5] }] });
  await pass(0);
  assert.deepEqual([told, core.laid], [["bad_overlay"], undefined]);
  await shelf.setOverlay(new TextEncoder().encode(JSON.stringify({ base: "0123456789abcdef", rows: [{ places: [0], price_minor: [5] }] })));
  assert.deepEqual(core.laid[0].rows, [[7 | 32, [0], [5], []]]);
  await shelf.setOverlay(new TextEncoder().encode("{ rows"));
  assert.equal(shelf.diagnostics().bad_overlay, 2);
});

test("lists and products are asked for again after an overlay, and the page is told", async () => {
  const { shelf, cores: [core], changes, pass } = await ready();
  shelf.recommend();
  assert.equal(core.seen("PRODUCTS"), 1);
  await pass(0);
  const before = changes();
  shelf.setOverlay(file({ outcome: 2, sequence: 1, expires: NOW + MINUTE }));
  shelf.recommend();
  assert.equal(core.seen("PRODUCTS"), 2);
  await pass(0);
  assert.equal(changes(), before + 1);
  shelf.setOverlay(null);
  assert.equal(core.files.at(-1).bytes.length, 0);
  assert.equal(shelf.overlayVersion, null);
});

test("an address is fetched with the pack, and again when nine tenths of its time are over", async () => {
  const at = (minutes, n) => file({ outcome: 2, sequence: n, expires: NOW + minutes * MINUTE });
  const { shelf, asked, pass } = await ready({ overlay: "o", served: [at(10, 1), at(19, 2)] });
  assert.deepEqual([asked, shelf.overlayVersion], [[0], 1]);
  await pass(9 * MINUTE - 1);
  assert.equal(asked.length, 1);
  await pass(1);
  assert.deepEqual([asked, shelf.overlayVersion], [[0, 9 * MINUTE], 2]);
  await pass(9 * MINUTE);
  assert.equal(asked.length, 3);
  shelf.dispose();
  await pass(100 * MINUTE);
  assert.equal(asked.length, 3, "nothing is fetched for a shelf that is gone");
});

test("overlayRefreshMs says how often, the JSON form is known by its brace", async () => {
  const json = new TextEncoder().encode(JSON.stringify({ sequence: 3, items: [{ id: "lamp", price: 5 }] }));
  const { shelf, asked, pass, cores } = await ready({ overlay: "o", overlayRefreshMs: 2000, served: [json] });
  assert.equal(shelf.overlayVersion, 3);
  assert.deepEqual(cores[0].laid[0].items, [["lamp", 7 | 32, "5", ""]]);
  await pass(2000);
  await pass(2000);
  assert.deepEqual(asked, [0, 2000, 4000]);
});

test("a failing fetch is told, tried again, and loses nothing", async () => {
  const { shelf, asked, told, pass } = await ready({ overlay: "o", served: [new Error("no network")] });
  await pass(0);
  assert.deepEqual([shelf.status, shelf.overlayVersion, told], ["ready", null, ["overlay_missing"]]);
  for (let i = 0; i < 3; i++) await pass(30_000);
  assert.deepEqual(asked, [0, 30_000, 60_000, 90_000]);
  assert.equal(shelf.diagnostics().overlay_missing, 4);
});

test("broken JSON and a refusal are told and change nothing", async () => {
  const { shelf, told, pass } = await ready({ overlay: "o", served: [new TextEncoder().encode("{ items")] });
  await pass(0);
  assert.deepEqual(told, ["bad_overlay"]);
  shelf.setOverlay(file({ outcome: 2, sequence: 5, expires: NOW + MINUTE }));
  shelf.setOverlay(file({ refused: "overlay_misfit" }));
  await pass(0);
  assert.deepEqual([told, shelf.overlayVersion], [["bad_overlay", "overlay_misfit"], 5]);
});

test("an engine that starts again gets what was applied since the last full one", async () => {
  const trapOn = (name, core) => name === "WHY" && core.calls.length > 0;
  const { shelf, cores, pass } = await ready({ core: (n) => (n === 0 ? { trapOn } : {}) });
  const outcomes = [[1, 1], [2, 2], [1, 3], [0, 3]].map(([outcome, sequence]) => file({ outcome, sequence, expires: NOW + MINUTE }));
  outcomes.forEach((bytes) => shelf.setOverlay(bytes));
  assert.equal(cores[0].files.length, 4);
  shelf.why(shelf.recommend().servedId, "lamp");
  await pass(0);
  assert.equal(shelf.status, "ready");
  assert.deepEqual(cores[1].files.map((f) => f.bytes), [outcomes[1], outcomes[2]]);
  assert.equal(shelf.overlayVersion, 3);
});

test("an overlay that comes before the engine waits for it", async () => {
  const { shelf, cores } = await ready({ overlay: { issued: NOW - 5, items: [{ id: "lamp", price: 5 }] } });
  assert.deepEqual(cores[0].laid.map((l) => [l.issued, l.market, l.items.length]), [[NOW - 5, "cn", 1]]);
  assert.equal(shelf.overlayVersion, 1);
});

test("the page is told when an overlay becomes stale", async () => {
  const { shelf, changes, pass } = await ready();
  shelf.setOverlay(file({ outcome: 2, sequence: 1, expires: NOW + MINUTE }));
  await pass(0);
  const before = changes();
  await pass(MINUTE - 1);
  assert.equal(changes(), before);
  await pass(1);
  assert.equal(changes(), before + 1);
});

test("what is no overlay is the caller's mistake", async () => {
  const { shelf, told, pass } = await ready();
  await shelf.setOverlay(5);
  await shelf.setOverlay();
  await pass(0);
  assert.deepEqual(told, ["bad_argument", "bad_argument"]);
  assert.equal(shelf.overlayVersion, null);
});
