// The cart of the demo page in Chromium: what it adds up to, coupons and codes, reasons, every kind of offer, access.

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

/** Offers come and go, so the clock stands. */
const at = "2026-11-25T12:00:00+08:00";
const run = scenarios(() => browser, () => files);
const scenario = (name, options, steps) => run(name, { at, ...options }, steps);

/** Puts units of variants into the cart through the panel's own way in. */
async function put(tab, ...ids) {
  await tab.evaluate((ids) => {
    const { page, shelf } = globalThis.nearshelfDemo;
    for (const id of ids) page.addToCart(shelf.product(id), id);
  }, ids);
  await settled(tab);
}

const payable = (tab) => tab.locator("#cart .payable").evaluate((row) => Number(row.dataset.payable));
const step = (tab, word, id) => tab.locator(`[data-part="${word}-${id}"]`);
const coupon = (tab, id) => tab.locator(`[data-part="coupon-${id}"]`);
const applied = (tab) => tab.locator("#cart .sums [data-offer]").evaluateAll((rows) => rows.map((row) => row.dataset.offer));
/** Sets a fact about the customer, as the shopper would. */
const fact = async (tab, name) => {
  await tab.locator(`[data-part="fact-${name}"]`).click();
  await settled(tab);
};

scenario("what is shown adds up to what is to pay, in the data and in print", {}, async (tab) => {
  await put(tab, "30004", "40003-250", "20010", "20010", "20010");
  await fact(tab, "points");
  const bill = await tab.locator("#cart").evaluate((cart) => {
    const money = (text) => Math.round(Number(text.replace("−", "-").replace(/[^\d.-]/g, "")) * 100);
    const rows = [...cart.querySelectorAll(".sums [data-sum]")].map((row) => ({ sum: Number(row.dataset.sum), shown: row.querySelector("dd").textContent }));
    return {
      rows: rows.map(({ sum, shown }) => [sum, /\d/.test(shown) ? money(shown) : 0]),
      payable: [Number(cart.querySelector(".payable").dataset.payable), money(cart.querySelector(".payable dd").textContent)],
      saved: money(cart.querySelector(".saved dd").textContent),
      lines: [...cart.querySelectorAll(".lines [data-line] .amount")].map((amount) => money(amount.lastChild.textContent)),
    };
  });
  assert.ok(bill.rows.length >= 5, "a cart with offers");
  for (const [sum, shown] of bill.rows) assert.equal(shown, sum);
  assert.equal(bill.payable[0], bill.payable[1]);
  assert.equal(bill.rows.reduce((total, [sum]) => total + sum, 0), bill.payable[0]);
  const delivery = 1000;
  assert.equal(bill.saved, bill.rows[0][0] + delivery - bill.payable[0]);
  // Delivery is free from ¥99 on, so the lines are all there is to pay.
  assert.equal(bill.lines.reduce((total, amount) => total + amount, 0), bill.payable[0]);
});

scenario("quantities step up and down, and the last one takes the line away", {}, async (tab) => {
  assert.ok(await tab.locator("#cart .nothing-yet").isVisible());
  assert.equal(await tab.locator("#cart-count").isVisible(), false);
  await tab.locator("[data-part=fill]").click();
  await settled(tab);
  assert.equal(await tab.locator("#cart [data-line]").count(), 3);
  assert.match(await tab.locator("#cart-count").textContent(), /^3/);
  const id = await tab.locator("#cart [data-line]").first().getAttribute("data-line");
  const before = await tab.locator(".sums [data-sum]").first().getAttribute("data-sum");
  await step(tab, "oneMore", id).click();
  await settled(tab);
  assert.equal(await tab.locator(`[data-line="${id}"] .units b`).textContent(), "2");
  assert.ok(Number(await tab.locator(".sums [data-sum]").first().getAttribute("data-sum")) > Number(before));
  await step(tab, "oneLess", id).click();
  await settled(tab);
  await step(tab, "oneLess", id).click();
  await settled(tab);
  assert.equal(await tab.locator(`[data-line="${id}"]`).count(), 0);
  assert.match(await tab.locator("#cart-count").textContent(), /^2/);
  assert.ok(await tab.evaluate(() => document.activeElement.matches("#cart .step")), "focus goes to what is left");
});

