// Types of `nearshelf/storage`: other places for what outlasts a visit, to be given to `createShelf({ storage })`.

import type { ShelfStorage } from "nearshelf";

/**
 * localStorage, for pages without IndexedDB. Everything is kept as base64, at most about 5 MB a site, and the key lies beside what it opens: what a mini-program's storage protects
 * (src/manual/memory.md). Where the browser forbids or fills it, calls fail, and the shelf goes on.
 */
export function localStorageMemory(storage?: Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">): ShelfStorage;

/** What browsers use anyway: IndexedDB, with a wrapped key. Throws `memory_unavailable` where there is no WebCrypto or no IndexedDB. */
export function browserStorage(): ShelfStorage;

/** As long as the page. */
export function memoryStorage(): ShelfStorage;

export interface BackupOptions {
  /**
   * Keeps bytes under a name at the shop's server, for the shopper who asked for it; `null`: removes them. The bytes are sealed, and the key is not among them.
   * A promise that rejects is told to `failed`; the next save tries again.
   */
  put(name: string, bytes: Uint8Array | null): unknown;
  /** What is kept under a name, or a promise of it; `null` for nothing. Asked only where `code` is given and this device has nothing. */
  get(name: string): unknown;
  /** The code of another device whose portrait is to go on here. A device that has kept something goes on with that; empty it first. A `TypeError` where it is none. */
  code?: string;
  /** Milliseconds between two uploads of one name. Default 60000. */
  everyMs?: number;
  failed?(error: unknown): void;
}

export interface BackedUpStorage extends ShelfStorage {
  /** 56 letters and digits in groups of four, to be shown to the shopper alone; `null` until the shelf keeps something. Who has it and the backup can read the portrait. */
  code(): string | null;
  /** Sends what waits. */
  flush(): Promise<void>;
}

/**
 * A storage whose portraits the shop's server keeps too, without being able to read them. Only for a shopper who asked for it: it sends, at most once in `everyMs`.
 * Forgetting and withdrawing remove the backup. The ledger of private reports stays on the device. A backup is no synchronisation: of two devices with one code the last that saves counts.
 */
export function backedUp(inner: ShelfStorage, options: BackupOptions): BackedUpStorage;
