// The demo page in Chromium, with the real package and a real pack: consent, ranking, reasons, languages, access.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before } from "node:test";
import { allow, ids, launch, overflow, page as pageFolder, requirePackage, scenarios, settled, shopFiles, shopJson, violations } from "./bench.mjs";
import { POLICY } from "./server.mjs";

let browser;
let files;

before(async () => {
  requirePackage();
  files = shopFiles();
  browser = await launch();
});

after(() => browser?.close());

const scenario = scenarios(() => browser, () => files);
const touched = (tab) => tab.evaluate(() => [...globalThis.touchedStorage]);
/** Clicks a product of the catalogue as a shopper would, and closes its panel. */
const look = async (tab, id) => {
  await tab.locator(`.tile[data-id="${id}"]`).click();
  await tab.keyboard.press("Escape");
  await settled(tab);
};

scenario("undecided: both orders are equal, no storage is touched, only GETs to the own origin", {}, async (tab, view) => {
  assert.equal(await tab.locator("#engine").textContent(), "engine ready");
  const neutral = await ids(tab, "neutral");
  assert.equal(neutral.length, 12);
  assert.deepEqual(await ids(tab, "personal"), neutral);
  assert.ok(await tab.getByText("May this page learn from your clicks?").isVisible());
  assert.deepEqual(await tab.locator(".purpose input:checked").evaluateAll((all) => all.map((input) => input.value)), Array(4).fill("undecided"));

  // Clicks teach nothing before they are allowed to, and the page says so.
  await look(tab, await tab.locator(".tile").nth(7).getAttribute("data-id"));
  assert.match(await tab.locator("#say").textContent(), /not allowed/);
  assert.deepEqual(await ids(tab, "personal"), neutral);

  assert.deepEqual(await touched(tab), []);
  assert.deepEqual(await view.tab.context().cookies(), []);
  const kept = await tab.evaluate(async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, (await caches.keys()).length, document.cookie]);
  assert.deepEqual(kept, [0, 0, 0, 0, ""]);
});

scenario("allowed: clicks move the personal shelf, everyone's stays, and forgetting goes back", { motion: "no-preference" }, async (tab) => {
  const neutral = await ids(tab, "neutral");
  await allow(tab);
  assert.equal(await tab.locator(".ask").count(), 0);
  await tab.locator(".chip-row button", { hasText: "Pets" }).click();
  const pets = await tab.locator(".tile").evaluateAll((all) => all.map((tile) => tile.dataset.id));
  assert.ok(pets.length >= 6);
  for (const id of pets.slice(0, 3)) await look(tab, id);

  const personal = await ids(tab, "personal");
  assert.notDeepEqual(personal, neutral);
  assert.deepEqual(await ids(tab, "neutral"), neutral);
  assert.ok(personal.filter((id) => pets.includes(id)).length > neutral.filter((id) => pets.includes(id)).length, "more of what was looked at");
  assert.ok(await tab.locator(".mark-move").count() > 0);
  assert.match(await tab.locator("#portrait").textContent(), /Pets|Cats|Dogs/);
  assert.equal(await tab.locator(".trail li").count(), 3);

  await tab.locator("#forget").click();
  await settled(tab);
  assert.deepEqual(await ids(tab, "personal"), neutral);
  assert.match(await tab.locator("#portrait").textContent(), /Empty/);
  assert.deepEqual(await touched(tab), [], "nothing is kept without the consent to keep");
});