scenario("coupons: the wallet's, toggled they change what is to pay, the best are the best", {}, async (tab) => {
  await put(tab, "20010", "20010");
  // Until the wallet has come, all coupons there are stand here.
  await tab.locator(".coupon.gone").waitFor();
  const held = await tab.locator("#cart [data-coupon]").evaluateAll((all) => all.map((li) => li.dataset.coupon));
  assert.equal(held.length, 7, held.join());
  assert.ok(!held.includes("cn-coupon-back"), "a coupon that is over is not held");
  assert.ok(await tab.locator(".coupon.gone").isVisible());

  const without = await payable(tab);
  await coupon(tab, "cn-coupon-20").click();
  await settled(tab);
  assert.equal(await coupon(tab, "cn-coupon-20").getAttribute("aria-pressed"), "true");
  const twenty = await payable(tab);
  assert.ok(twenty <= without - 1500, `${without} → ${twenty}`);
  assert.ok((await applied(tab)).includes("cn-coupon-20"));
  await coupon(tab, "cn-coupon-20").click();
  await settled(tab);
  assert.equal(await payable(tab), without, "and back");

  await tab.locator("[data-part=best]").click();
  await settled(tab);
  const best = await payable(tab);
  assert.ok(best < twenty);
  assert.equal(await coupon(tab, "cn-coupon-shipping").getAttribute("aria-pressed"), "false", "delivery is free already: that coupon is kept");
  assert.ok(await tab.locator("[data-part=best]").isDisabled());
  for (const id of held) {
    await coupon(tab, id).click();
    await settled(tab);
    assert.ok(await payable(tab) >= best, `${id} does not beat the best`);
    await coupon(tab, id).click();
    await settled(tab);
  }
  // Each market has its own; the language changes nothing.
  await tab.locator("#switch-language").selectOption("zh-CN");
  await settled(tab);
  assert.equal(await payable(tab), best);
  await tab.locator("#switch-market").selectOption("us");
  await settled(tab);
  assert.deepEqual(await tab.locator("#cart [data-coupon]").evaluateAll((all) => all.map((li) => li.dataset.coupon)), ["us-coupon-5"]);
  assert.match(await tab.locator("#cart .payable").textContent(), /\$/);
});

scenario("a typed code: known, unknown, over", {}, async (tab) => {
  await put(tab, "20010", "20010");
  const without = await payable(tab);
  const enter = async (code) => {
    await tab.locator("#code").fill(code);
    await tab.keyboard.press("Enter");
    await settled(tab);
    return tab.locator("#code-answer").textContent();
  };
  assert.match(await enter("nonsense"), /No offer has the code nonsense/);
  assert.equal(await tab.locator("#code").inputValue(), "nonsense", "what was typed can be mended");
  assert.match(await enter("WELCOMEBACK"), /over/);
  assert.equal(await payable(tab), without);
  assert.match(await enter(" tenoff "), /10% off/);
  assert.ok(await payable(tab) < without);
  assert.equal(await tab.evaluate(() => document.activeElement.id), "code");
});

scenario("offers that do not apply name their reason; those within reach say what is missing", {}, async (tab) => {
  await put(tab, "20010");
  await tab.locator("#cart summary").click();
  const list = await tab.locator("#cart .refused > div").evaluateAll((groups) => groups.map((group) => ({
    reason: group.querySelector("dt").textContent, offers: [...group.querySelectorAll("li")].map((li) => li.dataset.reason),
  })));
  assert.ok(list.length >= 6);
  for (const { reason, offers } of list) {
    assert.match(reason, /^[a-z][a-z ]+$/, "a reason in words");
    assert.equal(new Set(offers).size, 1);
  }
  const said = Number((await tab.locator("#cart summary").textContent()).match(/\d+/)[0]);
  assert.equal(list.reduce((sum, { offers }) => sum + offers.length, 0), said);
  const near = tab.locator("#cart .near [data-refused=cn-every-300-40]");
  assert.match(await near.textContent(), /¥131\.00 to go/);
  await put(tab, "20010");
  assert.match(await tab.locator("#cart [data-offer=cn-every-300-40]").textContent(), /−¥40\.00/);
  assert.ok(await tab.locator("#cart details").evaluate((details) => details.open), "it stays open");
});

/** For each kind of offer: what to put into the cart, which facts to set, and the offer that then applies. */
const kinds = [
  ["percent", null, [], null],
  ["nth", null, [], null],
  ["bxgy", ["20015", "20015", "20015"], [], "cn-masks-3-for-2"],
  ["bundle", ["30004", "40003-250"], [], "cn-set-pour-over"],
  ["unit_price", ["40301"], ["group"], "cn-group-of-five"],
  ["tiers", null, [], null],
  ["fixed", ["20010"], ["first"], "cn-welcome"],
  ["every", ["20010", "20010"], [], "cn-every-300-40"],
  ["gift", ["20010"], ["birthday"], "cn-birthday-gift"],
  ["points", ["20010"], ["points"], "cn-points-silver"],
  ["shipping", ["20010"], [], "cn-shipping-99"],
];
/** Categories whose cheapest products reach the offers that are about a whole category. */
const scopes = { percent: ["Books & stationery", 3], nth: ["Fashion > Loungewear", 2], tiers: ["Food > Snacks", 3] };

