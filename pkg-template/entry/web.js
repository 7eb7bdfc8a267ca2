// The web as a host: fetch for the pack and the wasm, IndexedDB and WebCrypto for the memory, and nothing else of the page.

import { toBytes } from "../src/bytes.js";
import { shelfMaker } from "../src/create.js";
import { NearshelfError } from "../src/error.js";
import { TEXTS } from "../src/fixes.js";
import { indexedStorage } from "../src/indexed-storage.js";
import { lendNativeText } from "../src/text.js";
import { places, webCore } from "../src/web-core.js";
import { digest, entropy } from "../src/web-secret.js";

/**
 * The whole address, so that one pack is one address however it is written.
 * @param {string | URL} pack
 */
function whole(pack) {
  return new URL(pack, typeof document === "undefined" ? location.href : document.baseURI).href;
}

/**
 * @param {() => any} defaultWasm where the wasm is when `options.wasm` does not say
 * @param {(() => any)[]} defaultParts where each of `PARTS` is when neither an option nor the address of the wasm says
 */
export function makeWebShelf(defaultWasm, defaultParts) {
  return shelfMaker({
    begin: lendNativeText,

    address: (pack) => (typeof pack === "string" || pack.href ? whole(pack) : ""),

    pack: (pack) => toBytes(pack) || fetch(whole(pack)).then((response) => {
      if (!response.ok) {
        throw new NearshelfError("pack_missing", (TEXTS ? "The address answers " : "") + response.status, TEXTS ? "Check its address." : "");
      }
      return response.arrayBuffer().then((buffer) => new Uint8Array(buffer));
    }),

    core: (wasm, parts) => webCore(wasm || defaultWasm(), places(wasm, parts, (i) => defaultParts[i]), (address) => fetch(address)),

    memory: { storage: indexedStorage, entropy, digest, hidden, others, alone: unlessTaken },

    reports: { send, alone },

    signals: () => {
      /** @type {any} */
      const says = typeof navigator === "undefined" ? {} : navigator;
      return [says.globalPrivacyControl === true ? "gpc" : "", says.doNotTrack === "1" ? "dnt" : ""].filter(Boolean);
    },

    away: () => typeof document !== "undefined" && document.hidden,
  });
}

/**
 * A request that outlives the page, without cookies and without an address to come from. Where it cannot outlive the page it may be
 * lost and sent again later; a beacon would arrive, with the cookies.
 * @param {string} address
 * @param {Uint8Array} bytes
 */
function send(address, bytes) {
  const body = /** @type {BodyInit} */ (bytes);
  return fetch(address, { method: "POST", body, keepalive: true, credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store" });
}

/**
 * One page of the shop at a time.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} task
 * @returns {Promise<T>}
 */
function alone(name, task) {
  if (navigator.locks) return /** @type {any} */ (navigator.locks.request(name, task));
  throw new NearshelfError("reports_unavailable", "No report is made: this browser cannot keep two pages apart.", "Serve the page over https.");
}

/**
 * The task, unless another page of the shop is in one of that name.
 * @param {string} name
 * @param {() => Promise<boolean>} task
 * @returns {Promise<boolean | undefined>}
 */
function unlessTaken(name, task) {
  const { locks } = navigator;
  return locks ? /** @type {any} */ (locks.request(name, { ifAvailable: true }, (lock) => (lock ? task() : undefined))) : task();
}

/**
 * What other pages of this shop tell each other: that something was written.
 * @param {string} name
 * @param {() => void} heard
 */
function others(name, heard) {
  if (typeof BroadcastChannel === "undefined") return null;
  const channel = new BroadcastChannel("nearshelf/" + name);
  channel.onmessage = heard;
  return { tell: () => channel.postMessage(0), end: () => channel.close() };
}

/**
 * A page learns that it goes by one of these, and which one depends on how it goes. A worker learns nothing.
 * @param {() => void} act
 */
function hidden(act) {
  const events = ["visibilitychange", "pagehide"];
  events.forEach((name) => addEventListener(name, act));
  return () => events.forEach((name) => removeEventListener(name, act));
}
