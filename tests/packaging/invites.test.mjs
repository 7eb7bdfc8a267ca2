// Invite and share tokens: the golden file through the package and both builds' wasm, and what a shelf keeps of landings.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { miniProgram } from "../mini-program/support/host.mjs";
import { Writer } from "../../pkg-template/src/codec.js";
import { storageOver } from "./support/memory.mjs";
import { packBytes, pkg, root } from "./support/project.mjs";
import { realVisit } from "./support/real.mjs";
import { keyOf, signed } from "./support/signed.mjs";
import { withSection } from "./support/small-pack.mjs";

const { NearshelfError, invites, tokens } = await import(pathToFileURL(join(pkg, "invites-node.js")).href);
const { createShelf } = await import(pathToFileURL(join(pkg, "node.js")).href);
const { membership } = await import(pathToFileURL(join(pkg, "membership-node.js")).href);
const { createShelf: mini } = miniProgram().exports;
const miniInvites = createRequire(import.meta.url)(join(pkg, "mini-program", "invites.js")).invites;

const golden = JSON.parse(readFileSync(join(root, "tests/golden/invites.json"), "utf8"));
const sample = JSON.parse(readFileSync(join(root, "www-demo/shop/invites.json"), "utf8"));
const frozen = new Uint8Array(readFileSync(join(root, "tests/compat/invites-v1.section")));
const NOW = 1_790_000_000_000;
const DAY = 86_400_000;
const YES = { store: true, personalize: true };
const keyFile = `secret = ${"01".repeat(32)}`;
const desk = tokens({ invites: sample, shop: "harbour-lane", zone: 480, key: keyFile, now: () => NOW });
const pack = withSection(packBytes(), "INVT", 3, frozen);
const keys = golden.keys;

/** The section of a file, written after the manual and not by the code under test. */
function sectionOf(file) {
  const rules = new Writer(), w = new Writer();
  rules.u8(1);
  rules.u8(file.programmes.length);
  file.programmes.forEach((p, i) => {
    // The key of the id stands in the frozen section.
    const at = 4 + 2 + 20 * sample.programmes.findIndex((known) => known.id === p.id);
    for (let b = 0; b < 4; b++) rules.u8(frozen[at + b]);
    rules.u8(["invite", "share", "group_buy"].indexOf(p.kind));
    rules.u8(["landing", "order", "delivered"].indexOf(p.after));
    rules.u8(p.touch === "last" ? 1 : 0);
    rules.u8(p.new_customers ? 1 : 0);
    for (const n of [p.window_days, p.token_days]) {
      rules.u8(n & 255);
      rules.u8(n >> 8);
    }
    rules.f64(p.until ? Date.parse(p.until) : NaN);
  });
  w.bytes(rules.written());
  w.list(["en", "zh-CN"], (l) => w.str(l));
  w.list(file.programmes, (p) => {
    const { friend = {}, inviter = {} } = p;
    [p.id, p.name, p.name_zh, p.offer, friend.task, friend.offer, inviter.task, inviter.offer].forEach((t) => w.str(t || ""));
    w.list(p.limits || [], (l) => {
      w.u32(["", "day", "month", "year", "lifetime"].indexOf(l.per));
      w.u32(l.count);
    });
  });
  return w.written().slice();
}

test("the frozen section is what the manual says of the sample", () => {
  assert.deepEqual(sectionOf(sample), frozen);
});

for (const [name, make, module] of [["Node", createShelf, invites], ["a mini-program", mini, miniInvites]]) {
  test(`devices answer the golden file: ${name}`, async () => {
    assert.ok(golden.landings.length > 25);
    for (const { name, steps, keys = golden.keys, invites: file = sample } of golden.landings) {
      let now = NOW;
      const given = { pack: signed(withSection(packBytes(), "INVT", 3, sectionOf(file)), { issued: NOW - DAY }), keys: keys.length ? keys : undefined, now: () => now, consent: { personalize: true } };
      const shelf = await make(given);
      assert.equal(shelf.status, "ready", name);
      const friends = await module(shelf);
      for (const step of steps) {
        now = step.now;
        const done = step.do === "land" ? await friends.land(step.token, { newCustomer: !step.customer }) : step.do === "own" ? await friends.own(step.token) : await friends[step.do](step.order);
        if (step.do === "own") assert.equal(done, step.expect === "known", name);
        else if (step.do === "land") assert.equal([done.status, done.why].filter(Boolean).join(" "), step.expect, `${name}: ${JSON.stringify(step)}`);
        // Landing asks for what a landing earns, so a page that asks again hears that it is known.
        else {
          const told = step.expect.map((e) => e.replace("share-a-find earned", "share-a-find known")).filter((e) => step.do === "landings" || e !== "share-a-find known");
          assert.deepEqual(done.map((c) => `${c.programme.id} ${c.status}`), told, `${name}: ${JSON.stringify(step)}`);
        }
      }
      shelf.dispose();
    }
  });
}

