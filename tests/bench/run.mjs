// `make bench`: the built package in Node, Chromium and, where it is installed, Bun, each measurement in a fresh process or browser.
//
//     node tests/bench/run.mjs [--sizes 1000,10000,100000] [--vectors 10000,100000] [--runs 5] [--hosts node,chromium,bun]

import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { buildWebWasm } from "../../pkg-template/build/wasm.mjs";
import { launch, nearshelf, pkg, requirePackage, root } from "../browser/bench.mjs";
import { bundleMeasure } from "./bundle.mjs";

const { values } = parseArgs({ options: {
  sizes: { type: "string", default: "1000,10000,100000" },
  vectors: { type: "string", default: "10000,100000" },
  runs: { type: "string", default: "5" },
  hosts: { type: "string", default: "node,chromium,bun" },
} });
const numbers = (text) => text.split(",").filter(Boolean).map(Number);
const [sizes, vectors, runs] = [numbers(values.sizes), numbers(values.vectors), Number(values.runs)];
const work = join(root, "target", "bench");
const say = (text) => console.error(`${new Date().toTimeString().slice(0, 8)} ${text}`);
/** A wasm as the package's, with vectors on top. */
const vectorWasm = join(work, "vectors", "nearshelf.wasm");
/** A pack by its name: a number of products, and "-vectors" where it has them. */
const packOf = (name) => join(work, `${name}.pack`);

