// The packed mini-program build and private reports: what each platform is asked to send, and what its storage keeps.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { reportLine } from "../../pkg-template/src/report-line.js";
import { schemaOf } from "../packaging/support/report-schema.mjs";
import { withSection } from "../packaging/support/small-pack.mjs";
import { miniProgram, root } from "./support/host.mjs";

const NOW = 1_790_000_000_000;
const WEEK = 7 * 86_400_000;
const LEDGER = "nearshelf/harbour-lane/ledger";
const plain = new Uint8Array(readFileSync(join(root, "tests", "compat", "pack-v1.pack")));
const { bytes: schema, json } = schemaOf(["One", "Two", "Three"], "k_rr");
const pack = withSection(plain, "REPT", 1, schema);
const VENDORS = [["wx", "platform"], ["my", "standard"], ["tt", "standard"]];

/** A visit that may report, and what it posted. `script` runs inside the realm over `shelf`. */
async function visit({ status = 204, at = NOW, ...wishes } = {}, script = "leave(); return wait(60);", options = {}) {
  const posts = [];
  const post = (given) => (posts.push(given), status);
  const program = miniProgram({ ...wishes, post });
  const answer = await program.run(`
    options = JSON.parse(options);
    options.pack = bytes;
    options.now = function () { return now; };
    var wait = function (ms) { return new Promise(function (resolve) { setTimeout(resolve, ms); }); };
    return nearshelf.createShelf(options).then(function (shelf) {
      var told = [];
      shelf.on("diagnostic", function (d) { told.push(d.code); });
      var report = function (send) { return shelf.report({ send: send !== false }).then(function (r) {
        return { reason: r.reason, bytes: r.bytes && Array.from(r.bytes), sent: r.sent };
      }); };
      return wait(1).then(function () { return (function () { ${script} })(); }).then(function (result) {
        shelf.dispose();
        return wait(60).then(function () { return JSON.stringify({ result: result, told: told }); });
      });
    });`, {
    options: JSON.stringify({ consent: { store: true, personalize: true, report: true }, reports: "https://shop.test/take", ...options }),
    bytes: pack, now: at, leave: program.hide,
  });
  return { ...JSON.parse(answer), posts, bodies: posts.map((p) => Buffer.from(p.data).toString("hex")), used: program.used };
}

const isBuffer = (value) => Object.prototype.toString.call(value) === "[object ArrayBuffer]";

test("leaving the app posts the bytes once a week, in each platform's words", async () => {
  for (const [vendor, random] of VENDORS) {
    const storage = new Map();
    const one = await visit({ vendor, random, storage });
    assert.deepEqual([one.posts.length, one.told], [1, []], vendor);
    const { url, method, data, dataType } = one.posts[0];
    const headers = one.posts[0][vendor === "my" ? "headers" : "header"];
    assert.deepEqual([url, method, isBuffer(data), dataType, { ...headers }],
      ["https://shop.test/take", "POST", true, "text", { "content-type": "application/octet-stream" }], vendor);
    const line = JSON.parse(reportLine(new Uint8Array(Buffer.from(one.bodies[0], "hex"))));
    assert.deepEqual([line.schema, line.epoch, line.mechanism], [json.version, "2026-W39", "k_rr"]);
    const two = await visit({ vendor, random, storage, at: NOW + 86_400_000 }, "leave(); return wait(60).then(function () { return report(); });");
    assert.deepEqual([two.posts.length, Buffer.from(two.result.bytes).toString("hex"), two.result.sent], [0, one.bodies[0], true]);
    const next = await visit({ vendor, random, storage, at: NOW + WEEK });
    assert.equal(next.posts.length, 1);
    assert.notEqual(next.bodies[0].slice(24, 56), one.bodies[0].slice(24, 56), "another id");
  }
});

test("what is not taken is told once and posted again, the same bytes", async () => {
  for (const [vendor, random] of VENDORS) {
    const storage = new Map();
    for (const status of [500, 404, 302]) {
      const { posts, told, result } = await visit({ vendor, random, storage, status }, "leave(); return wait(40).then(function () { return report(); });");
      assert.deepEqual([posts.length, told, result.sent], [2, ["report_unsent"], false], vendor);
    }
    const { bodies: again, result } = await visit({ vendor, random, storage, status: 200 }, "return report();");
    assert.equal(result.sent, true);
    assert.deepEqual(again, [Buffer.from(result.bytes).toString("hex")]);
  }
});

test("two shelves of one program give one answer", async () => {
  const { posts, told, result } = await visit({}, `
    return nearshelf.createShelf(options).then(function (other) {
      leave();
      return Promise.all([report(), other.report({ send: true }).then(function (r) { return { reason: r.reason, bytes: Array.from(r.bytes), sent: r.sent }; })]);
    });`);
  assert.deepEqual([posts.length, told], [1, []]);
  assert.deepEqual(result[0], result[1]);
});

test("a failing storage posts nothing; a ledger that was damaged counts as spent", async () => {
  for (const [vendor, random] of VENDORS) {
    let full = false;
    const broken = (call) => (full && call === "setStorage" ? { errMsg: "setStorage:fail disk is full" } : null);
    const storage = new Map();
    await visit({ vendor, random, storage }, "return 0;");
    full = true;
    const failed = await visit({ vendor, random, storage, broken }, "leave(); return wait(400);");
    assert.deepEqual([failed.posts, failed.told], [[], ["report_failed"]], vendor);
    for (const value of ['"%%%"', '""', "7", "null", '"AAAA"', "{}"]) {
      const damaged = new Map([...storage, [LEDGER, value]]);
      const { result, posts, told } = await visit({ vendor, random, storage: damaged }, "leave(); return report();");
      assert.deepEqual([result.reason, posts, told], ["epoch_spent", [], []], vendor + value);
    }
  }
});

test("a withdrawal leaves the mark alone, and buys nothing", async () => {
  for (const [vendor, random] of VENDORS) {
    const storage = new Map();
    const { result, posts, told } = await visit({ vendor, random, storage }, `
      return report().then(function () {
        shelf.setConsent({ store: false });
        return wait(60);
      }).then(function () { return report(); });`);
    assert.deepEqual([result.reason, posts.length, told], ["consent", 1, []], vendor);
    assert.deepEqual([...storage.keys()], [LEDGER]);
    assert.equal(Buffer.from(JSON.parse(storage.get(LEDGER)), "base64").length, 15);
    const again = await visit({ vendor, random, storage }, "return report();");
    assert.deepEqual([again.result.reason, again.posts.length], ["epoch_spent", 0]);
  }
});

test("without consent nothing is posted, and without randomness nothing is made", async () => {
  for (const consent of [{}, { report: true }, { store: true, personalize: true }, { report: true, store: false }]) {
    const { result, posts, used } = await visit({}, "leave(); return report();", { consent });
    assert.deepEqual([result.reason, posts, used.includes("request")], ["consent", [], false]);
  }
  for (const [vendor] of VENDORS) {
    const { result, posts } = await visit({ vendor, random: "none" }, "leave(); return report();");
    assert.deepEqual([result.reason, posts], ["unavailable", []], vendor);
  }
});