scenario("what is understood: a regular's stage, scores and loyalty, each with what it rests on; nothing without consent", {}, async (tab) => {
  assert.equal(await tab.locator("#understood").isVisible(), false);
  await allow(tab);
  await tab.locator('.people button[data-key="regular"]').click();
  await tab.waitForFunction(() => globalThis.nearshelfDemo.shelf.portrait().sessions >= 15 && document.querySelector("#understood .stages"));
  await settled(tab);
  const understood = tab.locator("#understood");
  assert.equal(await understood.locator(".stages [aria-current]").textContent(), "mature");
  assert.deepEqual(await understood.locator("summary .what").allTextContents(),
    ["Stage with this shop", "What this visit is for", "What is to be expected", "Recency, frequency, money", "Loyalty", "Needs, the strongest first"]);
  const insights = await tab.evaluate(() => globalThis.nearshelfDemo.shelf.insights());
  assert.equal(await understood.locator(".gauge b").textContent(), String(Math.round(insights.loyalty.value)));
  assert.equal(await understood.locator(".pips i.on").count(), insights.recency.score + insights.frequency.score + insights.monetary.score);

  // It opens by keyboard, stays open while the page is drawn anew, and says how many orders it rests on.
  await understood.locator("summary").first().press("Enter");
  await look(tab, await tab.locator(".tile").nth(3).getAttribute("data-id"));
  assert.match(await understood.locator("details[open] .evidence").textContent(), /orders× 14/);

  await tab.locator("#forget").click();
  await settled(tab);
  assert.equal(await understood.isVisible(), false);
});

scenario("every reason adds up to its score, in the tree and in print", {}, async (tab) => {
  await allow(tab);
  await tab.locator(".people button").nth(1).click();
  await tab.waitForFunction(() => globalThis.nearshelfDemo.shelf.portrait().events >= 6);
  await settled(tab);

  const sums = await tab.evaluate(() => {
    const { shelf, page } = globalThis.nearshelfDemo;
    const leaves = (node) => (node.children.length ? node.children.reduce((sum, child) => sum + leaves(child), 0) : node.value);
    return page.mine.items.map((item) => {
      const root = shelf.why(page.mine.servedId, item.id);
      return { id: item.id, score: item.score, root: root.value, leaves: leaves(root), parts: root.children.length };
    });
  });
  assert.equal(sums.length, 12);
  for (const { id, score, root, leaves } of sums) {
    assert.equal(root, score, id);
    assert.equal(leaves, score, id);
  }
  assert.ok(sums.some(({ parts }) => parts > 1));

  for (const place of [0, 3, 7]) {
    await tab.locator("[data-shelf=personal] .why").nth(place).click();
    const printed = await tab.locator(".tree").evaluate((tree) => {
      const value = (li) => Number(li.querySelector(":scope > .reason .reason-value").textContent.replace(/[^\d.-]/g, ""));
      const off = [];
      for (const li of tree.querySelectorAll("li")) {
        const children = [...li.querySelectorAll(":scope > ul > li")];
        if (children.length && Math.abs(children.reduce((sum, child) => sum + value(child), 0) - value(li)) > 1e-9) off.push(li.textContent);
      }
      const { sum, score } = tree.querySelector(".sum").dataset;
      return { off, sum, score };
    });
    assert.deepEqual(printed.off, []);
    assert.equal(printed.sum, printed.score);
    await tab.keyboard.press("Escape");
  }
});

scenario("each ready-made shopper gets a shelf of their own", {}, async (tab) => {
  const neutral = await ids(tab, "neutral");
  await tab.locator(".people button").first().click();
  assert.match(await tab.locator(".ask").textContent(), /has to be allowed/, "playing asks for consent first");
  await tab.locator("#allow").click();
  const seen = new Set();
  const names = await tab.locator(".people button[data-key]:not(.over)").allTextContents();
  assert.ok(names.length >= 6, names.join());
  for (let i = 0; i < names.length; i++) {
    await tab.locator(".people button").nth(i).click();
    await tab.waitForFunction((name) => document.getElementById("say").textContent.startsWith(name), names[i]);
    const personal = await ids(tab, "personal");
    assert.notDeepEqual(personal, neutral, names[i]);
    seen.add(personal.join());
  }
  assert.equal(seen.size, names.length);
});