/** The pack of a made-up shop; built once by each build of the command line. */
function makePack(n, withVectors) {
  const out = packOf(withVectors ? `${n}-vectors` : n);
  const [program] = nearshelf();
  if (existsSync(out) && existsSync(program) && statSync(out).mtimeMs > statSync(program).mtimeMs) return;
  const folder = join(work, `shop-${n}`);
  rmSync(folder, { recursive: true, force: true });
  const run = (...args) => execFileSync(...nearshelf(...args), { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  say(`a shop of ${n} products`);
  run("synthetic", "--products", String(n), "--visits", String(2 * n), "--out", folder);
  if (withVectors) writeFileSync(join(folder, "shop.toml"), readFileSync(join(folder, "shop.toml"), "utf8") + "\n[tables]\nembedding = true\n");
  say(`its pack`);
  run("pack", folder, "--min-support", "2", "--out", out, ...(withVectors ? ["--vectors"] : []));
}

/** One script for all hosts. */
async function bundle() {
  await bundleMeasure(join(work, "measure.js"));
  writeFileSync(join(work, "process.mjs"), `import { readFileSync } from "node:fs";
import { createShelf, measure } from "./measure.js";
const job = JSON.parse(process.argv[2]);
const read = (file) => new Uint8Array(readFileSync(file));
const out = await measure({ ...job, createShelf, wasm: read(${JSON.stringify(join(pkg, "nearshelf.wasm"))}), vectorWasm: read(${JSON.stringify(vectorWasm)}), load: async (name) => read(${JSON.stringify(work)} + "/" + name + ".pack") });
console.log(JSON.stringify(out));
`);
}

const inProcess = (program) => async (job) => {
  const { stdout } = await promisify(execFile)(program, [join(work, "process.mjs"), JSON.stringify(job)], { maxBuffer: 1 << 24 });
  return JSON.parse(stdout);
};

/** A browser that has just started is busy with itself on all cores: a shop is opened in one that runs. */
const SETTLED_MS = 3000;

/** A page that has its pack asks for a list at once, or only when the shopper has come so far. */
const PAUSE_MS = 500;

/** A page of its own, isolated so that its clock is fine. */
async function inChromium(job) {
  const server = createServer((request, response) => {
    const n = /^\/(\d+(?:-vectors)?)\.pack$/.exec(request.url);
    const file = n ? packOf(n[1]) : { "/measure.js": join(work, "measure.js"), "/nearshelf.wasm": join(pkg, "nearshelf.wasm"), "/vectors.wasm": vectorWasm }[request.url];
    const type = /js$/.test(request.url) ? "text/javascript" : file ? "application/octet-stream" : "text/html";
    response.writeHead(200, { "content-type": type, "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" });
    response.end(file ? readFileSync(file) : "<!doctype html><title>bench</title>");
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(`${origin}/`);
    await new Promise((done) => setTimeout(done, SETTLED_MS));
    return await page.evaluate(async (job) => {
      const { createShelf, measure } = await import("/measure.js");
      const read = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
      return measure({ ...job, createShelf, wasm: await read("/nearshelf.wasm"), vectorWasm: await read("/vectors.wasm"), load: (name) => read(`/${name}.pack`) });
    }, job);
  } finally {
    await browser.close();
    server.close();
  }
}

/** Bun's program, of the npm package of that name or of PATH. */
function bun() {
  const require = createRequire(join(root, "tests", "package.json"));
  for (const name of ["@oven/bun-linux-x64/bin/bun", "bun/bin/bun.exe"]) {
    try {
      return require.resolve(name);
    } catch { /* not installed */ }
  }
  try {
    return execFileSync("which", ["bun"], { encoding: "utf8" }).trim();
  } catch {
    return process.env.NEARSHELF_BUN || "";
  }
}

const median = (list) => list.slice().sort((a, b) => a - b)[list.length >> 1];
const ms = (x) => x.toFixed(x < 1 ? 3 : 2).padStart(8);

function report(name, all) {
  console.log(`\n${name}`);
  if (vectors.length) console.log("  top 20 of n x 64        open ms  cold ms  rival's    times     warm ms  rival's    times   recall  quickest rival, warm");
  all[0].kernel.forEach((_, i) => {
    const runs = all.map((a) => a.kernel[i]);
    const rival = (scripts, kind) => Math.min(...Object.values(scripts).map((s) => s[kind]));
    const of = (kind, [core, scripts] = ["core", "scripts"]) => {
      const ratio = median(runs.map((r) => rival(r[scripts], kind) / r[core][kind]));
      return `${ms(median(runs.map((r) => r[core][kind])))} ${ms(median(runs.map((r) => rival(r[scripts], kind))))} ${`${ratio.toFixed(1)}x`.padStart(8)}`;
    };
    const names = Object.keys(runs[0].scripts);
    const quickest = names.map((n) => [median(runs.map((r) => r.scripts[n].warm)), n]).sort((a, b) => a[0] - b[0])[0][1];
    console.log(`  ${String(runs[0].core.n).padEnd(22)} ${ms(median(runs.map((r) => r.core.open)))} ${of("cold")}    ${of("warm")}   ${Math.min(...runs.map((r) => r.core.recall)).toFixed(3)}   ${quickest}`);
    console.log(`    after ${PAUSE_MS} ms of nothing       ${of("cold", ["late", "lateScripts"])}`);
  });
  if (!sizes.length) return;
  console.log("  recommend, products     open ms    shelf    first      p50      p99   wasm MB");
  all[0].shelf.forEach((s, i) => {
    const of = (kind) => ms(median(all.map((a) => a.shelf[i][kind])));
    const memory = (median(all.map((a) => a.shelf[i].memory)) / 1e6).toFixed(1).padStart(8);
    console.log(`  ${String(s.products).padEnd(22)} ${of("opening")} ${of("ready")} ${of("first")} ${of("p50")} ${of("p99")}  ${memory}`);
  });
  const handed = (kind) => median(all.map((a) => a.handOver[kind])).toFixed(1);
  console.log(`  20 explained items, from the answer's bytes to objects: ${handed("objects")} us; from the core's answer to the page's list: ${handed("list")} us`);
}

requirePackage();
mkdirSync(work, { recursive: true });
for (const n of sizes) makePack(n, false);
for (const n of vectors) makePack(n, true);
say("the wasm with vectors");
mkdirSync(join(work, "vectors"), { recursive: true });
await buildWebWasm(join(root, "target", "vectors"), join(work, "vectors"), { vectors: true });
await bundle();
const wanted = values.hosts.split(",");
const javascriptCore = wanted.includes("bun") && bun();
const hosts = [["Node " + process.version, wanted.includes("node") && inProcess(process.execPath)], ["Chromium", wanted.includes("chromium") && inChromium],
  ["Bun (JavaScriptCore)", javascriptCore && inProcess(javascriptCore)]].filter(([, host]) => host);
const results = new Map(hosts.map(([name]) => [name, []]));
for (let run = 0; run < runs; run++) {
  for (const [name, host] of hosts) {
    say(`run ${run + 1} of ${runs}: ${name}`);
    const measured = (what, name, pause = 0) => host({ what, name: String(name), pause });
    const out = { kernel: [], shelf: [], handOver: null };
    for (const n of vectors) {
      const both = async (pause) => [await measured("kernel", `${n}-vectors`, pause), await measured("scripts", `${n}-vectors`, pause)];
      const [core, scripts] = await both(0);
      const [late, lateScripts] = await both(PAUSE_MS);
      out.kernel.push({ core, scripts, late, lateScripts });
    }
    for (const n of sizes) out.shelf.push(await measured("shelf", n));
    if (sizes.length) out.handOver = await measured("handOver", sizes[0]);
    results.get(name).push(out);
  }
}
console.log(`${cpus()[0].model}, ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}; medians of ${runs} runs`);
for (const [name, all] of results) report(name, all);
if (wanted.includes("bun") && !javascriptCore) console.log("\nBun is not there (npm package @oven/bun-linux-x64, or NEARSHELF_BUN=path): nothing said of JavaScriptCore.");
