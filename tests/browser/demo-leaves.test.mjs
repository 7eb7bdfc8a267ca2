// What leaves, on the demo page in Chromium: consent first, the bytes shown are the bytes sent, and what a crowd tells.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { allow, launch, overflow, requirePackage, scenarios, settled, shopFiles, violations } from "./bench.mjs";

let browser;
let files;

before(async () => {
  requirePackage();
  files = shopFiles();
  browser = await launch();
});

after(() => browser?.close());

const scenario = scenarios(() => browser, () => files);

const go = (tab) => tab.locator("#report [data-part=go]");
const shown = async (tab) => Buffer.from((await tab.locator("#report-bytes").textContent()).replace(/\s/g, ""), "hex");
const posts = (view) => view.requests.filter(({ method }) => method === "POST");
/** Hides the page as leaving it does; what is sent by itself is sent then. */
const hide = async (tab) => {
  await tab.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "hidden" });
    document.dispatchEvent(new Event("visibilitychange"));
    delete document.visibilityState;
  });
  await tab.waitForTimeout(300);
};
async function play(tab) {
  await allow(tab);
  await tab.locator(".people button").first().click();
  await tab.waitForFunction(() => globalThis.nearshelfDemo.shelf.portrait().events >= 6);
  await settled(tab);
}
/** Lets the crowd run to its end; answers what the worker said last. */
const crowd = (tab, options) => tab.evaluate((options) => globalThis.nearshelfDemo.page.simulate(options), options);

scenario("before consent: an explanation, no storage, and nothing is sent", {}, async (tab, view) => {
  await tab.locator("#report").scrollIntoViewIfNeeded();
  await go(tab).waitFor();
  assert.match(await tab.locator("#report").textContent(), /nothing leaves[\s\S]*Allows “Report” and “Keep”/);
  assert.equal(await tab.locator("#report-bytes").count(), 0);
  await play(tab);
  await hide(tab);
  assert.deepEqual(await tab.evaluate(() => globalThis.nearshelfDemo.shelf.report({ send: true })), { reason: "consent", bytes: null, sent: false });
  assert.deepEqual(posts(view), []);
  assert.deepEqual(await tab.evaluate(() => [...globalThis.touchedStorage]), []);
});

scenario("the bytes shown are the bytes sent, once", {}, async (tab, view) => {
  await play(tab);
  view.mayReport();
  await go(tab).click();
  await tab.locator("#report-bytes").waitFor();
  assert.deepEqual(await tab.evaluate(() => { const { report, store } = globalThis.nearshelfDemo.shelf.consent(); return { report, store }; }), { report: true, store: true });
  const bytes = await shown(tab);
  assert.equal(bytes.length, 37);
  assert.deepEqual(posts(view), [], "showing is not sending");

  // The table names every byte, in the order in which they go.
  const rows = await tab.locator("#report .fields tbody tr").evaluateAll((all) => all.map((tr) => [tr.dataset.field, tr.querySelector(".hex").textContent]));
  assert.deepEqual(rows.map(([name]) => name), ["layout", "metric", "mechanism", "k", "schema", "week", "id", "answer", "rest"]);
  assert.equal(rows.map(([, hex]) => hex).join(" "), bytes.toString("hex").match(/../g).join(" "));
  const schema = JSON.parse(files["/reports-en.json"]);
  assert.equal(bytes.readUInt32LE(4), schema.version);
  assert.equal(bytes[3], schema.metrics[0].domain.length + 1);
  assert.match(await tab.locator("#report").textContent(), new RegExp(`version ${schema.version}[\\s\\S]*\\d{4}-W\\d\\d`));

  // Whatever the shopper does, the week's answer stays.
  await tab.locator("[data-shelf=personal] .open").nth(5).click();
  await tab.keyboard.press("Escape");
  await settled(tab);
  assert.deepEqual(await shown(tab), bytes);

  await go(tab).click();
  await tab.locator("#report-sent").waitFor();
  assert.match(await tab.locator("#report-sent").textContent(), new RegExp(`${bytes.length} bytes were sent to /reports at \\d`));
  assert.equal(posts(view).length, 1);
  assert.deepEqual(posts(view)[0].body, bytes);
  assert.deepEqual(view.reports, [bytes], "and that is what arrives");
  assert.equal(await go(tab).count(), 0, "there is nothing more to send");
  await hide(tab);
  await tab.evaluate(() => globalThis.nearshelfDemo.shelf.report({ send: true }));
  assert.equal(view.reports.length, 1);
});

