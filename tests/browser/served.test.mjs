// The demo page as `nearshelf demo` serves it: what somebody sees who runs the one command.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, test } from "node:test";
import { allow, ids, launch, nearshelf, requirePackage, root, settled, visit } from "./bench.mjs";

let browser;
let server;
let origin;

before(async () => {
  requirePackage();
  const [command, args] = nearshelf("demo", "--port", "0");
  server = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], detached: true });
  origin = await address(server);
  browser = await launch();
}, { timeout: 600_000 });

after(async () => {
  await browser?.close();
  // The whole group, since cargo may stand in between.
  if (server?.exitCode === null) process.kill(-server.pid);
});

/** The address the server prints; what it printed instead, where it ends without one. */
function address(child) {
  return new Promise((resolve, reject) => {
    let said = "";
    const read = (chunk) => {
      said += chunk;
      const found = said.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (found) resolve(found[0]);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`nearshelf demo ended: ${said}`)));
  });
}

test("nearshelf demo serves the page, the package and the sample shop", { timeout: 60_000 }, async () => {
  const view = await visit(browser, { origin });
  try {
    const { tab } = view;
    assert.equal(await tab.locator("#engine").textContent(), "engine ready");
    assert.equal(await tab.locator("#shop-name").textContent(), "Harbour Lane");
    assert.equal(await tab.locator("#switch-market option").count(), 2);
    assert.match(await tab.locator("#status").textContent(), /kB on the wire/);
    await allow(tab);
    await tab.locator(".people button").first().click();
    await tab.waitForFunction(() => globalThis.nearshelfDemo.shelf.portrait().events >= 6);
    await settled(tab);
    assert.notDeepEqual(await ids(tab, "personal"), await ids(tab, "neutral"));
    assert.deepEqual(view.problems, []);
    for (const { method, url } of view.requests) assert.deepEqual([method, new URL(url).origin], ["GET", origin]);
  } finally {
    await view.close();
  }
});

test("nearshelf demo collects reports, and nothing else", { timeout: 60_000 }, async () => {
  const view = await visit(browser, { origin });
  try {
    const { tab } = view;
    const kept = async () => (await (await fetch(`${origin}/reports.ndjson`)).text()).split("\n").filter(Boolean);
    assert.deepEqual(await kept(), []);
    await tab.locator("#report [data-part=go]").click();
    await tab.locator("#report-bytes").waitFor();
    assert.deepEqual(await kept(), [], "what is shown is not sent yet");
    await tab.locator("#report [data-part=go]").click();
    await tab.locator("#report-sent").waitFor();
    const [line, ...more] = await kept();
    assert.deepEqual(more, []);
    const bytes = Buffer.from((await tab.locator("#report-bytes").textContent()).replace(/\s/g, ""), "hex");
    const schema = await (await fetch(`${origin}/reports.json`)).json();
    const report = JSON.parse(line);
    assert.deepEqual([report.schema, report.id], [schema.version, bytes.subarray(12, 28).toString("hex")]);
    assert.deepEqual(Object.keys(report), ["v", "schema", "epoch", "metric", "mechanism", "answer", "id"], "nothing about the sender");
    assert.deepEqual(await (await fetch(`${origin}/reports-en.json`)).json(), schema);

    const post = async (body) => (await fetch(`${origin}/reports`, { method: "POST", body })).status;
    assert.equal(await post(bytes), 204, "a copy is left to the decoder");
    assert.equal(await post(bytes.subarray(1)), 400);
    assert.equal(await post(Buffer.alloc(35)), 400);
    assert.equal(await post(Buffer.alloc(38)), 413);
    assert.deepEqual(await kept(), [line, line]);

    assert.equal(await tab.locator("#cart").isVisible(), true);
    await tab.locator("[data-part=fill]").click();
    await settled(tab);
    assert.ok(await tab.locator("#tier option").count() >= 3, "the levels of the shop's folder");
    assert.deepEqual(view.problems, []);
  } finally {
    await view.close();
  }
});
