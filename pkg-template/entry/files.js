// Node as a host: pack and wasm are files, addresses or bytes; the memory ends with the program.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { toBytes } from "../src/bytes.js";
import { shelfMaker } from "../src/create.js";
import { PARTS } from "../src/engine.js";
import { NearshelfError } from "../src/error.js";
import { mapStorage } from "../src/map-storage.js";
import { lendNativeText } from "../src/text.js";
import { places, webCore } from "../src/web-core.js";
import { digest, entropy } from "../src/web-secret.js";

/** @param {(name: string) => URL} beside where a file of the package lies */
export function makeNodeShelf(beside) {
  return shelfMaker({
    begin: lendNativeText,
    address: (pack) => (typeof pack === "string" || pack instanceof URL ? toUrl(pack).href : ""),
    pack: (pack) => toBytes(pack) || read(pack, "pack_missing"),
    core: (wasm, parts) => webCore(wasm || beside("nearshelf.wasm"), places(wasm, parts, (i) => beside("nearshelf-" + PARTS[i] + ".wasm")),
      (address) => read(address, "wasm_missing")),
    // A file is at hand at once, so nothing is gained by waiting for the first cart.
    near: true,
    memory: { storage: mapStorage, entropy, digest },
    reports: {
      send: (address, bytes) => fetch(address, { method: "POST", body: /** @type {BodyInit} */ (bytes) }),
      alone: (name, task, own) => {
        if (own) return task();
        throw new NearshelfError("reports_unavailable", "No report is made: nothing here outlasts the shelf, so each shelf would make one.",
          "Pass options.storage.");
      },
    },
  });
}

/**
 * What a cart costs, for the shop's server: the engine, the pack and the overlay of the device, at a given time. The pack that was asked for last stays open.
 * @param {(name: string) => URL} beside
 */
export function quoteWith(beside) {
  /** One call after another: they share the shelf and its clock. @type {Promise<any>} */
  let last = Promise.resolve();
  /** @type {any} */
  let open = null;
  return (/** @type {any} */ cart, /** @type {any} */ { pack, overlay, market, language, keys, now = Date.now() }) => {
    const asked = [pack, overlay, market, language, String(keys)];
    const answer = last.then(async () => {
      if (!open || asked.some((one, i) => one !== open._asked[i])) {
        if (open) open._shelf.dispose();
        const clock = { _now: now };
        // From bytes, so that it is nobody else's shelf.
        const bytes = toBytes(pack) || await read(pack, "pack_missing");
        const file = overlay === undefined || toBytes(overlay) || typeof overlay === "object" ? overlay : await read(overlay, "overlay_missing");
        const shelf = await makeNodeShelf(beside)({ pack: bytes, overlay: file, market, language, keys, now: () => clock._now, timeoutMs: 0x7fffffff });
        open = { _asked: asked, _shelf: shelf, _clock: clock };
      }
      open._clock._now = now;
      const before = open._shelf.diagnostics();
      const quote = open._shelf.quote(cart);
      if (quote) return quote;
      const after = open._shelf.diagnostics();
      const code = Object.keys(after).filter((one) => after[one] !== before[one])[0] || Object.keys(after)[0] || "internal_error";
      if (open._shelf.status !== "ready") open = null;
      throw new NearshelfError(code, "The cart has no quote.", "See the page of errors in the manual.");
    });
    last = answer.catch(() => {});
    return answer;
  };
}

/**
 * The address of a file path, or the address it is already.
 * @param {string | URL} place
 */
function toUrl(place) {
  return /^(https?|file|data|blob):/i.test(String(place)) ? new URL(place) : pathToFileURL(resolve(String(place)));
}

/**
 * @param {string | URL} place
 * @param {string} code of the diagnostic when it cannot be read
 * @returns {Promise<Uint8Array>}
 */
async function read(place, code) {
  const url = toUrl(place);
  if (url.protocol === "file:") {
    return readFile(fileURLToPath(url)).catch((error) => {
      throw new NearshelfError(code, error.message, "Check the path.");
    });
  }
  const response = await fetch(url);
  if (!response.ok) throw new NearshelfError(code, url.href + " answers " + response.status + ".", "Check the address.");
  return new Uint8Array(await response.arrayBuffer());
}