scenario("the answer beside the truth; the truth is the portrait's strongest category", {}, async (tab, view) => {
  await play(tab);
  view.mayReport();
  await go(tab).click();
  await tab.locator("#report-bytes").waitFor();
  const strongest = await tab.evaluate(() => {
    const { shelf } = globalThis.nearshelfDemo;
    const { key } = shelf.portrait().categories[0];
    return shelf.categories().find(({ path }) => path === key).label;
  });
  assert.equal(await tab.locator("#report .stays .big").textContent(), strongest.replaceAll(" > ", " › "));
  const schema = JSON.parse(files["/reports-en.json"]);
  const answer = (await shown(tab)).subarray(28);
  const labels = ["no category", ...schema.metrics[0].domain.map(({ label }) => label.replaceAll(" > ", " › "))];
  assert.equal(schema.metrics[0].mechanism, "oue");
  const named = labels.filter((_, i) => (answer[i >> 3] >> (i & 7)) & 1);
  assert.deepEqual(await tab.locator("#report .goes .names li").allTextContents(), named);
  assert.match(await tab.locator("#report .plain").textContent(), /left out with a chance of 50%; each of the \d+ others is named by mistake with a chance of 11\.9%/);
});

scenario("why nothing leaves, in words: forgotten, taken back, a week later", {}, async (tab, view) => {
  await play(tab);
  view.mayReport();
  await go(tab).click();
  await tab.locator("#report-bytes").waitFor();
  const first = await shown(tab);
  await tab.locator("#forget").click();
  await tab.locator("#report [data-reason=epoch_spent]").waitFor();
  assert.match(await tab.locator("#report").textContent(), /answered already[\s\S]*next week/);
  await tab.locator("#report [data-part=later]").click();
  await tab.locator("#report-bytes").waitFor();
  const second = await shown(tab);
  assert.equal(second.readInt32LE(8), first.readInt32LE(8) + 1);
  assert.notDeepEqual(second.subarray(12, 28), first.subarray(12, 28));

  await tab.locator("#report [data-part=withdraw]").click();
  await tab.locator("#report", { hasText: "Allow, and show" }).waitFor();
  assert.equal(await tab.locator("#report-bytes").count(), 0);
  assert.equal(await tab.evaluate(() => document.activeElement.id), "report-title", "focus is not lost");
  await go(tab).click();
  await tab.locator("#report [data-reason=epoch_spent]").waitFor();
  await hide(tab);
  assert.deepEqual(posts(view), []);
});

scenario("a crowd: estimates within their errors, the larger the closer", {}, async (tab) => {
  await tab.locator("#crowd").scrollIntoViewIfNeeded();
  await tab.waitForFunction(() => document.getElementById("crowd").dataset.reports === "10000");
  const variation = async (size, seed) => {
    const { truth, estimates, reports } = await crowd(tab, { size, seed });
    assert.equal(reports, size);
    const within = (errors) => estimates.filter(({ share, standard_error: error }, i) => Math.abs(share - truth[i]) <= errors * error).length / estimates.length;
    assert.ok(within(3) >= 0.95 && within(2) >= 0.87, `${size}: ${within(2)} within two errors, ${within(3)} within three`);
    return estimates.reduce((sum, { share }, i) => sum + Math.abs(share - truth[i]), 0) / 2;
  };
  const sizes = [100, 1000, 10_000, 40_000];
  const off = [];
  for (const size of sizes) off.push(await variation(size, 7));
  for (let i = 1; i < sizes.length; i++) assert.ok(off[i] < off[i - 1], off.join(" > "));
  // The error of a sum falls with the root of the crowd.
  assert.ok(off[1] / off[2] > 2.4 && off[1] / off[2] < 4.2, off.join(" > "));
  const again = await crowd(tab, { size: 1000, seed: 7 });
  const other = await crowd(tab, { size: 1000, seed: 8 });
  assert.notDeepEqual(again.estimates, other.estimates);
  assert.deepEqual((await crowd(tab, { size: 1000, seed: 7 })).estimates, again.estimates);
});