test("servers answer the golden file", () => {
  assert.ok(golden.settlements.length > 14);
  const required = createRequire(import.meta.url)(join(pkg, "invites-node.cjs")).tokens;
  for (const make of [tokens, required]) {
    const desk = make({ invites: JSON.stringify(sample), shop: golden.shop, zone: golden.zone, keys: golden.keys });
    for (const { name, calls } of golden.settlements) {
      let history = [];
      for (const { now, claims, expect } of calls) {
        const done = desk.settle({ claims, history, now });
        assert.deepEqual(done.decisions.map((d) => [d.status, d.why, d.inviter && d.inviter.why].filter(Boolean).join(" ")), expect, name);
        ({ history } = done);
      }
    }
  }
});

test("what Node signs is what the engine signs, and a link may hold it", async () => {
  const { token, inviter, expires } = desk.issue({ programme: "share-a-find", about: { product: "10080" }, channel: "wechat", inviter: "0102030405060708", nonce: "0909090909090909" });
  assert.equal(token.length, 150);
  assert.deepEqual([inviter, expires], ["0102030405060708", NOW - (NOW % 60000) + 30 * DAY]);
  const bytes = Buffer.from(token, "base64url");
  const { sign } = await import("node:crypto");
  const own = sign(null, Buffer.concat([Buffer.from("nearshelf invite 1\0harbour-lane\0"), bytes.subarray(0, -64)]), keyOf(1).secret);
  assert.deepEqual(bytes.subarray(-64), own);
  assert.deepEqual([bytes.length, bytes[0], bytes.subarray(1, 5).toString("hex"), bytes.subarray(9, 17).toString("hex")], [112, 1, keys[0].slice(0, 8), inviter]);
  assert.deepEqual(desk.check(token).token, {
    programme: "share-a-find", inviter, issued: NOW - (NOW % 60000), expires, nonce: "0909090909090909", about: { product: "10080" }, channel: "wechat", chain: [],
  });
  assert.equal(desk.check(token, { now: expires }).why, "expired");
  assert.notEqual(desk.issue({ programme: "bring-a-friend" }).token, desk.issue({ programme: "bring-a-friend" }).token, "drawn anew");
  assert.match(desk.handle("s", "bring-a-friend", "ann"), /^[0-9a-f]{16}$/);
  assert.notEqual(desk.handle("s", "bring-a-friend", "ann"), desk.handle("s", "share-a-find", "ann"));
});

test("what a server cannot read is told", () => {
  const refused = (ask, words) => assert.throws(ask, (e) => e instanceof NearshelfError && e.code === "bad_invites" && words.test(e.message) && e.fix.length > 0);
  refused(() => tokens({ invites: {}, shop: "s", keys }).check("x"), /schema/);
  refused(() => tokens({ invites: sample, keys }).check("x"), /shop has to be/);
  refused(() => tokens({ invites: sample, shop: "s" }).check("x"), /keys has to be/);
  refused(() => desk.issue({ programme: "none" }), /"none"/);
  refused(() => desk.settle({ claims: [], history: [{}] }), /history\[0\]/);
  assert.deepEqual(desk.settle({ claims: [null, 7, "x", [], {}] }).decisions.map((d) => d.why), Array(5).fill("bad_claim"));
});

const friend = desk.issue({ programme: "bring-a-friend", inviter: "0101010101010101", channel: "wechat" }).token;
const group = desk.issue({ programme: "three-together", about: { group: "g-7" } }).token;
const open = (options) => createShelf({ pack: signed(pack, { issued: NOW - DAY }), keys, market: "cn", now: () => NOW, consent: YES, ...options });

