// The browser's entry outside a browser: importing does nothing, running touches nothing but fetch, bundling works.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { answerOf, packBytes, packFile, pkg, project, scratch } from "./support/project.mjs";

/** Everything of a page that keeps or sends data; a look at any of it is recorded. */
const KEEPS_OR_SENDS = ["localStorage", "sessionStorage", "indexedDB", "caches", "cookieStore", "XMLHttpRequest", "WebSocket", "EventSource",
  "BroadcastChannel", "SharedWorker", "Worker"];

let server, base;
const asked = [];

before(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const files = {
      "/shop.pack": [packFile(), "application/octet-stream"],
      "/nearshelf.wasm": [join(pkg, "nearshelf.wasm"), "application/wasm"],
      "/text.wasm": [join(pkg, "nearshelf.wasm"), "text/plain"],
      "/page.wasm": [join(pkg, "package.json"), "text/html; charset=utf-8"],
    };
    const file = files[request.url.split("?")[0]];
    if (!file) return response.writeHead(404, { "content-type": "text/html" }).end("<!doctype html><title>Not found</title>");
    response.writeHead(200, { "content-type": file[1] }).end(readFileSync(file[0]));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${server.address().port}/`;
});

after(() => new Promise((resolve) => {
  server.closeAllConnections();
  server.close(resolve);
}));

const { createShelf } = await import(pathToFileURL(join(pkg, "index.js")).href);

/** A page around `act`: an address, and traps on what keeps or sends. */
async function onPage(act) {
  const touched = [];
  const kept = new Map();
  const define = (target, name, descriptor) => {
    kept.set(name, [target, Object.getOwnPropertyDescriptor(target, name)]);
    Object.defineProperty(target, name, { configurable: true, ...descriptor });
  };
  for (const name of KEEPS_OR_SENDS) define(globalThis, name, { get: () => void touched.push(name) });
  define(globalThis, "navigator", { value: { get storage() { return void touched.push("storage"); }, get sendBeacon() { return void touched.push("sendBeacon"); }, get serviceWorker() { return void touched.push("serviceWorker"); } } });
  define(globalThis, "document", { value: { baseURI: base, get cookie() { return void touched.push("cookie"); }, set cookie(v) { touched.push("cookie"); } } });
  asked.length = 0;
  try {
    return { result: await act(), touched, asked: asked.slice() };
  } finally {
    for (const [name, [target, old]] of kept) {
      if (old) Object.defineProperty(target, name, old);
      else delete target[name];
    }
  }
}

async function told(shelf) {
  const list = [];
  shelf.on("diagnostic", (d) => list.push(d));
  await new Promise((resolve) => setImmediate(resolve));
  return list;
}

test("with undecided consent nothing is kept, nothing is sent, and two files are fetched", async () => {
  const { touched, asked, result } = await onPage(async () => {
    const shelf = await createShelf({ pack: "shop.pack", wasm: base + "nearshelf.wasm" });
    shelf.track("view_item", { items: [{ item_id: "10001" }] });
    shelf.trackMany([{ name: "purchase", params: { items: [{ item_id: "10001", price: 5 }] } }]);
    shelf.recommend();
    shelf.rank(["10001", "x"]);
    shelf.portrait();
    shelf.setConsent({ personalize: true });
    shelf.track("view_item", { items: [{ item_id: "10001" }] });
    await shelf.identify("ann@example.com");
    shelf.syncOrders([{ transaction_id: "T1", items: [{ item_id: "10001" }] }]);
    await shelf.signOut();
    shelf.setConsent({ store: null });
    shelf.setConsent({ store: false });
    shelf.forget();
    const status = shelf.status;
    shelf.dispose();
    return status;
  });
  assert.equal(result, "ready");
  assert.deepEqual(touched, []);
  assert.deepEqual(asked.sort(), ["GET /nearshelf.wasm", "GET /shop.pack"]);
});

test("with consent to store, only IndexedDB is looked for, and one that is missing is told", async () => {
  const { touched, result } = await onPage(async () => {
    const shelf = await createShelf({ pack: "shop.pack", wasm: base + "nearshelf.wasm", consent: { store: true, personalize: true } });
    const list = await told(shelf);
    shelf.track("view_item", { items: [{ item_id: "10001" }] });
    const answer = { codes: list.map((d) => d.code), events: shelf.portrait().events, counts: shelf.diagnostics() };
    shelf.dispose();
    return answer;
  });
  assert.deepEqual([result.codes, result.events], [["memory_unavailable"], 1]);
  assert.equal(result.counts.memory_unavailable, 1);
  assert.deepEqual([...new Set(touched)], ["indexedDB"]);
});

test("the trap of that test does catch", async () => {
  const { touched } = await onPage(async () => {
    globalThis.localStorage;
    document.cookie = "a=b";
  });
  assert.deepEqual(touched, ["localStorage", "cookie"]);
});

test("events before consent leave no trace in the portrait", async () => {
  await onPage(async () => {
    const shelf = await createShelf({ pack: packBytes(), wasm: base + "nearshelf.wasm" });
    assert.deepEqual(shelf.track("view_item", { items: [{ item_id: "10001" }] }), { accepted: 0, dropped: 1 });
    shelf.setConsent({ personalize: true });
    assert.equal(shelf.portrait().events, 0);
    assert.equal(shelf.diagnostics().event_no_consent, 1);
    shelf.dispose();
  });
});

test("one shelf a pack, however its address is written", async () => {
  await onPage(async () => {
    const options = { wasm: base + "nearshelf.wasm" };
    const shelves = await Promise.all(["shop.pack", "/shop.pack", base + "shop.pack", new URL("shop.pack", base)].map((pack) => createShelf({ ...options, pack })));
    assert.equal(new Set(shelves).size, 1);
    shelves[0].dispose();
  });
});

test("several shelves share one fetch of the wasm", async () => {
  const { asked } = await onPage(async () => {
    const made = await Promise.all([1, 2, 3].map(() => createShelf({ pack: packBytes(), wasm: base + "nearshelf.wasm?shared" })));
    assert.equal(new Set(made).size, 3);
    assert.deepEqual(made.map((shelf) => shelf.status), ["ready", "ready", "ready"]);
  });
  assert.deepEqual(asked, ["GET /nearshelf.wasm?shared"]);
});

test("a server that does not know the type of wasm is no obstacle", async () => {
  await onPage(async () => {
    const shelf = await createShelf({ pack: packBytes(), wasm: base + "text.wasm" });
    assert.equal(shelf.status, "ready");
    assert.deepEqual(await told(shelf), []);
    shelf.dispose();
  });
});

test("a missing file is told with its status, and tried again by the next call", async () => {
  await onPage(async () => {
    const shelf = await createShelf({ pack: "gone.pack", wasm: base + "nearshelf.wasm" });
    assert.deepEqual((await told(shelf)).map((d) => [d.code, /404/.test(d.message)]), [["pack_missing", true]]);
    assert.equal(await createShelf({ pack: "gone.pack", wasm: base + "nearshelf.wasm" }), shelf);
    assert.equal(shelf.diagnostics().pack_missing, 2);
    shelf.dispose();
    for (const [wasm, says] of [["gone.wasm", /404/], ["page.wasm", /200 text\/html/]]) {
      const other = await createShelf({ pack: "shop.pack", wasm: base + wasm });
      assert.deepEqual((await told(other)).map((d) => [d.code, says.test(d.message)]), [["wasm_missing", true]]);
      assert.equal(other.recommend().source, "fallback");
      assert.ok(other.recommend().items.length > 0, "published order");
      other.dispose();
    }
  });
});

test("what shoppers load says a refusal of the core by its code, in words", async () => {
  await onPage(async () => {
    for (const [bytes, code, message] of [
      [new TextEncoder().encode("<!doctype html>"), "not_a_pack", "not a pack"],
      [packBytes().map((b, i) => (i === 60 ? b ^ 1 : b)), "pack_checksum", "pack checksum"],
    ]) {
      const shelf = await createShelf({ pack: bytes, wasm: base + "nearshelf.wasm" });
      assert.deepEqual((await told(shelf)).map((d) => [d.code, d.message, d.fix]), [[code, message, undefined]]);
      shelf.recommend({ lmit: 3 });
      assert.deepEqual((await told(shelf)).map((d) => [d.code, d.message]).pop(), ["bad_argument", "recommend(): 'lmit'"]);
      shelf.dispose();
    }
  });
});

test("a page policy that forbids wasm is recognized in each engine's words", async () => {
  const words = [
    "WebAssembly.compileStreaming(): Refused to compile or instantiate WebAssembly module because 'unsafe-eval' is not an allowed source of script in the following Content Security Policy directive: \"script-src 'self'\"",
    "call to WebAssembly.compileStreaming() blocked by CSP",
    "Refused to create a WebAssembly object because 'unsafe-eval' or 'wasm-unsafe-eval' is not an allowed source of script in the following Content Security Policy directive: \"script-src 'self'\".",
  ];
  const { compileStreaming, compile } = WebAssembly;
  for (const message of words) {
    WebAssembly.compileStreaming = WebAssembly.compile = () => Promise.reject(new WebAssembly.CompileError(message));
    try {
      await onPage(async () => {
        const shelf = await createShelf({ pack: packBytes(), wasm: base + "nearshelf.wasm?" + message.length });
        const [blocked] = await told(shelf);
        assert.equal(blocked.code, "wasm_blocked");
        assert.match(blocked.fix, /wasm-unsafe-eval/);
        assert.ok(shelf.recommend().items.length > 0);
        shelf.dispose();
      });
    } finally {
      Object.assign(WebAssembly, { compileStreaming, compile });
    }
  }
});

test("importing on a server touches nothing of the page", async () => {
  const folder = project("server", {
    "import.mjs": `const touched = [];
      const names = ["window", "document", "location", "navigator", "self", "fetch", "WebAssembly", "TextDecoder", "TextEncoder", "setTimeout", "performance", ${JSON.stringify(KEEPS_OR_SENDS).slice(1, -1)}];
      const before = Object.getOwnPropertyNames(globalThis).length;
      for (const name of names) Object.defineProperty(globalThis, name, { configurable: true, get() { touched.push(name); return undefined; } });
      const added = Object.getOwnPropertyNames(globalThis).length;
      const modules = await Promise.all(["index.js", "index.development.js"].map((f) => import("./node_modules/nearshelf/" + f)));
      console.log(JSON.stringify({ touched, new: Object.getOwnPropertyNames(globalThis).length - added, names: modules.map((m) => Object.keys(m).sort().join()) }));`,
  });
  const result = await answerOf(folder, "import.mjs");
  assert.deepEqual(result, { touched: [], new: 0, names: ["NearshelfError,createShelf", "NearshelfError,createShelf"] });
});

test("esbuild bundles it for browsers, as a module and as a script", async () => {
  const folder = project("bundle", {
    "app.js": `import { createShelf } from "nearshelf"; export const open = (options) => createShelf(options);`,
    "unused.js": `import { createShelf } from "nearshelf"; console.log(1);`,
  });
  const out = scratch("bundled");
  const shared = { absWorkingDir: folder, bundle: true, logLevel: "silent", metafile: true, platform: "browser" };
  const module = await build({ ...shared, entryPoints: ["app.js"], format: "esm", outfile: join(out, "app.mjs") });
  assert.deepEqual(module.warnings, []);
  const inputs = (result) => Object.keys(result.metafile.inputs).filter((f) => f.includes("node_modules")).map((f) => f.split("nearshelf/")[1]);
  assert.deepEqual(inputs(module), ["index.js"]);
  const text = readFileSync(join(out, "app.mjs"), "utf8");
  assert.match(text, /new URL\("\.\/nearshelf\.wasm",\s*import\.meta\.url\)/, "the form bundlers know");
  await onPage(async () => {
    const app = await import(pathToFileURL(join(out, "app.mjs")).href);
    assert.equal((await app.open({ pack: packBytes(), wasm: base + "nearshelf.wasm" })).status, "ready");
  });

  const script = await build({ ...shared, entryPoints: ["app.js"], format: "iife", globalName: "app", outfile: join(out, "app.js"), logLevel: "silent" });
  assert.equal(script.errors.length, 0);
  const development = await build({ ...shared, entryPoints: ["app.js"], format: "esm", conditions: ["development"], outfile: join(out, "dev.mjs") });
  assert.deepEqual(inputs(development), ["index.development.js"]);
  const unused = await build({ ...shared, entryPoints: ["unused.js"], format: "esm", outfile: join(out, "unused.mjs") });
  assert.ok(readFileSync(join(out, "unused.mjs")).length < 200, "what is not used falls out");
  assert.equal(unused.errors.length, 0);
});

test("the CommonJS build for browsers asks for the wasm's address and works with one", async () => {
  const required = createRequire(import.meta.url)(join(pkg, "index.cjs"));
  await onPage(async () => {
    const without = await required.createShelf({ pack: packBytes() });
    const [missing] = await told(without);
    assert.equal(missing.code, "wasm_missing");
    assert.match(missing.fix, /options\.wasm/);
    assert.ok(without.recommend().items.length > 0);
    const shelf = await required.createShelf({ pack: packBytes(), wasm: base + "nearshelf.wasm" });
    assert.equal(shelf.status, "ready");
    assert.equal(shelf.recommend().source === "fallback", false);
  });
});

test("the default address of the wasm is beside the module", async () => {
  const { fetch: real } = globalThis;
  const fetched = [];
  globalThis.fetch = async (address) => {
    fetched.push(String(address));
    return new Response(readFileSync(join(pkg, "nearshelf.wasm")), { headers: { "content-type": "application/wasm" } });
  };
  try {
    await onPage(async () => assert.equal((await createShelf({ pack: packBytes() })).status, "ready"));
  } finally {
    globalThis.fetch = real;
  }
  assert.deepEqual(fetched, [pathToFileURL(join(pkg, "nearshelf.wasm")).href]);
});
