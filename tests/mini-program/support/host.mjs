// A stand-in for a mini-program's logic layer: a fresh realm with what the platforms document and nothing else.

import { readFileSync } from "node:fs";
import { join, resolve, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import { platformStorage } from "./storage.mjs";
import { brotliDecompressSync } from "node:zlib";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
export const build = join(root, "pkg", "mini-program");

/** Where the npm build of the developer tools puts the package's folder. */
const INSTALLED = "/miniprogram_npm/nearshelf/";
/** The core and its parts. */
export const WASM_FILES = ["nearshelf.wasm", "nearshelf-offers.wasm", "nearshelf-insight.wasm", "nearshelf-verify.wasm", "nearshelf-report.wasm", "nearshelf-invite.wasm"];
/** Built into a JavaScript engine, but absent from some platform's logic layer. */
const ABSENT = ["WebAssembly", "globalThis", "BigInt", "BigInt64Array", "BigUint64Array", "SharedArrayBuffer", "Atomics", "WeakRef", "FinalizationRegistry"];

const VENDORS = { wx: "WXWebAssembly", my: "MYWebAssembly", tt: "TTWebAssembly" };

/**
 * @param {{
 *   vendor?: "wx" | "my" | "tt",
 *   files?: Record<string, Uint8Array>,       code package and user files
 *   network?: Record<string, Uint8Array>,     what request finds
 *   wasm?: "path" | "standard" | "none",      the platform's own object, the standard one, or none
 *   refuse?: RegExp,                          wasm paths the platform does not take
 *   slow?: (path: string) => number,          milliseconds that a wasm path takes
 *   trap?: (name: string, count: number) => boolean,  ends an instance at an exported call
 *   storage?: Map<string, string>,            what the platform's storage holds; shared, it is the next visit's
 *   broken?: (call: string) => object | null,  an error that a call of the storage ends with
 *   post?: (options: object) => number,       the status that a POST is answered with, and no JSON
 *   random?: "platform" | "manager" | "standard" | "none",  where randomness comes from
 * }} [wishes]
 */
export function miniProgram({ vendor = "wx", files = {}, network = {}, wasm = "path", refuse = /$^/, slow = () => 0, trap = () => false,
  storage = new Map(), random = "platform", broken = () => null, post = () => 404 } = {}) {
  /** Every look at the platform's API, and every wasm path asked for. */
  const used = [];
  const paths = [];
  const packaged = {
    ...files,
    ...Object.fromEntries(WASM_FILES.flatMap((name) => [name, `${name}.br`]).map((name) => [INSTALLED + name, readFileSync(join(build, name))])),
  };
  const later = (act) => setTimeout(act, 1);
  const reply = (options, found, fail) => later(() => (found ? options.success(found) : options.fail(fail)));
  const buffer = (bytes) => new Uint8Array(bytes).buffer;

  const posted = (options) => {
    const status = post(options);
    // Alipay takes a status that is no success, and an answer that is not the expected JSON, for a failure.
    if (vendor !== "my") return reply(options, { statusCode: status, data: "taken" });
    const error = !/^2/.test(status) ? { error: 19, errorMessage: "http status error" }
      : options.dataType !== "text" ? { error: 14, errorMessage: "json parse data error" } : null;
    reply(options, error ? null : { status, data: "taken" }, error);
  };

  const hiders = new Set();
  const getRandomValues = ({ length, success }) => later(() => success({ errMsg: "getRandomValues:ok", randomValues: crypto.getRandomValues(new Uint8Array(length)).buffer }));
  const api = {
    ...platformStorage(vendor, storage, later, broken),
    ...(random === "platform" ? { getRandomValues } : random === "manager" ? { getUserCryptoManager: () => ({ getRandomValues }) } : {}),
    onAppHide: (act) => void hiders.add(act),
    offAppHide: (act) => void hiders.delete(act),
    request(options) {
      if (options.method === "POST") return posted(options);
      const binary = vendor === "my" ? options.dataType === "arraybuffer" : options.responseType === "arraybuffer";
      const bytes = network[options.url];
      const status = vendor === "my" ? "status" : "statusCode";
      if (!/^https?:\/\/(?!usr\/)/.test(options.url)) reply(options, null, { errMsg: "request:fail invalid url" });
      else if (!bytes) reply(options, { [status]: 404, data: binary ? buffer([60]) : "<" });
      else reply(options, { [status]: 200, data: binary ? buffer(bytes) : "mangled" });
    },
    getFileSystemManager: () => ({
      readFile(options) {
        const bytes = packaged[options.filePath];
        reply(options, bytes && { data: options.encoding ? "mangled" : buffer(bytes) }, { errMsg: `readFile:fail no such file ${options.filePath}` });
      },
    }),
  };
  const recorded = new Proxy(api, {
    get(target, name) {
      if (typeof name === "string") used.push(name);
      return target[name];
    },
  });

  const instantiate = async (path, imports) => {
    paths.push(path);
    if (typeof path !== "string" || !/^\/.*\.wasm(\.br)?$/.test(path)) throw { errMsg: "instantiate:fail not a path of the code package" };
    const file = packaged[path];
    if (!file || refuse.test(path)) throw { errMsg: `instantiate:fail ${path}` };
    if (slow(path)) await new Promise((resolve) => setTimeout(resolve, slow(path)));
    const { instance } = await WebAssembly.instantiate(path.endsWith(".br") ? brotliDecompressSync(file) : file, imports);
    return { instance: { exports: exportsOf(instance, trap) } };
  };

  const sandbox = {
    [vendor]: recorded,
    setTimeout: (act, ms) => setTimeout(act, ms), clearTimeout: (id) => clearTimeout(id),
    setInterval: (act, ms) => setInterval(act, ms), clearInterval: (id) => clearInterval(id),
    console: { log() {}, info() {}, warn() {}, error() {} },
  };
  if (random === "standard") sandbox.crypto = { getRandomValues: (bytes) => crypto.getRandomValues(bytes) };
  if (wasm === "path") sandbox[VENDORS[vendor]] = { instantiate };
  const context = vm.createContext(sandbox, { codeGeneration: { strings: false, wasm: false } });
  vm.runInContext(ABSENT.map((name) => `delete this.${name};`).join("\n"), context);
  if (wasm === "standard") {
    sandbox.WebAssembly = { instantiate: async (bytes, imports) => {
      const { instance } = await WebAssembly.instantiate(bytes, imports);
      return { instance };
    } };
  }

  const file = join(build, "index.js");
  const wrapped = vm.runInContext(`(function (require, module, exports) {${readFileSync(file, "utf8")}\n})`, context, { filename: file });
  const module = vm.runInContext("({ exports: {} })", context);
  wrapped((name) => { throw new Error("no module " + name); }, module, module.exports);
  sandbox.nearshelf = module.exports;

  return {
    used, paths,
    /** The shopper leaves the app. */
    hide: () => hiders.forEach((act) => act()),
    exports: module.exports,
    /** Runs `script` inside the realm; `given` is there under its own names. */
    run(script, given = {}) {
      Object.assign(sandbox, given);
      return vm.runInContext(`(function () { ${script} })()`, context);
    },
  };
}

/** The exports of one instance, without globals: not every device hands them out. */
function exportsOf(instance, trap) {
  const counts = {};
  const exports = {};
  for (const [name, value] of Object.entries(instance.exports)) {
    if (value instanceof WebAssembly.Global) continue;
    // The functions that parts share stay what they are: a 64-bit integer goes from wasm to wasm, and never through JavaScript.
    exports[name] = !name.startsWith("nearshelf_") ? value : (...args) => {
      counts[name] = (counts[name] || 0) + 1;
      if (trap(name, counts[name])) throw new WebAssembly.RuntimeError("unreachable");
      return value(...args);
    };
  }
  return exports;
}