scenario("every kind of offer can be reached by playing", {}, async (tab) => {
  const all = await tab.evaluate(() => globalThis.nearshelfDemo.shelf.offers().map(({ id, kind }) => [id, kind]));
  assert.deepEqual([...new Set(all.map(([, kind]) => kind))].sort(), kinds.map(([kind]) => kind).sort());
  const kindOf = new Map(all);
  for (const [kind, ids, facts, offer] of kinds) {
    const chosen = scopes[kind] ? await tab.evaluate(([category, n]) => globalThis.nearshelfDemo.shelf.browse({ category, limit: 60 }).products
      .flatMap(({ variants }) => variants.filter(({ availability }) => availability === "in_stock").slice(0, 1)).slice(0, n).map(({ id }) => id), scopes[kind]) : ids;
    await put(tab, ...chosen);
    for (const name of facts) await fact(tab, name);
    const now = await applied(tab);
    assert.ok(offer ? now.includes(offer) : now.some((id) => kindOf.get(id) === kind), `${kind}: ${now.join()}`);
    for (const name of facts) await fact(tab, name);
    for (const id of chosen) {
      await step(tab, "oneLess", id).click();
      await settled(tab);
    }
    assert.equal(await tab.locator("#cart [data-line]").count(), 0, kind);
  }
});

scenario("the member level opens other offers, and gifts stand among the lines", {}, async (tab) => {
  await put(tab, "20010", "20010", "20010");
  assert.equal(await tab.locator("#tier").inputValue(), "silver", "the wallet's");
  assert.equal(await tab.locator("#cart [data-gift]").count(), 1);
  const silver = await payable(tab);
  await tab.locator("#tier").selectOption("gold");
  await settled(tab);
  assert.ok((await applied(tab)).includes("cn-trial-serum"));
  assert.ok(await payable(tab) < silver);
});

scenario("from the shelf to the cheapest cart with the keyboard alone", {}, async (tab) => {
  const until = async (wanted, key = "Tab") => {
    for (let i = 0; i < 200; i++) {
      await tab.keyboard.press(key);
      const now = await tab.evaluate(() => {
        const element = document.activeElement;
        return { part: element.dataset.part ?? "", id: element.id, outline: getComputedStyle(element).outlineStyle, inCart: element.closest("#cart") !== null };
      });
      if (now.inCart) assert.notEqual(now.outline, "none", `focus is visible on ${now.part || now.id}`);
      if (wanted(now)) return now;
    }
    throw new Error("the keyboard does not get there");
  };
  await until(({ part }) => part === "fill");
  await tab.keyboard.press("Enter");
  await settled(tab);
  const first = await tab.evaluate(() => document.activeElement.dataset.part);
  assert.match(first, /^oneLess-/, "focus is on the first line");
  await until(({ part }) => part.startsWith("oneMore-"));
  await tab.keyboard.press("Enter");
  await settled(tab);
  assert.match(await tab.evaluate(() => document.activeElement.dataset.part), /^oneMore-/, "focus stays");
  const before = await payable(tab);
  await until(({ part }) => part === "refused");
  await tab.keyboard.press("Enter");
  await until(({ part }) => part === "best");
  await tab.keyboard.press("Enter");
  await settled(tab);
  assert.ok(await payable(tab) < before);
  await until(({ part }) => part.startsWith("coupon-"));
  await tab.keyboard.press("Space");
  await settled(tab);
  await until(({ id }) => id === "code");
  await tab.keyboard.type("live8");
  await tab.keyboard.press("Enter");
  await settled(tab);
  await until(({ part }) => part === "fact-birthday");
  await tab.keyboard.press("Space");
  await settled(tab);
  assert.ok((await applied(tab)).includes("cn-birthday-gift"));
});

for (const [width, dark, locale] of [[1280, false, "en-US"], [1280, true, "zh-CN"], [360, true, "en-US"], [360, false, "zh-CN"]]) {
  scenario(`axe finds nothing, and nothing is too wide (${width} px, ${dark ? "dark" : "light"}, ${locale})`, { width, dark, locale }, async (tab) => {
    assert.deepEqual(await violations(tab), []);
    await put(tab, "30004", "40003-250", "20010", "20010", "20010", "70101-M");
    await tab.locator("[data-part=best]").click();
    await tab.locator("#cart summary").click();
    await settled(tab);
    assert.equal(await overflow(tab), 0);
    assert.deepEqual(await violations(tab), []);
    const text = await tab.locator("#cart").innerText();
    assert.doesNotMatch(text, /undefined|null|NaN|\[object|\{\w+\}/);
    if (locale === "zh-CN") assert.doesNotMatch(text, /[a-z]{4,}/, "all of it is Chinese");
  });
}
