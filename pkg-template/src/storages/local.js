// A storage over localStorage, for pages that have no IndexedDB: small, and its key lies beside what it opens.

import { fromBase64, toBase64 } from "../base64.js";

/**
 * @param {Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">} [given]
 * @returns {import("../vault.js").ShelfStorage}
 */
export function localStorageMemory(given) {
  // Looked up at each call: where a browser forbids it, looking throws, which is a storage that fails.
  const place = () => given || localStorage;
  return {
    get: async (name) => {
      const kept = place().getItem(name);
      return kept === null ? null : fromBase64(kept);
    },
    set: async (name, bytes) => place().setItem(name, toBase64(bytes)),
    remove: async (name) => place().removeItem(name),
    keys: async () => {
      const all = place();
      return Array.from({ length: all.length }, (_, i) => String(all.key(i)));
    },
  };
}
