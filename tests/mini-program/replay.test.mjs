// One engine, two builds: the same requests give the same bytes, and both give what the golden file says.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { Writer } from "../../pkg-template/src/codec.js";
import { shelfMaker } from "../../pkg-template/src/create.js";
import * as op from "../../pkg-template/src/protocol.js";
import { golden, replay } from "../golden/replay.mjs";
import { miniProgram, root } from "./support/host.mjs";
import { wholeCore } from "./support/whole.mjs";

const files = [golden(), golden("slots.json"), golden("limits.json"), golden("cold-start.json"), golden("prices.json"), golden("curves.json"), golden("seasons.json"), golden("portrait.json"), golden("insights.json"), golden("rules.json"), golden("declared.json"), golden("care.json")];
const [{ cases, pack }] = files;
const web = join(root, "target", "package", "web");
const { makeGlue } = await import(pathToFileURL(join(web, "glue.js")).href);
const webModule = new WebAssembly.Module(readFileSync(join(web, "nearshelf.wasm")));
const webParts = ["offers", "insight", "verify", "report", "invite"].map((name) => new WebAssembly.Module(readFileSync(join(web, name + ".wasm"))));

async function webCore() {
  const glue = makeGlue();
  await glue.start(webModule);
  for (const part of webParts) await glue.grow(part);
  return new glue.Core();
}

/** A core that asks both builds and holds one answer against the other. */
async function both(seen) {
  const [one, other] = [await webCore(), await wholeCore()];
  return {
    call(number, request) {
      const sent = request.slice();
      const answer = one.call(number, request);
      assert.deepEqual(request, sent, "the request is only read");
      assert.ok(Buffer.from(answer).equals(Buffer.from(other.call(number, sent))), `call ${number} after ${seen.length} others`);
      seen.push([number, sent, answer]);
      return answer;
    },
  };
}

test("the web files compared here are those of the package", () => {
  assert.deepEqual(readFileSync(join(web, "nearshelf.wasm")), readFileSync(join(root, "pkg", "nearshelf.wasm")));
  for (const name of ["offers", "insight", "verify", "report", "invite"]) assert.deepEqual(readFileSync(join(web, name + ".wasm")), readFileSync(join(root, "pkg", `nearshelf-${name}.wasm`)));
});

test("the web build gives what the golden file says", async () => {
  const { createShelf } = await import(pathToFileURL(join(root, "pkg", "node.js")).href);
  assert.ok(cases.length > 0);
  for (const { cases, pack } of files) for (const one of cases) compare(one, await replay(createShelf, one, pack));
});

test("the mini-program build gives what the golden file says", async () => {
  for (const { cases, pack } of files) for (const one of cases) compare(one, await replay(miniProgram().exports.createShelf, one, pack, { offers: true, insight: true }));
});

function compare({ name, steps }, answers) {
  assert.equal(answers.length, steps.length);
  for (const [i, step] of steps.entries()) {
    assert.ok("expect" in step, `${name}, step ${i} has no expectation`);
    // Text first: what a fresh realm made is never strictly equal to what this one made.
    assert.deepEqual(JSON.parse(JSON.stringify(answers[i])), step.expect, `${name}, step ${i}: ${step.call}`);
  }
}

test("the comparison does notice a difference", async () => {
  const { createShelf } = await import(pathToFileURL(join(root, "pkg", "node.js")).href);
  const one = structuredClone(cases.find((c) => c.steps.some((s) => s.call === "recommend")));
  const answers = await replay(createShelf, one, pack);
  one.steps.find((s) => s.call === "recommend").expect.items[0][3] += 1;
  assert.throws(() => compare(one, answers), assert.AssertionError);
});

test("both builds answer the golden replays with the same bytes", async () => {
  const seen = [];
  for (const one of cases) {
    const createShelf = shelfMaker({ address: () => "", pack: () => pack, core: async () => () => both(seen) });
    await replay(createShelf, one, pack);
  }
  assert.ok(seen.length > 40, seen.length + " calls");
  const calls = new Set(seen.map(([number]) => number));
  for (const number of [op.OPEN, op.CLOSE, op.TRACK, op.RECOMMEND, op.RANK, op.WHY, op.WHY_NOT, op.PRODUCTS, op.PORTRAIT, op.FIND]) {
    assert.ok(calls.has(number), "no call " + number);
  }
});

test("both builds answer broken requests with the same bytes, and neither traps", async () => {
  const recorded = [];
  for (const one of cases) {
    const createShelf = shelfMaker({ address: () => "", pack: () => pack, core: async () => () => both(recorded) });
    await replay(createShelf, one, pack);
  }
  let seed = 7;
  const next = (below) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const seen = [];
  const core = await both(seen);
  const open = recorded.find(([number]) => number === op.OPEN)[1];
  assert.equal(core.call(op.OPEN, open.slice())[0], 0);
  const small = recorded.filter(([number]) => number !== op.OPEN && number !== op.CLOSE);
  for (let i = 0; i < 3000; i++) {
    const [number, request] = small[next(small.length)];
    const bytes = request.slice(0, next(4) ? request.length : next(request.length + 1));
    bytes.set([1, 0, 0, 0].slice(0, bytes.length));
    for (let n = next(4); n > 0 && bytes.length > 4; n--) bytes[4 + next(bytes.length - 4)] = next(256);
    const other = next(25);
    // A shelf that is closed answers nothing but that.
    core.call(next(10) || other === op.CLOSE ? number : other, bytes);
  }
  const refused = seen.filter(([, , answer]) => answer[0] === 1).length;
  assert.ok(refused > 300 && refused < seen.length - 300, `${refused} of ${seen.length} refused`);
});

test("memory that grows under a call is no obstacle", async () => {
  const seen = [];
  const core = await both(seen);
  const handles = [];
  for (let i = 0; i < 40; i++) {
    const w = new Writer(pack.length + 256, pack.length + 1024);
    w.f64(0);
    w.str("");
    w.str("");
    for (let n = 0; n < 4; n++) w.tri(null);
    w.bytes(pack);
    const answer = core.call(op.OPEN, w.written());
    assert.equal(answer[0], 0);
    handles.push(answer[1]);
  }
  assert.equal(new Set(handles).size, 40, "each shelf has a handle of its own");
});
