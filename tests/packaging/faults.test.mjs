// What may fail around a shelf, with the real core and the sample shop's pack: nothing reaches the page, no report is made with bad randomness, and nothing else is lost.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { secret, storageOver } from "./support/memory.mjs";
import { packBytes } from "./support/project.mjs";
import { realVisit } from "./support/real.mjs";
import { schemaOf } from "./support/report-schema.mjs";
import { ALL, DAY, NOW, hex, open } from "./support/reporting.mjs";
import { withSection } from "./support/small-pack.mjs";

const SLOTS = ["nearshelf/harbour-lane/anonymous/0", "nearshelf/harbour-lane/anonymous/1"];
const LEDGER = "nearshelf/harbour-lane/ledger";

/** What a page would see in its console. */
const escaped = [];
for (const event of ["uncaughtException", "unhandledRejection"]) {
  const note = (error) => escaped.push(String(error));
  process.on(event, note);
  after(() => process.off(event, note));
}

/** The sample shop, which asks for a report. */
const pack = withSection(packBytes(), "REPT", 1, schemaOf(["Food", "Beauty", "Home"], "k_rr").bytes);

async function visit(storage, wishes = {}) {
  const v = await open(storage, { by: realVisit, pack, ...wishes });
  await v.settled();
  return v;
}
let told = 0;
const look = (v, n) => v.shelf.track("view_item", { event_id: "e" + ++told, items: [{ item_id: v.shelf.browse({ limit: n + 1 }).products[n].id }] });

/** A shelf that works: it ranks, quotes, and takes in what is told. */
function works(v, about) {
  const before = v.shelf.portrait().events;
  assert.equal(v.shelf.status, "ready", about);
  assert.equal(look(v, 9).accepted, 1, about);
  assert.equal(v.shelf.portrait().events, before + 1, about);
  assert.ok(v.shelf.recommend({ limit: 5 }).items.length === 5, about);
}

/** What a first visit of three events leaves. */
async function lived(at = NOW) {
  const kept = new Map();
  const v = await visit(storageOver(kept), { at });
  for (let i = 0; i < 3; i++) look(v, i);
  await v.end();
  assert.ok(SLOTS.some((name) => kept.has(name)));
  return kept;
}

/** Randomness as it should not be. */
const BAD_RANDOMNESS = {
  "throws at once": () => { throw new Error("no source"); },
  "rejects": () => Promise.reject(new Error("no source")),
  "throws when it is asked": () => () => { throw new Error("no source"); },
  "is dry": () => () => null,
  "is dry for a report": () => (n) => (n === 296 ? null : secret.entropy()(n)),
  "gives too few bytes": () => (n) => new Uint8Array(n >> 1),
  "gives zeros": () => (n) => new Uint8Array(n),
  "is stuck at one value": () => (n) => new Uint8Array(n).fill(0xa7),
  "gives no bytes but a text": () => () => "entropy",
};

test("with good randomness there is a report", async () => {
  const v = await visit(storageOver(new Map()));
  assert.equal((await v.report()).sent, true);
  await v.end();
});

for (const [name, entropy] of Object.entries(BAD_RANDOMNESS)) {
  test(`randomness that ${name}: no report, and the shelf works`, async () => {
    const kept = new Map();
    const v = await visit(storageOver(kept), { memory: { entropy } });
    works(v, name);
    const { bytes, sent } = await v.report();
    assert.deepEqual([bytes, sent, v.sent], [null, false, []]);
    assert.equal(kept.has(LEDGER), false, "nothing is spent");
    v.hide();
    await v.end();
    assert.deepEqual([v.sent, escaped], [[], []]);
  });
}

test("a quota that is reached at any write, in the middle of it too: the visit before is there, or this one", async () => {
  const whole = await lived();
  for (let at = 0; at < 8; at++) {
    for (const torn of [false, true]) {
      const kept = new Map(whole);
      let writes = 0;
      const before = async (method, name, bytes) => {
        if (method !== "set" || writes++ < at) return;
        if (torn) kept.set(name, bytes.slice(0, bytes.length >> 1));
        throw new DOMException("full", "QuotaExceededError");
      };
      const v = await visit(storageOver(kept, { before }));
      works(v, `write ${at}`);
      await v.report();
      v.hide();
      await v.end();
      const next = await visit(storageOver(kept));
      assert.ok([3, 4].includes(next.shelf.portrait().events), `write ${at}: ${next.shelf.portrait().events} events`);
      works(next, `write ${at}`);
      await next.end();
    }
  }
  assert.deepEqual(escaped, []);
});