scenario("the table says what the bars show", {}, async (tab) => {
  const { truth, estimates } = await tab.locator("#crowd").scrollIntoViewIfNeeded().then(() => crowd(tab, { size: 5000, seed: 3 }));
  await tab.locator("#crowd-all").click();
  const rows = await tab.locator("#crowd-table tbody tr").evaluateAll((all) => all.map((tr) => {
    const box = (name) => tr.querySelector(`.plot .${name}`).getBoundingClientRect();
    const plot = tr.querySelector(".plot").getBoundingClientRect();
    const place = (x) => (x - plot.left) / plot.width;
    return {
      symbol: Number(tr.dataset.symbol), visible: tr.offsetParent !== null, cells: [...tr.querySelectorAll("td")].map((td) => td.textContent),
      truth: box("truth").width / plot.width, zero: place(box("truth").left), guess: place(box("guess").left + box("guess").width / 2),
      low: place(box("range").left), high: place(box("range").right),
    };
  }));
  assert.equal(rows.length, estimates.length);
  const percent = (value) => `${(value * 100).toFixed(1)}%`.replace(/^-0\.0%$/, "0.0%");
  // One scale for all: what a share of 1 would measure, from the bar of the largest truth.
  const first = rows.find(({ symbol }) => truth[symbol] === Math.max(...truth));
  const unit = first.truth / truth[first.symbol];
  const near = (a, b, what) => assert.ok(Math.abs(a - b) < 0.01, `${what}: ${a} and ${b}`);
  for (const row of rows) {
    const { share, standard_error: error } = estimates[row.symbol];
    assert.ok(row.visible);
    assert.deepEqual(row.cells, [percent(truth[row.symbol]), percent(share), `± ${percent(2 * error)}`]);
    near(row.truth, truth[row.symbol] * unit, "truth");
    near(row.guess, row.zero + share * unit, "estimate");
    if (share - 2 * error > -0.02) near(row.low, row.zero + (share - 2 * error) * unit, "low");
    near(row.high, row.zero + (share + 2 * error) * unit, "high");
  }
  const inside = estimates.filter(({ share, standard_error: error }, i) => Math.abs(share - truth[i]) <= 2 * error).length;
  assert.match(await tab.locator("#crowd .verdict").textContent(), new RegExp(`^${inside} of ${estimates.length} truths`));
});

scenario("a shopper of the crowd beside their report; the visitor's own may join", {}, async (tab, view) => {
  await play(tab);
  view.mayReport();
  await go(tab).click();
  await tab.locator("#report-bytes").waitFor();
  await go(tab).click();
  await tab.locator("#report-sent").waitFor();
  await tab.locator("#crowd-joins").check();
  await tab.waitForFunction(() => document.getElementById("crowd").dataset.reports === "10001");
  assert.equal(view.reports.length, 1, "joining sends nothing");
  const seen = new Set();
  for (let i = 0; i < 8; i++) {
    seen.add(await tab.locator("#crowd .one dl").textContent());
    await tab.locator("#crowd-one").click();
  }
  assert.ok(seen.size >= 6);
  assert.equal(await tab.evaluate(() => document.activeElement.id), "crowd-one");
});

