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
