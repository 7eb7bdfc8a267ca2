// What the memory needs of a mini-program: the platform's storage, randomness from a pool, and a word when the app is left.

import { NearshelfError } from "../src/error.js";
import { api, ask } from "./api.js";
import { fromBase64, toBase64 } from "../src/base64.js";
import { sha256 } from "./sha256.js";

/** Bytes of one value: as base64 it stays below Alipay's 200 KB, the least of the platforms. */
const MOST = 140000;
/** Random bytes fetched at once, and how few are left when more are fetched. */
const POOL = 2048;
const FEW = 512;

/** @type {import("../src/vault.js").MemoryHost} */
export const memory = { storage, entropy, digest: sha256, hidden };

/** @returns {import("../src/vault.js").ShelfStorage} */
function storage() {
  const keys = () => ask(api(), "getStorageInfo").then((info) => info.keys);
  return {
    // The platforms tell a missing value from a failure in different ways, so the list of keys is asked first.
    get: (name) => keys().then((all) => (all.indexOf(name) < 0 ? null
      : ask(api(), "getStorage", { key: name }).then((kept) => fromBase64(kept.data)))),
    set: (name, bytes) => (bytes.length > MOST ? Promise.reject(new Error(bytes.length + " bytes are too many"))
      : ask(api(), "setStorage", { key: name, data: toBase64(bytes) })),
    remove: (name) => ask(api(), "removeStorage", { key: name }),
    keys,
  };
}

/**
 * The platforms' randomness comes asynchronously, and a nonce is needed at once: so some lies ready.
 * @returns {Promise<import("../src/vault.js").Draw>}
 */
function entropy() {
  /** @type {Uint8Array} */
  let pool = new Uint8Array(0);
  let fetching = false;
  const fetched = () => random(POOL).then((/** @type {Uint8Array} */ bytes) => {
    pool = bytes;
  });
  const refill = () => {
    if (fetching) return;
    fetching = true;
    const done = () => {
      fetching = false;
    };
    fetched().then(done, done);
  };
  return fetched().then(() => (n) => {
    const drawn = pool.length < n ? null : pool.slice(0, n);
    if (drawn) pool = pool.subarray(n); // never given twice
    if (pool.length < FEW) refill();
    return drawn;
  });
}

/**
 * @param {number} length
 * @returns {Promise<Uint8Array>}
 */
function random(length) {
  const platform = api();
  const owner = platform.getRandomValues ? platform : platform.getUserCryptoManager && platform.getUserCryptoManager();
  if (owner && owner.getRandomValues) {
    return ask(owner, "getRandomValues", { length }).then((got) => {
      const bytes = new Uint8Array(got.randomValues);
      if (bytes.length < length) throw unavailable();
      return bytes;
    });
  }
  // @ts-ignore Some platforms have the standard object and do not document it.
  const standard = typeof crypto === "undefined" ? null : crypto;
  if (standard && standard.getRandomValues) return Promise.resolve(standard.getRandomValues(new Uint8Array(length)));
  return Promise.reject(unavailable());
}

function unavailable() {
  return new NearshelfError("memory_unavailable", "Nothing is kept for the next visit: there is no source of randomness here.",
    "WeChat has one from base library 2.15.0.");
}

/** @param {() => void} act */
function hidden(act) {
  const platform = api();
  if (!platform.onAppHide) return () => {};
  platform.onAppHide(act);
  return () => platform.offAppHide && platform.offAppHide(act);
}
