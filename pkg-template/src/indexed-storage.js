// A storage in a database of our own, "nearshelf", where keys lie wrapped by a key that nobody can take out.

import { NearshelfError } from "./error.js";
import { TEXTS } from "./fixes.js";

const STORE = "memory";

/** @returns {import("./vault.js").ShelfStorage} */
export function indexedStorage() {
  const { subtle } = crypto;
  if (!subtle || typeof indexedDB === "undefined") {
    throw new NearshelfError("memory_unavailable", TEXTS ? "Nothing is kept: there is no WebCrypto or no IndexedDB." : "", TEXTS ? "Serve the page over https." : "");
  }
  /** @type {IDBDatabase | null} */
  let open = null;

  /** @returns {Promise<IDBDatabase>} */
  const opened = () => new Promise((resolve, reject) => {
    const request = indexedDB.open("nearshelf", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      open = request.result;
      // Whoever deletes the database need not wait for us.
      open.onversionchange = () => {
        request.result.close();
        open = null;
      };
      resolve(open);
    };
  });

  /**
   * One request in a transaction of its own; done when it is written.
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest} ask
   * @returns {Promise<any>}
   */
  const act = (mode, ask) => (open ? run(open, mode, ask) : opened().then((db) => run(db, mode, ask)));

  return {
    get: (name) => act("readonly", (store) => store.get(name)).then((kept) => (kept?.key
      // One that does not unwrap is no key, and another takes its place.
      ? subtle.decrypt({ name: "AES-GCM", iv: kept.iv }, kept.key, kept.bytes).catch(() => new ArrayBuffer(0))
      : kept)),

    // Without a step in between where nothing is to be wrapped: a page that goes has no time for one.
    set: (name, bytes) => (/\/key$/.test(name)
      // Fails where another page was first, and its key counts.
      ? wrap(subtle, bytes).then((wrapped) => act("readwrite", (store) => store.add(wrapped, name)))
      : act("readwrite", (store) => store.put(bytes, name))),

    remove: (name) => act("readwrite", (store) => store.delete(name)),

    keys: () => act("readonly", (store) => store.getAllKeys()),
  };
}

/**
 * @param {IDBDatabase} db
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest} ask
 */
function run(db, mode, ask) {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(STORE, mode);
    const request = ask(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(request.error || transaction.error);
    transaction.commit?.();
  });
}

/**
 * @param {SubtleCrypto} subtle
 * @param {Uint8Array} bytes
 */
function wrap(subtle, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]).then((key) =>
    subtle.encrypt({ name: "AES-GCM", iv }, key, bytes).then((sealed) => ({ key, iv, bytes: sealed })));
}
