// A mini-program as a host: WeChat, Alipay or Douyin, told apart by what they bring.

import { toBytes } from "../src/bytes.js";
import { PARTS } from "../src/engine.js";
import { NearshelfError, said } from "../src/error.js";
import { api, ask } from "./api.js";
import { AbiCore } from "./core.js";
import { memory } from "./memory.js";

/** Where the npm build of the developer tools puts the file, which lies there compressed as well. */
const WASM = "/miniprogram_npm/nearshelf/nearshelf.wasm";

export const host = {
  memory,

  reports: { send, alone },

  address: (/** @type {any} */ pack) => (typeof pack === "string" ? pack : ""),

  pack: (/** @type {any} */ pack) => toBytes(pack) || load(pack, "pack_missing"),

  core: (/** @type {any} */ wasm, /** @type {any[]} */ parts) => {
    const start = (/** @type {any} */ source) => () => instantiate(source, {}).then((/** @type {any} */ exports) => {
      const core = new AbiCore(exports);
      core.grow = (i) => {
        const part = parts[i] || beside(source, PARTS[i]);
        return instantiate(part, { c: exports }).catch((/** @type {any} */ thrown) => {
          throw new NearshelfError("wasm_missing", part + ": " + said(thrown), "Put this file into the code package, from the same version as the others.");
        });
      };
      return core;
    });
    if (wasm || !platformWasm()) return Promise.resolve(start(wasm || WASM));
    // Older platforms take the plain file only. The one that starts is the one a restart uses.
    const compressed = start(WASM + ".br");
    return compressed().then((/** @type {AbiCore} */ core) => once(core, compressed), () => start(WASM));
  },
};

/**
 * @param {string} url
 * @param {Uint8Array} bytes
 */
function send(url, bytes) {
  const data = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const header = { "content-type": "application/octet-stream" };
  // Alipay has its own word for the header, and fails where the answer is not the JSON it expects.
  return ask(api(), "request", { url, method: "POST", data, header, headers: header, dataType: "text" })
    .then((answer) => Math.floor((answer.statusCode || answer.status) / 100) === 2);
}

/** @type {Promise<any>} */
let last = Promise.resolve();

/**
 * One after another: all shelves of a program share its storage.
 * @param {string} name
 * @param {() => Promise<any>} task
 */
function alone(name, task) {
  const done = last.then(task);
  last = done.catch(() => {});
  return done;
}

/**
 * Hands out the core that is there already, and makes new ones from then on.
 * @param {AbiCore} first
 * @param {() => Promise<AbiCore>} again
 */
function once(first, again) {
  /** @type {AbiCore | null} */
  let ready = first;
  return () => {
    const core = ready;
    ready = null;
    return core ? Promise.resolve(core) : again();
  };
}

/**
 * The exports of a wasm that is no shelf's.
 * @param {any} wasm what the page gives; else the file beside, compressed where the platform takes that
 * @param {string} beside
 * @returns {Promise<any>}
 */
export function exportsOf(wasm, beside) {
  if (wasm || !platformWasm()) return instantiate(wasm || beside, {});
  return instantiate(beside + ".br", {}).catch(() => instantiate(beside, {}));
}

/** The platform's own object for wasm. */
function platformWasm() {
  return typeof TTWebAssembly !== "undefined" ? TTWebAssembly
    : typeof MYWebAssembly !== "undefined" ? MYWebAssembly
    : typeof WXWebAssembly !== "undefined" ? WXWebAssembly
    : null;
}

/**
 * The path of a part, which lies beside the core and is compressed as it is.
 * @param {any} core what the core was made from
 * @param {string} part
 */
function beside(core, part) {
  return (typeof core === "string" ? core : WASM).replace(/(\.wasm)?(\.br)?$/, (end) => "-" + part + end);
}

/**
 * What an instance exports. The platforms' own objects take paths of the code package only; the standard one takes bytes only.
 * @param {any} source
 * @param {any} imports
 * @returns {Promise<any>}
 */
function instantiate(source, imports) {
  const own = platformWasm();
  const exported = (/** @type {any} */ made) => (made.instance || made).exports;
  if (own && typeof source === "string") return own.instantiate(source, imports).then(exported);
  if (typeof WebAssembly === "undefined") {
    throw new NearshelfError("wasm_unavailable", "This host has no WebAssembly for what options.wasm gives.",
      own ? "Pass the path of nearshelf.wasm in the code package." : "Nothing to do: lists keep the given or published order.");
  }
  const bytes = typeof source === "string" ? load(source, "wasm_missing") : Promise.resolve(toBytes(source) || source);
  return bytes.then((/** @type {any} */ bytes) => WebAssembly.instantiate(bytes, imports)).then(exported);
}

/**
 * The bytes at a network address, or at a path of the code package or the user's files.
 * @param {any} place
 * @param {string} code of the diagnostic when there are none
 * @returns {Promise<Uint8Array>}
 */
function load(place, code) {
  return new Promise((resolve, reject) => {
    const fail = (/** @type {any} */ why) => {
      reject(new NearshelfError(code, place + ": " + said(why),
        "Check the path; a network address has to be on the account's list of domains."));
    };
    const take = (/** @type {any} */ result) => {
      const status = result.statusCode || result.status || 200;
      const bytes = toBytes(result.data);
      if (bytes && status === 200) resolve(bytes);
      else fail(bytes ? "it answers " + status : "the answer is not binary");
    };
    const platform = api();
    // The developer tools show user and temporary files under http://usr/, http://tmp/ and http://store/.
    if (/^https?:\/\/(?!(usr|tmp|store)\/)/.test(place)) {
      const request = { url: place, responseType: "arraybuffer", success: take, fail };
      // Alipay has its own word for it.
      platform.request(typeof my === "undefined" ? request : Object.assign({ dataType: "arraybuffer" }, request));
    } else {
      platform.getFileSystemManager().readFile({ filePath: place, success: take, fail });
    }
  });
}