scenario("what the shop says of a product: its own order for a stranger, and first what speaks to this shopper", {}, async (tab) => {
  const said = async () => {
    await tab.evaluate(() => globalThis.nearshelfDemo.page.open("10013"));
    const points = await tab.locator("#panel .points li").evaluateAll((all) => all.map((li) => [li.dataset.point, li.dataset.because, li.textContent]));
    await tab.keyboard.press("Escape");
    return points;
  };
  // The part that understands comes when it is first asked.
  await tab.waitForFunction(() => globalThis.nearshelfDemo.page.shelf.sellingPoints("10013").length > 0);
  const before = await said();
  assert.deepEqual(before.map(([id, because]) => [id, because]), [["trench-rain", "given"], ["trench-warm", "given"], ["clothing-seams", "given"]]);
  await allow(tab);
  await tab.evaluate(() => {
    const { shelf } = globalThis.nearshelfDemo.page;
    for (const name of ["purchase", "return", "complaint"]) shelf.track(name, { transaction_id: "o", items: [{ item_id: "10013", price: 429 }] });
  });
  const after = await said();
  assert.deepEqual(after[0].slice(0, 2), ["clothing-return", "shopper"]);
  assert.match(after[0][2], /speaks to you$/);
});

scenario("the panel: every action counts, variants, why not", {}, async (tab) => {
  await allow(tab);
  const search = tab.locator("#search");
  await search.fill("cat food");
  assert.match(await tab.locator("#catalogue [role=status]").textContent(), /1 products? for “cat food”/);
  await tab.locator(".tile").first().click();
  const panel = tab.locator("#panel");
  assert.ok(await panel.isVisible());
  await panel.getByRole("button", { name: "5 kg", exact: true }).click();
  assert.match(await panel.textContent(), /239/);
  for (const [name, said] of [["Add to cart", "Added to cart"], ["Favourite", "favourite"], ["Buy", "Bought"]]) {
    const events = await tab.evaluate(() => globalThis.nearshelfDemo.shelf.portrait().events);
    await panel.getByRole("button", { name, exact: true }).click();
    await tab.waitForFunction((before) => globalThis.nearshelfDemo.shelf.portrait().events > before, events);
    await settled(tab);
    assert.ok((await tab.locator("#say").textContent()).includes(said));
  }
  await tab.keyboard.press("Escape");

  await search.fill("scratching post");
  await tab.locator(".tile").first().click();
  assert.equal(await panel.locator("[data-stage]").getAttribute("data-stage"), "out_of_stock");
  assert.match(await panel.textContent(), /Sold out/);
  await tab.keyboard.press("Escape");

  // What one is not interested in leaves the shelf.
  await search.fill("");
  const first = (await ids(tab, "personal"))[0];
  await tab.locator(`[data-shelf=personal] li[data-id="${first}"] .open`).click();
  await panel.getByRole("button", { name: "Not interested" }).click();
  await tab.waitForFunction((id) => !globalThis.nearshelfDemo.page.mine.items.some((item) => item.id === id), first);
});

