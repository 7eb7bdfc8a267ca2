// The core on hosts with the standard WebAssembly API: any source becomes a module, a module becomes instances.

import { makeGlue } from "nearshelf-glue";
import { toBytes } from "./bytes.js";
import { PARTS } from "./engine.js";
import { NearshelfError, said } from "./error.js";
import { TEXTS } from "./fixes.js";

/** Modules by address: several shelves share one, each with an instance of its own. @type {Map<string, Promise<any>>} */
const modules = new Map();

/**
 * @param {any} source as `options.wasm`, or the host's default
 * @param {any[]} parts the same for each of `PARTS`, which are loaded when they are wanted
 * @param {(address: string) => Promise<any>} load a Response or bytes
 * @returns {Promise<import("./engine.js").Start>}
 */
export function webCore(source, parts, load) {
  if (typeof WebAssembly === "undefined") {
    throw new NearshelfError("wasm_unavailable", TEXTS ? "This host has no WebAssembly." : "",
      TEXTS ? "Nothing to do: lists keep the given or published order." : "");
  }
  return toModule(source, load).then((module) => () => {
    const glue = makeGlue(); // a fresh one, because the old one's memory is the old instance's
    return guard(glue.start(module)).then(() => {
      const core = new glue.Core();
      core.grow = (i) => toModule(parts[i], load).then((part) => guard(glue.grow(part)));
      return core;
    });
  });
}

/**
 * Where the parts are: as given, else beside a wasm that was given by its address, else as the host says.
 * @param {any} wasm
 * @param {any[]} given
 * @param {(part: number) => any} otherwise
 */
export function places(wasm, given, otherwise) {
  const address = wasm && (wasm.href || wasm);
  return PARTS.map((part, i) => given[i] || (typeof address === "string"
    ? address.replace(/[^/]*$/, (name) => name.replace(/(\.wasm)?(?=[?#]|$)/, "-" + part + "$1"))
    : otherwise(i)));
}

/**
 * @param {any} source
 * @param {(address: string) => Promise<any>} load
 * @returns {Promise<WebAssembly.Module>}
 */
function toModule(source, load) {
  if (typeof source === "function") return toModule(source(), load);
  if (source && typeof source.then === "function") return source.then((settled) => toModule(settled, load));
  if (Object.prototype.toString.call(source) === "[object WebAssembly.Module]") return Promise.resolve(source);
  if (typeof source === "string" || (source && typeof source.href === "string")) {
    const address = String(source);
    let module = modules.get(address);
    if (!module) {
      module = load(address).then((loaded) => toModule(loaded, load));
      modules.set(address, module);
      module.catch(() => modules.delete(address));
    }
    return module;
  }
  if (source && typeof source.arrayBuffer === "function") return fromResponse(source);
  const bytes = toBytes(source);
  if (bytes) return guard(WebAssembly.compile(bytes));
  return Promise.reject(new NearshelfError("wasm_missing", TEXTS ? "options.wasm is nothing a module can be made of." : "",
    TEXTS ? "Pass the address of nearshelf.wasm, a Response, its bytes, a WebAssembly.Module, or a function that returns one." : ""));
}

/**
 * Compiles while the bytes arrive, where the server names their type; else after.
 * @param {Response} response
 */
function fromResponse(response) {
  const type = (response.headers && response.headers.get("content-type")) || "";
  // Many servers answer an address they do not know with their start page, and 200.
  if (response.ok === false || /^text\/html/i.test(type)) {
    return Promise.reject(new NearshelfError("wasm_missing", (TEXTS ? "The wasm file's address answers " : "") + response.status + " " + type,
      TEXTS ? "Serve the .wasm files beside the JavaScript or pass options.wasm. With Vite: optimizeDeps.exclude: ['nearshelf']." : ""));
  }
  if (/^application\/wasm\b/i.test(type) && WebAssembly.compileStreaming) return guard(WebAssembly.compileStreaming(response));
  return response.arrayBuffer().then((bytes) => guard(WebAssembly.compile(bytes)));
}

/**
 * Tells a page policy that forbids wasm from a file that is none.
 * @template T
 * @param {Promise<T>} compiling
 * @returns {Promise<T>}
 */
function guard(compiling) {
  return compiling.catch((thrown) => {
    const message = said(thrown);
    throw /unsafe-eval|Content Security|\bCSP\b/i.test(message)
      ? new NearshelfError("wasm_blocked", (TEXTS ? "The page's policy forbids WebAssembly: " : "") + message,
        // Told in every build: many pages have such a policy only where they are published.
        "Add 'wasm-unsafe-eval' to script-src of its Content-Security-Policy.")
      : new NearshelfError("wasm_broken", (TEXTS ? "The wasm file cannot be used: " : "") + message,
        TEXTS ? "Serve the .wasm files of this package version, unchanged." : "");
  });
}
