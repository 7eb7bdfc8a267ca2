// Membership, what is put forward, and what is worth adding, on the demo page in Chromium.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { launch, overflow, requirePackage, scenarios, settled, shopFiles, violations } from "./bench.mjs";

let browser;
let files;

before(async () => {
  requirePackage();
  files = shopFiles();
  browser = await launch();
});

after(() => browser?.close());

/** Birthdays, limits and offers go by the day, so the clock stands. */
const at = "2026-11-25T12:00:00+08:00";
const run = scenarios(() => browser, () => files);
const scenario = (name, options, steps) => run(name, { at, ...options }, steps);

const put = async (tab, ...ids) => {
  await tab.evaluate((ids) => ids.forEach((id) => globalThis.nearshelfDemo.page.addToCart(globalThis.nearshelfDemo.shelf.product(id), id)), ids);
  await settled(tab);
};
const press = async (tab, part) => {
  await tab.locator(`[data-part="${part}"]`).click();
  await settled(tab);
};
const member = async (tab) => {
  await tab.locator("#member .member-level").waitFor();
  return tab.locator("#member").evaluate((place) => ({
    level: place.querySelector(".member-level").dataset.level,
    growth: Number(place.querySelector("[data-growth]").dataset.growth),
    points: Number(place.querySelector("[data-points]").dataset.points),
    benefits: [...place.querySelectorAll("[data-benefit]")].map((one) => one.dataset.benefit),
  }));
};
/** Agrees to the portrait and plays the first ready-made shopper. */
const play = async (tab) => {
  await tab.evaluate(() => globalThis.nearshelfDemo.shelf.setConsent({ personalize: true }));
  await settled(tab);
  await tab.evaluate(() => {
    const { page, shelf } = globalThis.nearshelfDemo;
    const items = page.mine.items.slice(0, 6);
    for (const { id } of items) shelf.track("view_item", { items: [{ item_id: id }] });
    shelf.track("add_to_cart", { items: [{ item_id: items[0].id }] });
    page.refresh();
  });
  await settled(tab);
};

scenario("orders, tasks and the birthday bring growth, and a level brings its benefits", {}, async (tab) => {
  const first = await member(tab);
  assert.deepEqual([first.level, first.growth, first.points], ["normal", 0, 0]);
  assert.ok(await tab.locator('[data-part="member-order"]').isDisabled(), "nothing is in the cart");

  await put(tab, "30004", "40003-250", "20010", "20010");
  const promised = await tab.evaluate(() => {
    const { page } = globalThis.nearshelfDemo;
    return { paid: page.toPay, next: page.member.nextPurchase(page.toPay) };
  });
  assert.ok(promised.paid > 0);
  await press(tab, "member-order");
  const ordered = await member(tab);
  assert.equal(ordered.growth, promised.next.growth, "what was said before");
  assert.equal(ordered.points, 0, "points wait until the goods can no longer come back");

  await press(tab, "member-birthday");
  assert.equal((await member(tab)).growth, ordered.growth + 100);
  assert.ok(await tab.locator('[data-part="member-birthday"]').isDisabled(), "once in a year");
  await press(tab, "member-task-complete-profile");
  assert.equal((await member(tab)).growth, ordered.growth + 130);
  assert.ok(await tab.locator('[data-part="member-task-complete-profile"]').isDisabled(), "once in a lifetime");

  for (let n = 0; n < 20 && (await member(tab)).level === "normal"; n++) await press(tab, "member-order");
  const silver = await member(tab);
  assert.equal(silver.level, "silver");
  assert.ok(silver.growth >= 800);
  assert.ok(silver.benefits.length > first.benefits.length && first.benefits.every((one) => silver.benefits.includes(one)), "benefits add up");
});

scenario("the till goes by the membership's level when asked to", {}, async (tab) => {
  await member(tab);
  await put(tab, "30004");
  await tab.evaluate(() => {
    const { page } = globalThis.nearshelfDemo;
    page.member.apply({ type: "adjust", id: "gold", growth: 5000 });
    page.refresh();
  });
  await settled(tab);
  await tab.locator("#tier").selectOption("normal");
  await settled(tab);
  const payable = () => tab.locator("#cart .payable").evaluate((row) => Number(row.dataset.payable));
  const normal = await payable();
  await tab.locator("#tier").selectOption("gold");
  await settled(tab);
  const gold = await payable();
  assert.ok(gold < normal, "gold members pay less for it");
  await tab.locator("#tier").selectOption("*");
  await settled(tab);
  assert.equal(await payable(), gold);
});