test("an address, a query, and words in two languages", async () => {
  for (const where of [friend, "https://shop.example/p/1?a=b&invite=" + friend + "#top", new URL("https://shop.example/?invite=" + friend), { invite: friend, scene: "1" }]) {
    const landing = await (await invites(await open())).land(where);
    assert.equal(landing.status, "landed");
    assert.deepEqual([landing.channel, landing.about, landing.group, landing.until, landing.claims], ["wechat", null, null, NOW + 30 * DAY, []]);
    assert.deepEqual(landing.friend, { task: null, offer: "cn-welcome", entry: null });
  }
  for (const [language, name, text] of [["en", "Bring a friend", "This link is not complete."], ["zh-CN", "邀请好友", "链接不完整。"]]) {
    const friends = await invites(await open({ language }));
    assert.equal(friends.programmes()[0].name, name);
    for (const odd of [null, undefined, 7, {}, [], "", "?invite=", () => {}]) assert.deepEqual(await friends.land(odd), { status: "refused", why: "bad_token", text, group: null });
  }
  assert.deepEqual((await invites(await open())).programmes()[0], {
    id: "bring-a-friend", name: "Bring a friend", kind: "invite", after: "delivered", touch: "first", newCustomers: true, windowDays: 30, tokenDays: 90, until: null,
    offer: null, friend: { task: null, offer: "cn-welcome" }, inviter: { task: "invite-a-friend", offer: "cn-coupon-friend" }, limits: [{ per: "day", count: 3 }, { per: "year", count: 10 }],
  });
});

test("every refusal of a device has its words and its type", () => {
  const rust = readFileSync(join(root, "src/invite/mod.rs"), "utf8");
  const codes = Array.from(rust.matchAll(/^ {12}Why::\w+ => "(\w+)",$/gm), ([, code]) => code);
  const words = Array.from(readFileSync(join(root, "pkg-template/src/invites.js"), "utf8").matchAll(/^ {2}\["(\w+)", "([^"]+)", "([^"]+)"\],$/gm));
  assert.deepEqual(words.map(([, code]) => code), [...codes.slice(0, 10), "unavailable"]);
  assert.ok( words.every(([, , en, zh]) => /\.$/.test(en) && /。$/.test(zh)));
  const types = readFileSync(join(root, "pkg-template/types/invites.d.ts"), "utf8");
  codes.forEach((code) => assert.ok(types.includes(`"${code}"`), code));
});

test("a group opens while its token is good, and nothing opens after", async () => {
  let now = NOW;
  const friends = await invites(await open({ now: () => now }));
  assert.deepEqual((await friends.land(group)).group, { offer: "cn-group-of-three", id: "g-7" });
  now += DAY;
  assert.deepEqual((await (await invites(await open({ now: () => now }))).land(group)).group, null);
});

test("the visit's channel is the token's, else the programme's kind", async () => {
  for (const [token, channel] of [[friend, "wechat"], [group, "other"]]) {
    const shelf = await open();
    await (await invites(shelf)).land(token);
    const channels = shelf.portrait().channels.map((c) => c.key);
    // The frozen pack lists no channels but its defaults; what is not among them counts as other.
    assert.deepEqual(channels, channels.includes(channel) ? [channel] : ["other"]);
    assert.equal(channels.length, 1);
  }
});

