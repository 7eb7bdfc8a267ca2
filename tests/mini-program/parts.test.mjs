// The mini-program's wasm in files: when the parts are loaded, and what a program without one of them still does.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { samplePack } from "../packaging/support/sample-pack.mjs";
import { miniProgram, root } from "./support/host.mjs";

const plain = new Uint8Array(readFileSync(join(root, "tests", "compat", "pack-v1.pack")));
const sample = new Uint8Array(readFileSync(samplePack()));
const AT = "/miniprogram_npm/nearshelf/nearshelf";
const [CORE, OFFERS, INSIGHT] = ["", "-offers", "-insight"].map((part) => `${AT}${part}.wasm.br`);
const NOW = Date.UTC(2026, 10, 22, 4);

/** Runs `script` inside the realm over `shelf`, with `told` and helpers; answers what it resolves to, the diagnostics and the wasm paths. */
async function visit(wishes, options, script) {
  const program = miniProgram(wishes);
  const { pack = sample, ...rest } = options;
  const answer = await program.run(`
    options = JSON.parse(options);
    options.pack = bytes;
    var now = ${NOW}, told = [];
    options.now = function () { return now; };
    var wait = function (ms) { return new Promise(function (resolve) { setTimeout(resolve, ms || 0); }); };
    return nearshelf.createShelf(options).then(function (shelf) {
      shelf.on("diagnostic", function (d) { told.push(d.code + ": " + d.message); });
      var cart = function () { return { lines: shelf.browse({ limit: 3 }).products.map(function (p, i) { return { item_id: p.id, quantity: i + 1 }; }) }; };
      return wait().then(function () { return (function () { ${script} })(); }).then(function (result) {
        var status = shelf.status;
        shelf.dispose();
        return JSON.stringify({ result: result, told: told, status: status });
      });
    });`, { options: JSON.stringify({ market: "cn", consent: { personalize: true }, ...rest }), bytes: pack });
  return { ...JSON.parse(answer), paths: program.paths };
}

/** The same cart in Node. */
async function expected() {
  const { createShelf } = await import(pathToFileURL(join(root, "pkg", "node.js")).href);
  const shelf = await createShelf({ pack: sample, market: "cn", now: () => NOW });
  const quote = shelf.quote({ lines: shelf.browse({ limit: 3 }).products.map((p, i) => ({ item_id: p.id, quantity: i + 1 })) });
  shelf.dispose();
  assert.equal(quote.lines.length, 3);
  return quote;
}

test("a program loads the parts that its pack asks for, on each platform, and quotes what Node quotes", async () => {
  const quote = await expected();
  for (const vendor of ["wx", "my", "tt"]) {
    const { result, told, paths } = await visit({ vendor }, {}, "return { quote: shelf.quote(cart()), tags: shelf.tags().length, matches: shelf.matches({ a: 1 }, { a: 1 }) };");
    assert.deepEqual([paths, told], [[CORE, OFFERS, INSIGHT], []], "the sample has offers and a rule");
    assert.deepEqual([result.quote, result.matches], [quote, true]);
  }
  const without = await visit({}, { pack: plain, market: undefined }, "return shelf.recommend({ limit: 3 }).items.length;");
  assert.deepEqual([without.paths, without.result, without.told], [[CORE], 3, []]);
});

test("where only the plain core is taken the parts are the plain ones; a path of one's own has its parts beside it", async () => {
  const old = await visit({ refuse: /\.br$/ }, {}, "return shelf.quote(cart()).payable;");
  assert.deepEqual([old.paths, old.told], [[CORE, ...[CORE, OFFERS, INSIGHT].map((path) => path.slice(0, -3))], []]);
  assert.ok(old.result > 0);
  const file = (name) => readFileSync(join(root, "pkg", "mini-program", name));
  const files = { "/a/core.wasm": file("nearshelf.wasm"), "/a/core-offers.wasm": file("nearshelf-offers.wasm"), "/b/why.wasm.br": file("nearshelf-insight.wasm.br") };
  const own = await visit({ files }, { wasm: "/a/core.wasm", insightWasm: "/b/why.wasm.br" }, "return shelf.quote(cart()).payable;");
  assert.deepEqual([own.paths, own.told, own.result], [Object.keys(files), [], old.result]);
  const standard = await visit({ wasm: "standard" }, {}, "return shelf.quote(cart()).payable;");
  assert.deepEqual([standard.told, standard.result], [[], old.result]);
});