scenario("the crowd with the keyboard; the page stays awake", { motion: "no-preference" }, async (tab) => {
  await tab.locator("#crowd-size").focus();
  await tab.waitForFunction(() => document.getElementById("crowd").dataset.reports === "10000");
  await tab.keyboard.press("End");
  assert.equal(await tab.locator("#crowd-size").getAttribute("aria-valuetext"), "100,000 shoppers");
  const longest = tab.evaluate(() => new Promise((resolve) => {
    let [most, last] = [0, performance.now()];
    const tick = (now) => {
      most = Math.max(most, now - last);
      last = now;
      if (document.getElementById("crowd").dataset.reports === "100000") resolve(most);
      else requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }));
  await tab.locator("#crowd progress").waitFor({ timeout: 30_000 });
  assert.ok(await longest < 1000, "no frame waits for the crowd");
  await tab.waitForFunction(() => !document.getElementById("crowd").hasAttribute("aria-busy"));
  assert.equal(await tab.locator("#crowd progress").isVisible(), false);
  await tab.keyboard.press("Home");
  await tab.waitForFunction(() => document.getElementById("crowd").dataset.reports === "100");
});

for (const [width, dark, locale] of [[1280, false, "zh-CN"], [1280, true, "en-US"], [360, true, "zh-CN"], [360, false, "en-US"]]) {
  scenario(`axe finds nothing, and nothing is too wide (${width} px, ${dark ? "dark" : "light"}, ${locale})`, { width, dark, locale }, async (tab, view) => {
    await tab.locator("#crowd").scrollIntoViewIfNeeded();
    await tab.waitForFunction(() => document.getElementById("crowd").dataset.reports === "10000");
    const check = async (what) => {
      assert.equal(await overflow(tab), 0, what);
      assert.deepEqual(await violations(tab), [], what);
    };
    await check("before consent");
    await play(tab);
    view.mayReport();
    await go(tab).click();
    await tab.locator("#report-bytes").waitFor();
    await check("the bytes");
    await go(tab).click();
    await tab.locator("#report-sent").waitFor();
    await tab.locator("#crowd-all").click();
    await check("sent");
    const text = await tab.locator("#leaves").innerText();
    assert.doesNotMatch(text, /undefined|null|NaN|\[object|\{\w+\}/);
    await tab.locator("#forget").click();
    await tab.locator("#report [data-reason]").waitFor();
    await check("forgotten");
  });
}


const stages = scenarios(() => browser, () => shopFiles("funnel_stage"));

stages("another question than that for categories: its own words, and a truth that the page does not know", {}, async (tab, view) => {
  await play(tab);
  view.mayReport();
  await go(tab).click();
  await tab.locator("#report-bytes").waitFor();
  const bytes = await shown(tab);
  assert.deepEqual([bytes.length, bytes[1], bytes[3]], [37, 2, 6]);
  const text = await tab.locator("#report").textContent();
  assert.match(text, /how far you went in your latest week here/);
  assert.match(text, /known to this device only/);
  assert.match(text, /was here|looked at a product|filled the cart|began to pay|ordered|none/);
  await go(tab).click();
  await tab.locator("#report-sent").waitFor();
  assert.deepEqual(view.reports, [bytes]);
});

const every = scenarios(() => browser, () => shopFiles("all"));

every("a crowd answers any question that the shop asks", {}, async (tab) => {
  await tab.locator("#crowd").scrollIntoViewIfNeeded();
  await tab.waitForFunction(() => document.getElementById("crowd").dataset.reports === "10000");
  const codes = await tab.locator("#crowd-metric option").evaluateAll((all) => all.map((o) => o.value));
  assert.ok(codes.length >= 11 && codes[0] === "category_interest", codes.join());
  for (const code of codes.slice(1)) {
    await tab.locator("#crowd-metric").focus();
    await tab.locator("#crowd-metric").selectOption(code);
    await tab.waitForFunction(() => document.getElementById("crowd").dataset.reports === "10000" && !document.getElementById("crowd").hasAttribute("aria-busy"));
    const { truth, estimates } = await crowd(tab, { size: 10_000, seed: 5 });
    assert.equal(await tab.locator("#crowd-table tbody tr").count(), truth.length, code);
    const beyond = estimates.filter(({ share, standard_error: error }, i) => Math.abs(share - truth[i]) > 4 * error);
    assert.deepEqual(beyond, [], code);
    const text = await tab.locator("#crowd").innerText();
    assert.doesNotMatch(text, /undefined|null|NaN|\[object|\{\w+\}|no category/, code);
    assert.equal(await tab.locator("#crowd .join").isVisible(), false, "the visitor's answer is to another question");
  }
  assert.equal(await tab.evaluate(() => document.activeElement.id), "crowd-metric", "the choice keeps the focus");
});
