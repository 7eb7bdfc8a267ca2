// Membership: the golden file through the package, and the ledger that a shelf keeps with the portrait.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { storageOver } from "./support/memory.mjs";
import { golden, runGolden } from "../golden/membership.mjs";
import { packBytes, pkg, root } from "./support/project.mjs";
import { realVisit } from "./support/real.mjs";
import { withSection } from "./support/small-pack.mjs";

const { NearshelfError, membership } = await import(pathToFileURL(join(pkg, "membership-node.js")).href);
const loyalty = JSON.parse(readFileSync(join(root, "www-demo/shop/loyalty.json"), "utf8"));
const section = readFileSync(join(root, "tests/compat/loyalty-v1.section"));
const NOW = Date.parse("2026-03-20T10:00:00+08:00");

test("the golden file holds, from a loyalty.json and from a section", async () => {
  assert.ok(golden.cases.length > 30);
  await runGolden((now) => membership({ program: loyalty, zone: golden.zone, now }));
  await runGolden((now) => membership({ program: section, now }));
  const { membership: required } = createRequire(import.meta.url)(join(pkg, "membership-node.cjs"));
  await runGolden((now) => required({ program: JSON.stringify(loyalty), zone: golden.zone, now }));
});

test("names and reasons in two languages", async () => {
  for (const [language, level, why] of [["en", "Silver", "You do not have enough points."], ["zh-CN", "银卡", "积分不足。"]]) {
    const member = await membership({ program: section, now: () => NOW, language });
    assert.deepEqual(member.apply({ type: "delivered", order: "A", paid: 90000 }), { status: "accepted" });
    assert.equal(member.state().level.name, level);
    assert.deepEqual(member.apply({ type: "spend", id: "s", points: 5000 }), { status: "refused", why: "not_enough_points", text: why });
    assert.deepEqual(member.program().levels.map((l) => l.growth), [0, 800, 3000, 9000]);
  }
});

