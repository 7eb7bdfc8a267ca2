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