scenario("language and market switch everything at once", {}, async (tab) => {
  assert.match(await tab.locator("[data-shelf=neutral]").textContent(), /¥/);
  await tab.locator("#switch-language").selectOption("zh-CN");
  await tab.waitForFunction(() => document.documentElement.lang === "zh-CN");
  await settled(tab);
  assert.equal(await tab.locator("#mine-title").textContent(), "为你推荐");
  assert.equal(await tab.locator("#shop-name").textContent(), "港湾里");
  const titles = await tab.locator(".rows .title, .tile .title").allTextContents();
  for (const title of titles) assert.match(title, /\p{Script=Han}/u);
  assert.doesNotMatch(await tab.locator("body").innerText(), /undefined|\[object|\{\w+\}/);

  await tab.locator("#switch-market").selectOption("us");
  await tab.waitForFunction(() => globalThis.nearshelfDemo.shelf.market === "us");
  await settled(tab);
  assert.match(await tab.locator("[data-shelf=neutral]").textContent(), /\$/);
  assert.doesNotMatch(await tab.locator("[data-shelf=neutral]").textContent(), /¥/);
  await tab.locator("#search").fill("黑土地大米");
  assert.match(await tab.locator(".tile").first().textContent(), /本市场不销售/);
  await tab.locator("#switch-language").selectOption("en");
  await tab.waitForFunction(() => document.documentElement.lang === "en");
});

scenario("a Chinese browser is spoken to in Chinese", { locale: "zh-CN" }, async (tab) => {
  assert.equal(await tab.locator("html").getAttribute("lang"), "zh-CN");
  assert.equal(await tab.locator("#everyone-title").textContent(), "大家的货架");
});

scenario("the keyboard reaches everything, and comes back", {}, async (tab) => {
  const focus = () => tab.evaluate(() => {
    const element = document.activeElement;
    const outline = getComputedStyle(element).outlineStyle;
    const label = element.matches(".three input") ? getComputedStyle(element.nextElementSibling).outlineStyle : "none";
    return { text: element.getAttribute("aria-label") ?? element.textContent.trim(), id: element.id, item: element.closest("li")?.dataset.id, visible: outline !== "none" || label !== "none" };
  });
  const until = async (wanted, key = "Tab") => {
    for (let i = 0; i < 160; i++) {
      await tab.keyboard.press(key);
      const now = await focus();
      assert.ok(now.visible, `focus is visible on ${now.text || now.id}`);
      if (wanted(now)) return now;
    }
    throw new Error("the keyboard does not get there");
  };
  await tab.keyboard.press("Tab");
  assert.match((await focus()).text, /Skip/);
  await until(({ id }) => id === "allow");
  await tab.keyboard.press("Enter");
  await tab.waitForFunction(() => globalThis.nearshelfDemo.page.allowed());
  await settled(tab);
  assert.equal(await tab.evaluate(() => document.activeElement !== document.body), true, "focus is not lost with the question");

  const [first] = await ids(tab, "personal");
  await until(({ item }) => item === first);
  await tab.keyboard.press("Enter");
  assert.equal(await tab.evaluate(() => document.activeElement.id), "panel-title");
  const cart = await until(({ text }) => text === "Add to cart");
  assert.ok(cart);
  await tab.keyboard.press("Enter");
  await settled(tab);
  assert.equal((await focus()).text, "Add to cart", "focus stays on the button after the shelf moved");
  await tab.keyboard.press("Escape");
  assert.equal(await tab.locator("#panel").isVisible(), false);
  assert.equal((await focus()).item, first, "focus returns to the product");

  await until(({ id }) => id === "consent-personalize-yes");
  await tab.keyboard.press("ArrowLeft");
  await settled(tab);
  assert.equal(await tab.evaluate(() => globalThis.nearshelfDemo.shelf.consent().personalize), false);
  assert.deepEqual(await ids(tab, "personal"), await ids(tab, "neutral"));
});

scenario("what has the focus keeps it when all is drawn anew, as when the engine or the membership comes late", {}, async (tab) => {
  await allow(tab);
  await tab.locator(".people button").first().click();
  await tab.waitForFunction(() => globalThis.nearshelfDemo.shelf.portrait().events >= 6 && document.querySelector("#member button") && document.querySelector("#crowd-size"));
  await tab.evaluate(() => globalThis.nearshelfDemo.page.addToCart(globalThis.nearshelfDemo.page.mine.items[0]));
  await settled(tab);
  const { tried, lost } = await tab.evaluate(async () => {
    const { page } = globalThis.nearshelfDemo;
    // Whoever comes to its controls starts the crowd, which tells more and more: that is to be over.
    await page.simulate({ size: 100 });
    const kind = (element) => [element.closest("section[id], aside[id], div[id]")?.id, element.tagName, element.className, element.id, element.dataset.part?.replace(/-.*/, "")].join(" ");
    const name = (element) => [kind(element), element.dataset.part, element.dataset.path, element.dataset.key, element.getAttribute("aria-label") ?? element.textContent.trim(), element.closest("li")?.dataset.id].join(" ");
    const all = [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex]")].filter((element) => element.checkVisibility() && !element.disabled && element.tabIndex >= 0);
    const chosen = [...new Map(all.map((element) => [kind(element), name(element)])).values()];
    const lost = [];
    for (const wanted of chosen) {
      const element = [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex]")].find((one) => name(one) === wanted);
      element.focus();
      const before = window.scrollY;
      await page.refresh("all");
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (name(document.activeElement) !== wanted) lost.push(`${wanted} -> ${document.activeElement === document.body ? "nothing" : name(document.activeElement)}`);
      if (window.scrollY !== before) lost.push(`${wanted} jumps by ${window.scrollY - before}`);
    }
    return { tried: chosen.length, lost };
  });
  assert.ok(tried >= 20, `${tried} kinds of controls`);
  assert.deepEqual(lost, []);
});

for (const locale of ["en-US", "zh-CN"]) {
  scenario(`360 px has no sideways scroll (${locale})`, { width: 360, height: 740, locale }, async (tab) => {
    assert.equal(await overflow(tab), 0);
    await allow(tab);
    await tab.locator(".people button").nth(2).click();
    await tab.waitForFunction(() => globalThis.nearshelfDemo.shelf.portrait().events >= 6);
    await settled(tab);
    assert.equal(await overflow(tab), 0);
    await tab.locator("[data-shelf=personal] .why").first().click();
    assert.equal(await overflow(tab), 0);
    assert.ok(await tab.locator("#panel").evaluate((panel) => panel.scrollWidth <= panel.clientWidth));
    assert.deepEqual(await violations(tab), []);
  });
}

for (const dark of [false, true]) {
  scenario(`axe finds nothing (${dark ? "dark" : "light"})`, { dark }, async (tab) => {
    assert.deepEqual(await violations(tab), []);
    await allow(tab);
    await tab.locator(".people button").first().click();
    await tab.waitForFunction(() => globalThis.nearshelfDemo.shelf.portrait().events >= 6);
    await settled(tab);
    assert.deepEqual(await violations(tab), []);
    await tab.locator("[data-shelf=personal] .open").nth(1).click();
    await settled(tab);
    assert.deepEqual(await violations(tab), []);
    await tab.keyboard.press("Escape");
    await tab.locator("#switch-theme").click();
    assert.deepEqual(await violations(tab), []);
  });
}

scenario("without the right to run wasm: the published order, said so", { policy: POLICY.replace(" 'wasm-unsafe-eval'", ""), troubled: true }, async (tab) => {
  await tab.locator(".trouble").waitFor();
  assert.match(await tab.locator(".trouble").textContent(), /engine is not running/);
  assert.equal(await tab.locator("#engine").textContent(), "without the engine");
  assert.deepEqual(await ids(tab, "personal"), await ids(tab, "neutral"));
  assert.deepEqual(await violations(tab), []);
});

scenario("a slow start: the published order at once, the engine when it comes", {}, async (tab) => {
  await tab.route("**/*.wasm", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 2500));
    await route.continue();
  });
  await tab.reload();
  await tab.waitForFunction(() => globalThis.nearshelfDemo?.page.mine);
  assert.equal(await tab.locator("#engine").textContent(), "opening…");
  assert.equal(await tab.locator(".trouble").count(), 0, "slow is not broken");
  assert.equal((await ids(tab, "personal")).length, 12);
  await tab.waitForFunction(() => globalThis.nearshelfDemo.shelf.status === "ready");
  await settled(tab);
  assert.equal(await tab.locator("#engine").textContent(), "engine ready");
  assert.ok(await tab.locator(".people button").count() > 4);
});

scenario("without a pack: what to do about it", { files: { "/shop.json": shopJson }, wait: false, troubled: true }, async (tab) => {
  await tab.locator(".trouble").waitFor();
  assert.match(await tab.locator(".trouble").textContent(), /no pack to open[\s\S]*nearshelf demo/);
  assert.deepEqual(await violations(tab), []);
});

scenario("without the package: what to do about it", { from: join(pageFolder, "nowhere"), wait: false, troubled: true }, async (tab) => {
  await tab.locator(".trouble").waitFor();
  assert.match(await tab.locator(".trouble").textContent(), /make demo/);
  assert.deepEqual(await violations(tab), []);
});