test("a part that comes late answers from then on, and is loaded once", async () => {
  const { result, paths, told } = await visit({ slow: (path) => (path === OFFERS ? 60 : 0) }, { offers: false, insight: false }, `
    var changes = 0;
    var early = [shelf.quote(cart()), shelf.quote(cart()), shelf.coupons({ cart: cart() }), shelf.offers(), shelf.recommend({ limit: 3 }).items.length];
    shelf.on("change", function () { changes++; });
    return wait(500).then(function () { return { early: early, changes: changes, payable: shelf.quote(cart()).payable, offers: shelf.offers().length }; });`);
  assert.deepEqual([result.early, told], [[null, null, [], [], 3], []]);
  assert.ok(result.changes > 0 && result.payable > 0 && result.offers > 5);
  assert.deepEqual(paths, [CORE, OFFERS]);
});

test("a program may leave a part out: its calls answer as without it, and one diagnostic names the file", async () => {
  for (const [path, script, answers] of [
    [OFFERS, "return [shelf.quote(cart()), shelf.coupons({ cart: cart() }), shelf.offers()];", [null, [], []]],
    [INSIGHT, "return [shelf.insights().insights || [], shelf.tags(), shelf.declare({ size: 'L' })];", null],
  ]) {
    const { result, told, paths, status } = await visit({ refuse: new RegExp(path) }, {}, `
      var ask = function () { ${script} };
      var first = ask();
      now += 3600000;
      var second = ask();
      return wait(60).then(function () { return { first: first, second: second, shelf: shelf.recommend({ limit: 4 }).items }; });`);
    if (answers) assert.deepEqual([result.first, result.second], [answers, answers]);
    else assert.deepEqual(result.first, result.second);
    assert.deepEqual([told.length, result.shelf.length, status], [1, 4, "ready"]);
    assert.ok(told[0].startsWith(`wasm_missing: ${path}: `), told[0]);
    assert.equal(paths.filter((asked) => asked === path).length, 1, "what is not in the code package is asked for once");
  }
});

test("after a trap the fresh instance has its parts again", async () => {
  let started = 0;
  const trap = (name, count) => {
    if (name === "nearshelf_abi") started++;
    return name === "nearshelf_call" && started === 1 && count === 4;
  };
  const { result, told, paths, status } = await visit({ trap }, {}, `
    var all = [];
    for (var i = 0; i < 4; i++) all.push(shelf.quote(cart()));
    return wait(400).then(function () { return { lost: all.filter(function (q) { return q === null; }).length, payable: shelf.quote(cart()).payable }; });`);
  assert.equal(started, 2);
  assert.ok(result.lost > 0);
  assert.equal(result.payable, (await expected()).payable);
  assert.match(told.join(), /^engine_restarted: /);
  assert.equal(told.length, 1);
  assert.deepEqual(paths, [CORE, OFFERS, INSIGHT, CORE, OFFERS, INSIGHT]);
});

test("a part of another build is told as one that is missing, and nothing else is lost", async () => {
  const other = readFileSync(join(root, "pkg", "nearshelf-offers.wasm"));
  const { result, told } = await visit({ files: { "/other.wasm": other } }, { offersWasm: "/other.wasm" }, "return [shelf.quote(cart()), shelf.recommend({ limit: 3 }).items.length];");
  assert.deepEqual(result, [null, 3]);
  assert.match(told.join(), /^wasm_missing: \/other\.wasm: /);
});