scenario("what is put forward says why, and is nobody's without consent", {}, async (tab) => {
  const shown = () => tab.locator("#forward [data-forward]").evaluateAll((rows) => rows.map((row) => ({ id: row.dataset.forward, says: row.querySelector(".says").textContent })));
  await settled(tab);
  const before = await shown();
  assert.ok(before.length > 0 && before.every(({ says }) => says === "for everybody"), JSON.stringify(before));
  await play(tab);
  await tab.waitForFunction(() => [...document.querySelectorAll("#forward .says")].some((one) => /because of/.test(one.textContent)));
  const personal = await shown();
  const expected = await tab.evaluate(() => globalThis.nearshelfDemo.shelf.promotions({ slot: "home", limit: 5 }).items.map(({ id }) => id));
  assert.deepEqual(personal.map(({ id }) => id), expected);
  assert.ok(personal.every(({ says }) => !/undefined/.test(says)), JSON.stringify(personal));
});

scenario("the page learns from what is taken and passed, and says what it thinks", {}, async (tab) => {
  const rows = () => tab.locator("#forward [data-forward]").evaluateAll((all) => all.map((row) => [row.dataset.forward, row.querySelector(".learnt")?.textContent ?? ""]));
  await settled(tab);
  assert.ok((await rows()).every(([, learnt]) => learnt === ""), "nothing is learnt before consent");
  await play(tab);
  await tab.waitForFunction(() => document.querySelector("#forward .learnt"));
  const rate = (id) => tab.evaluate((id) => globalThis.nearshelfDemo.shelf.promotions({ slot: "home", limit: 200 }).items.find((one) => one.id === id)?.rate, id);
  const [[id, learnt]] = (await rows()).filter(([, text]) => text !== "");
  assert.match(learnt, /chosen [\d.]+% of the time, it is thought · it stands here with [\d.]+%/);
  assert.doesNotMatch(learnt, /undefined|creative\./);
  const before = await rate(id);
  await tab.locator(`[data-part="take-${id}"]`).click();
  await settled(tab);
  const taken = await rate(id);
  assert.ok(taken > before, `${taken} after it was taken, ${before} before`);
  await tab.evaluate((id) => { for (let i = 0; i < 3; i++) globalThis.nearshelfDemo.shelf.track("view_promotion", { promotion_id: id, timestamp: Date.now() + 3000 * (i - 3) }); }, id);
  assert.ok(!(await rate(id)) || await rate(id) < taken, "and less after it was passed");
});

scenario("what the shop has to say comes with its occasion, and goes with the order", {}, async (tab) => {
  await play(tab);
  await tab.locator('[data-care="care:new"]').waitFor();
  const said = await tab.locator('[data-care="care:new"]').evaluate((row) => row.textContent);
  assert.match(said, /first order/i);
  assert.doesNotMatch(said, /undefined|null/);
  await tab.evaluate(() => {
    const { page, shelf } = globalThis.nearshelfDemo;
    shelf.track("purchase", { transaction_id: "A-1", items: [{ item_id: page.mine.items[0].id, price: 20, quantity: 1 }] });
    page.refresh();
  });
  await settled(tab);
  assert.equal(await tab.locator('[data-care="care:new"]').count(), 0);
});

scenario("what is worth adding costs what it says it adds", {}, async (tab) => {
  await put(tab, "30004", "20010");
  await tab.locator("#cart [data-addon]").first().waitFor();
  const before = await tab.evaluate(() => globalThis.nearshelfDemo.page.toPay);
  const delta = await tab.locator("#cart [data-addon]").first().evaluate((row) => Number(row.dataset.delta));
  await tab.locator("#cart [data-addon] button").first().click();
  await settled(tab);
  assert.equal(await tab.evaluate(() => globalThis.nearshelfDemo.page.toPay), before + delta);
});

for (const [name, options] of Object.entries({ "wide and light": {}, "narrow, dark, Chinese": { width: 390, dark: true, locale: "zh-CN" } })) {
  scenario(`the panels can be read and reached: ${name}`, options, async (tab) => {
    await member(tab);
    await play(tab);
    await put(tab, "30004", "20010");
    await tab.locator("#cart [data-addon]").first().waitFor();
    if (process.env.NEARSHELF_PICTURES) for (const id of ["member", "forward", "cart"]) await tab.locator(`#${id}`).screenshot({ path: `${process.env.NEARSHELF_PICTURES}/${id}-${name.replace(/\W+/g, "-")}.png` });
    assert.deepEqual(await violations(tab), []);
    assert.equal(await overflow(tab), 0);
  });
}