test("a thousand corrupted blobs: the other slot, or a clean start where that is corrupted too, and never another portrait", async () => {
  const whole = await lived();
  const second = await visit(storageOver(whole), { at: NOW + 1000 });
  look(second, 5);
  await second.end();
  assert.ok(SLOTS.every((name) => whole.has(name)));
  const order = (name) => Buffer.from(whole.get(name)).readDoubleLE(0);
  const [newer, older] = SLOTS.slice().sort((a, b) => order(b) - order(a));
  let state = 7;
  const random = (n) => (state = Math.imul(state, 1664525) + 1013904223 >>> 0, Math.floor(state / 2 ** 32 * n));
  /** Behind the number that orders the slots, since that alone is no part of the portrait. */
  const corrupted = (sound, way) => {
    if (way === 0) return sound.map((byte, i) => byte ^ (i === 8 + (state >>> 3) % (sound.length - 8) ? 1 << (state & 7) : 0));
    if (way === 1) return sound.slice(0, random(sound.length));
    return way === 2 ? Uint8Array.from({ length: random(500) }, () => random(256)) : Uint8Array.of(...sound, random(256));
  };
  for (let i = 0; i < 1000; i++) {
    const kept = new Map(whole);
    const both = i >= 500;
    random(2);
    kept.set(newer, corrupted(whole.get(newer), i % 4));
    if (both) kept.set(older, corrupted(whole.get(older), (i >> 2) % 4));
    const v = await visit(storageOver(kept), { at: NOW + 2000, consent: { store: true, personalize: true } });
    assert.equal(v.shelf.portrait().events, both ? 0 : 3, String(i));
    // Random bytes in the place of the number that orders the slots may say that what is there is too old to be kept.
    const ancient = both && (i % 4 === 2 || (i >> 2) % 4 === 2) && v.told.length === 0;
    assert.deepEqual(v.told, both && !ancient ? ["memory_unreadable"] : [], String(i));
    v.shelf.dispose();
  }
  assert.deepEqual(escaped, []);
});

test("a clock that goes back thirty days: no report and no loss, and it goes on where the clock does", async () => {
  const kept = await lived();
  const first = await visit(storageOver(kept));
  const made = await first.report();
  assert.ok(made.bytes);
  await first.end();
  const back = await visit(storageOver(kept), { at: NOW - 30 * DAY });
  assert.equal(back.shelf.portrait().events, 3);
  works(back, "thirty days before");
  const { reason, sent } = await back.report();
  assert.deepEqual([reason, sent, back.sent], ["clock_went_back", false, []]);
  await back.end();
  const again = await visit(storageOver(kept));
  assert.deepEqual([again.shelf.portrait().events, hex((await again.report()).bytes)], [4, hex(made.bytes)]);
  await again.end();
  assert.deepEqual(escaped, []);
});

test("two tabs at once: one answer of the week, and the events of both", async () => {
  const kept = await lived();
  const both = [await visit(storageOver(kept)), await visit(storageOver(kept))];
  both.forEach((v, i) => look(v, 4 + i));
  for (const v of both) {
    await new Promise((done) => setTimeout(done, 1100));
    await v.settled();
  }
  const answers = [];
  for (const v of both) answers.push(hex((await v.report()).bytes));
  assert.equal(answers[0], answers[1]);
  for (const v of both) await v.end();
  const next = await visit(storageOver(kept));
  assert.equal(next.shelf.portrait().events, 5);
  await next.end();
  assert.deepEqual(escaped, []);
});

test("a storage that is absent, read-only, silent or nonsense: the shelf works, and says so once", async (t) => {
  const broken = {
    absent: { memory: { storage: () => { throw new Error("absent"); } } },
    "read-only": { storage: storageOver(await lived(), { before: (method) => { if (method !== "get" && method !== "keys") throw new Error("read-only"); } }) },
    nonsense: { storage: { get: async () => 7, set: async () => "done", remove: async () => null, keys: async () => ({}) } },
    forgetful: { storage: { get: async () => null, set: async () => {}, remove: async () => {}, keys: async () => [] } },
  };
  for (const [name, { storage, memory }] of Object.entries(broken)) {
    await t.test(name, async () => {
      const v = await visit(storage, { memory, consent: ALL });
      works(v, name);
      const { bytes, sent } = await v.report();
      assert.deepEqual([bytes, sent, v.sent], [null, false, []], "what cannot be kept is not sent");
      v.hide();
      await v.end();
      assert.ok(v.told.length > 0 && new Set(v.told).size === v.told.length, String(v.told));
    });
  }
  assert.deepEqual(escaped, []);
});