test("the friend's task goes into the ledger once", async () => {
  const file = structuredClone(sample);
  file.programmes[0].friend = { task: "complete-profile" };
  const loyalty = new Uint8Array(readFileSync(join(root, "tests/compat/loyalty-v1.section")));
  const shelf = await open({ pack: signed(withSection(withSection(packBytes(), "INVT", 3, sectionOf(file)), "LOYL", 4, loyalty), { issued: NOW - DAY }) });
  const member = await membership(shelf);
  const friends = await invites(shelf, { member });
  await friends.land(friend);
  assert.equal(member.state().growth, 0);
  const [claim] = await friends.delivered("A");
  assert.deepEqual(claim.friend.entry, { type: "task", task: "complete-profile", subject: "bring-a-friend:from:0101010101010101", id: "invite:bring-a-friend:from:0101010101010101" });
  assert.deepEqual([claim.status, claim.event, claim.order, claim.token, claim.landed, claim.at], ["earned", "delivered", "A", friend, NOW, NOW]);
  assert.equal(member.state().growth, 30);
  assert.equal((await friends.delivered("A"))[0].status, "known");
  assert.equal(member.state().growth, 30);
  // The server's own words agree.
  const own = tokens({ invites: file, shop: "harbour-lane", zone: 480, key: keyFile });
  const claims = [{ token: claim.token, friend: "0202020202020202", landed: claim.landed, at: claim.at, event: claim.event, orders_before: 0 }];
  const { entry } = own.settle({ claims, now: NOW }).decisions[0].friend;
  assert.deepEqual({ type: entry.type, task: entry.task, subject: entry.subject, id: entry.id }, claim.friend.entry);
});

test("landings are kept, sealed, with consent only, and go with the portrait", async () => {
  const options = { pack: signed(pack, { issued: NOW - DAY }), keys, now: () => NOW };
  const kept = new Map();
  const one = await realVisit(storageOver(kept), { ...options, consent: YES });
  assert.equal((await (await invites(one.shelf)).land(friend)).status, "landed");
  await one.end();
  const two = await realVisit(storageOver(kept), { ...options, consent: YES });
  const friends = await invites(two.shelf);
  assert.equal((await friends.land(friend)).status, "known");
  assert.ok(![...kept.values()].some((bytes) => Buffer.from(bytes).includes(friend)), "sealed");
  two.shelf.forget();
  assert.deepEqual(await friends.landings(), []);
  await two.end();
  for (const consent of [{ store: null, personalize: null }, { store: true, personalize: null }, { store: null, personalize: true }, { store: false, personalize: false }]) {
    const kept = new Map();
    const one = await realVisit(storageOver(kept), { ...options, consent });
    const friends = await invites(one.shelf);
    assert.equal((await friends.land(friend)).status, "landed");
    assert.equal((await friends.land(friend)).status, "known", "for this visit");
    await one.end();
    assert.ok(![...kept.keys()].some((name) => /\/[01]$/.test(name)), JSON.stringify(consent));
    const two = await realVisit(storageOver(kept), { ...options, consent });
    assert.deepEqual(await (await invites(two.shelf)).landings(), []);
    await two.end();
  }
});

test("an account takes over all landings of the visitor, and the next visitor sees none", async () => {
  const kept = new Map();
  const options = { pack: signed(pack, { issued: NOW - DAY }), keys, consent: YES };
  const one = await realVisit(storageOver(kept), { ...options, now: () => NOW });
  await (await invites(one.shelf)).land(friend);
  await one.end();
  // Three days later, in another visit.
  const two = await realVisit(storageOver(kept), { ...options, now: () => NOW + 3 * DAY });
  const friends = await invites(two.shelf);
  await two.shelf.identify("ann");
  assert.deepEqual((await friends.landings()).map((l) => [l.programme.id, l.landed]), [["bring-a-friend", NOW]]);
  await two.shelf.signOut();
  assert.deepEqual(await friends.landings(), []);
  await two.shelf.identify("ann");
  assert.equal((await friends.delivered("A")).length, 1);
  await two.end();
});

test("where there is nothing to ask nothing throws", async () => {
  assert.equal(await invites(await open({ pack: signed(packBytes(), { issued: NOW - DAY }) })), null, "no programmes");
  assert.equal(await invites(null), null);
  assert.equal(await invites({}), null);
  const broken = withSection(packBytes(), "INVT", 3, new Uint8Array([3, 0, 0, 0, 9, 9, 9]));
  const friends = await invites(await open({ pack: signed(broken, { issued: NOW - DAY }) }));
  assert.equal((await friends.land(friend)).status, "refused");
  assert.deepEqual(await friends.order("A"), []);
  const shelf = await open();
  const some = await invites(shelf);
  for (const odd of [null, undefined, "", {}, [], NaN === NaN]) assert.deepEqual(await some.order(odd), []);
  shelf.dispose();
  assert.deepEqual(await some.land(friend), { status: "refused", why: "unavailable", text: "This link cannot be checked now.", group: null });
});