test("every refusal has its words", () => {
  const rust = readFileSync(join(root, "src/member/apply.rs"), "utf8");
  const codes = Array.from(rust.matchAll(/^ {4}\w+ = (\d+), "(\w+)", "/gm), ([, n, code]) => [Number(n), code]);
  const words = Array.from(readFileSync(join(root, "pkg-template/src/membership.js"), "utf8").matchAll(/^ {2}\["(\w+)", "([^"]+)", "([^"]+)"\],$/gm));
  assert.deepEqual(words.map(([, code], i) => [i + 1, code]), codes);
  assert.ok(words.every(([, , en, zh]) => /\.$/.test(en) && /。$/.test(zh)));
  const types = readFileSync(join(root, "pkg-template/types/membership.d.ts"), "utf8");
  codes.forEach(([, code]) => assert.ok(types.includes(`"${code}"`), code));
});

test("what a server gets is told when it cannot be read", async () => {
  const refused = (store, code, words) => assert.rejects(membership(store), (e) => e instanceof NearshelfError && e.code === code && words.test(e.message + e.fix) && e.fix.length > 0);
  await refused({}, "bad_argument", /programme/);
  await refused({ program: loyalty }, "bad_argument", /zone/);
  await refused({ program: { ...loyalty, period_months: 99 }, zone: 480 }, "bad_loyalty", /period_months has to be a whole number from 1 to 24/);
  await refused({ program: section, ledger: new Uint8Array([1, 2, 3]) }, "bad_ledger", /reconcile/);
  const bad = Uint8Array.from(section);
  bad[4] = 9;
  await refused({ program: bad }, "bad_program", /LOYL/);
});

test("a ledger's bytes go on where they ended", async () => {
  const one = await membership({ program: section, now: () => NOW });
  one.apply([{ type: "delivered", order: "A", paid: 90000 }, { type: "birthday", birthday: "03-20" }]);
  const two = await membership({ program: section, now: () => NOW, ledger: one.ledger() });
  assert.deepEqual(two.state(), one.state());
  assert.deepEqual(two.customer(), { tier: "silver", points: 0, birthday: "03-20" });
  assert.ok(one.ledger().length < 200);
});

test("what is no entry is refused, and nothing throws", async () => {
  const member = await membership({ program: section, now: () => NOW });
  const odd = [null, 7, "paid", [], {}, { type: "fly" }, { type: "paid" }, { type: "paid", order: "A", paid: -1 }, { type: "paid", order: "A", paid: 1.5 },
    { type: "paid", order: "A", paid: "7" }, { type: "paid", order: "A", paid: 1e300 }, { type: "paid", order: {}, paid: 1 }, { type: "spend", id: "s", points: NaN },
    { type: "birthday", birthday: "2-3" }, { type: "active", at: "soon" }, { type: "active", at: Infinity }, { type: "adjust", id: "x", growth: 0.5 }];
  for (const outcome of member.apply(odd)) assert.equal(outcome.why, "bad_entry");
  assert.equal(member.state().entries, 0);
  assert.equal(member.nextPurchase(NaN), null);
  assert.equal(member.nextPurchase({ paid: 100, currency: "XXX" }), null);
  assert.equal(member.nextPurchase({ paid: 1000, currency: "USD" }).growth, 80);
});

const pack = withSection(packBytes(), "LOYL", 4, section);
const YES = { store: true, personalize: true };

test("a shelf keeps the ledger, sealed, for the next visit", async () => {
  const kept = new Map();
  const one = await realVisit(storageOver(kept), { pack, consent: YES });
  const member = await membership(one.shelf);
  member.apply({ type: "delivered", order: "A", paid: 90000 });
  assert.equal(member.state().level.id, "silver");
  await one.end();
  assert.ok([...kept.keys()].some((name) => name.includes("anonymous")));
  const two = await realVisit(storageOver(kept), { pack, consent: YES });
  assert.equal((await membership(two.shelf)).state().growth, 910);
  two.shelf.forget();
  assert.equal((await membership(two.shelf)).state().growth, 0, "forgotten with the portrait");
  await two.end();
});

test("without consent it lives as long as the page does", async () => {
  for (const consent of [{ store: null, personalize: null }, { store: true, personalize: null }, { store: null, personalize: true }]) {
    const kept = new Map();
    const storage = storageOver(kept);
    const one = await realVisit(storage, { pack, consent });
    const member = await membership(one.shelf);
    assert.deepEqual(member.apply({ type: "delivered", order: "A", paid: 90000 }), { status: "accepted" });
    one.shelf.setConsent({ report: false });
    assert.equal(member.state().growth, 910, "undecided takes nothing away");
    await one.end();
    assert.ok(![...kept.keys()].some((name) => /\/[01]$/.test(name)), JSON.stringify(consent));
    const two = await realVisit(storageOver(kept), { pack, consent });
    assert.equal((await membership(two.shelf)).state().growth, 0);
    two.shelf.setConsent({ personalize: false });
    await two.end();
  }
});

test("an account has a ledger of its own, and takes over what a visitor did", async () => {
  const kept = new Map();
  const one = await realVisit(storageOver(kept), { pack, consent: YES });
  const member = await membership(one.shelf);
  await one.shelf.identify("ann");
  member.apply({ type: "delivered", order: "A", paid: 90000 });
  await one.shelf.signOut();
  assert.equal(member.state().growth, 0, "nothing of her account");
  member.apply({ type: "task", task: "complete-profile", id: "p" });
  await one.shelf.identify("ann");
  assert.equal(member.state().growth, 940);
  assert.equal(member.state().growth, 940, "once");
  await one.shelf.signOut();
  await one.shelf.identify("bob");
  assert.equal(member.state().growth, 0);
  await one.end();
});

test("a pack without membership has none, and a shelf that is gone answers nothing", async () => {
  const bare = await realVisit(storageOver(new Map()), { consent: YES });
  assert.equal(await membership(bare.shelf), null);
  await bare.end();
  const gone = await realVisit(storageOver(new Map()), { pack, consent: YES });
  const member = await membership(gone.shelf);
  await gone.end();
  gone.shelf.dispose();
  assert.equal(member.state(), null);
  assert.deepEqual(member.customer(), { tier: "", points: 0 });
  assert.equal(member.apply([{ type: "active" }])[0].status, "refused");
});

test("a cart takes the member's facts", async () => {
  const v = await realVisit(storageOver(new Map()), { pack, consent: YES });
  const member = await membership(v.shelf);
  member.apply({ type: "delivered", order: "A", paid: 320000 });
  const product = v.shelf.browse({ limit: 1 }).products[0];
  const quote = v.shelf.quote({ lines: [{ item_id: product.id, quantity: 1 }], customer: member.customer() });
  assert.ok(quote && quote.payable > 0);
  await v.end();
});
