// What a shelf is made of and told: consent, sources, storage, overlays, diagnostics.

/** Three states a purpose: `null` is undecided and acts as `false`. */
export interface Consent {
  /**
   * Keep data in the host's storage. Default `null`: nothing of it is looked at. Withdrawing it on a shelf that had it
   * empties everything Nearshelf kept there.
   */
  store?: boolean | null;
  /** Build and use the portrait. Default `null`: neutral order. `false` also empties what is kept of it. */
  personalize?: boolean | null;
  /** Send noised aggregates; needs `store`. Default `null`. */
  report?: boolean | null;
  /** Let sensitive categories into the portrait. Default `null`. */
  sensitive?: boolean | null;
}

/** What was decided, and what belongs to the decision. What is not named stays as it was. */
export interface ConsentChange extends Consent {
  /** The shopper is a minor: whatever was decided, the order is neutral, there is no portrait and no report, and what is kept of one goes. Stays until it is said otherwise. Default `false`. */
  minor?: boolean;
  /**
   * The version of the notice that was decided about. Another one than `ShelfOptions.notice` decides nothing: everything is undecided then, and to be asked anew. Default: the present one;
   * at the start, where there is consent to store, the one of the last receipt that is kept.
   */
  notice?: string;
  /** Who hands the decision over, such as "banner"; for the receipt, up to 100 characters. Default "host". */
  by?: string;
}

/** What was decided when, by which notice, and what is in force of it. */
export interface ConsentReceipt {
  version: 1;
  /** Milliseconds since 1970 UTC. */
  time: number;
  /** Version of the notice; "" where the shop names none. */
  notice: string;
  /** Who handed the decision over; "notice" where a new version of it made everything undecided. */
  by: string;
  decided: Required<Consent>;
  /** The same, as signals and age leave it. */
  inForce: Required<Consent>;
  /** What the browser said for its user: Global Privacy Control, Do Not Track. */
  signals: ("gpc" | "dnt")[];
  /** False: the shop goes by the decision, whatever the signals say. */
  respectSignals: boolean;
  minor: boolean;
}

export type WasmSource =
  | string
  | URL
  | Response
  | ArrayBuffer
  | Uint8Array
  | WebAssembly.Module
  | Promise<Response | ArrayBuffer | Uint8Array | WebAssembly.Module>
  | (() => WasmSource);

/** A shard of a split pack: where it is, or its bytes. */
export type ShardSource = string | URL | ArrayBuffer | Uint8Array;

export interface ShelfOptions {
  /** Address of the pack, or its bytes. */
  pack: string | URL | ArrayBuffer | Uint8Array;
  /** Market code of the pack, e.g. "cn". Default: the pack's first. */
  market?: string;
  /** BCP 47 tag, e.g. "zh-CN". Default: the pack's first language. */
  language?: string;
  /** What was decided so far. A shelf keeps no decision of an earlier visit: whoever asked says it again. Default: everything undecided. */
  consent?: ConsentChange;
  /**
   * Version of the notice that the shopper decides about, up to 100 characters. With it receipts are kept, once there is consent to store, and a decision about another version is none. Default: none,
   * and receipts are handed over only.
   */
  notice?: string;
  /**
   * Whether Global Privacy Control and Do Not Track turn `report` off. With `false` the decision alone counts, which every receipt says. Default `true`; mini-programs have no such signals. The
   * first call for a pack decides, as for `notice` and `preConsent`.
   */
  respectSignals?: boolean;
  /**
   * What becomes of events before the answer to `personalize`: "drop" (default), or "session": they wait in memory, 512 calls or 256 kB of them at most, for a yes, which uses them, and go with a no,
   * `forget`, `signOut` and the page.
   */
  preConsent?: "drop" | "session";
  /**
   * The page knows, by its own cookie or account, that this browser kept a portrait before. Where nothing is there any more, the diagnostic `memory_gone` tells so: the browser has cleared
   * its storage, which looks like a first visit otherwise.
   */
  returning?: boolean;
  /** `createShelf` resolves after at most this many milliseconds. Default 1500. */
  timeoutMs?: number;
  /** Where the wasm comes from. Default: the file beside the module. */
  wasm?: WasmSource;
  /**
   * Whether `createShelf` waits for the part of the core that answers `quote`, `coupons` and `offers`. Default: where the pack has offers.
   * Where it did not, the first of those calls fetches it and answers `null` or `[]` until `change`. Node has it at once.
   */
  offers?: boolean;
  /** Where that part comes from. Default: `nearshelf-offers.wasm` beside the wasm. */
  offersWasm?: WasmSource;
  /**
   * Whether `createShelf` waits for the part of the core that answers `matches`, `matchesAll` and `audience`. Default: no; the first of those calls
   * fetches it and everything is `false` until `change`. Node has it at once.
   */
  insight?: boolean;
  /** Where that part comes from. Default: `nearshelf-insight.wasm` beside the wasm. */
  insightWasm?: WasmSource;
  /**
   * Public keys of the shop, 64 hexadecimal digits each; two while one takes the other's place. With them only packs, shards, overlays and switches that `nearshelf sign` signed with one of
   * them are taken; what is unsigned, altered, expired or older than one that was seen is refused with a diagnostic, and the last good one stays. Default: no file is
   * checked. The first call for a pack decides.
   */
  keys?: string[];
  /**
   * Address of the shop's switch, by which it stops offers, campaigns or personalization at once. It is fetched again before it is stale, as overlays are; while there is none, or it is stale, no offer
   * goes on. Default: none.
   */
  switches?: string | URL;
  /** Where the part that checks signatures comes from. Default: `nearshelf-verify.wasm` beside the wasm; it is loaded with `keys`, and by `nearshelf/invites`. */
  verifyWasm?: WasmSource;
  /** Where the part that makes private reports comes from. Default: `nearshelf-report.wasm` beside the wasm; it is loaded with consent to `report` and `store` only. */
  reportWasm?: WasmSource;
  /** Where the part for invitations comes from. Default: `nearshelf-invite.wasm` beside the wasm; it is loaded by `nearshelf/invites` only, behind the part that checks signatures. */
  inviteWasm?: WasmSource;
  /** Milliseconds, at most, that a page waits before it sends a report that an earlier page could not: the wait is drawn evenly from 0 to this. 0 to 3,600,000; default 30,000. */
  reportDelayMs?: number;
  /**
   * Which shards of a split pack are fetched, one at a time, each followed by `change`. `"page"` (default): what this page's calls
   * name. `"personal"`: also what the portrait asks for, with `consent.personalize`; the server that has the files can then learn from their
   * names what this browser likes. `"all"`: every shard, which tells nothing. `false`: none. The first call for a pack decides.
   */
  shards?: "page" | "personal" | "all" | false;
  /** Brings a shard: its address or its bytes, by the file's name. Default: the file beside the pack; for a pack given as bytes, none. */
  loadShard?: (name: string) => ShardSource | Promise<ShardSource>;
  /**
   * Where the sealed portrait is kept between visits, once `consent.store` allows it. Default: the database "nearshelf" in
   * browsers, the platform's storage in mini-programs, and nothing that outlives the shelf in Node. With a storage of the
   * shop's own, the key lies in it beside what it opens.
   */
  storage?: ShelfStorage;
  /**
   * Where private reports go, with `consent.report` and `consent.store`: an address that takes a POST of 29 to 37 bytes and answers
   * 2xx (with `Access-Control-Allow-Origin` where it is of another origin), or a function that takes the bytes and answers `false` (or a
   * response that is not `ok`, or throws) when they were not taken. Both have five seconds. A report is sent once a week: when
   * the page is hidden or left, or by the next page at its start. Default: none is sent. In Node there are reports with `storage` only.
   */
  reports?: string | URL | ((bytes: Uint8Array) => unknown);
  /** Clock in milliseconds since 1970 UTC. Default `Date.now`. */
  now?: () => number;
  /** Minutes by which the shopper's clock is ahead of UTC (480 in Beijing), -1080 to 1080. Default: the device's. */
  utcOffset?: number;
  /**
   * What exploration is drawn from, a whole number from 0 to 2^53 - 1: the same seed explores alike. Default: drawn from the host's
   * generator, once a shelf, where the pack explores and the shopper consented to `personalize`.
   */
  seed?: number;
  /** Prices and stock that replace the pack's: an address (fetched again before it is stale), bytes, or the items themselves. */
  overlay?: string | URL | ArrayBuffer | Uint8Array | OverlayData;
  /** Milliseconds from one fetch of `overlay` to the next, at least 1000. Default: nine tenths of the time it holds. */
  overlayRefreshMs?: number;
}

/** An overlay in JSON. What cannot be read is counted in `diagnostics()` and left as it was. */
export interface OverlayData {
  /** May be missing where there are `rows` or `grants`. */
  items?: OverlayItem[];
  /** What has changed by places in the pack `base`, as `nearshelf overlay` writes it. If any of it cannot be read, the overlay is refused. Items come after it. */
  rows?: OverlayRows[];
  /** Version of the pack that it is for, as it was before it was split: any other refuses it. Default: any pack, which takes no `rows`. */
  base?: string;
  /** New multipliers of granting campaigns, all together; `lambda_until` as milliseconds since 1970 UTC or in words that `Date` reads. */
  grants?: { id: string; lambda_ppm: number; lambda_until: string | number }[];
  /** Another shop's overlay is refused. */
  shop?: string;
  /** Code of its market. Default: the one looked at. */
  market?: string;
  /** A whole number above that of the overlay before. Default: the next. */
  sequence?: number;
  /** The overlay this delta builds upon; without that it is refused. Default: any. */
  since?: number;
  /** Milliseconds since 1970 UTC. Default: now. */
  issued?: number;
  /** Seconds for which it holds. Default: the pack's. */
  max_age?: number;
  /** Whether what it does not name returns to the pack's values. Default: it stays as it is. */
  full?: boolean;
}

/** What has changed about some variants, in columns of one length. */
export interface OverlayRows {
  /** Of each variant 256 times the row of its product in the pack `base`, and which of the product's variants it is, 0 to 255. */
  places: number[];
  /** List prices in the market's minor units, 0 to 4,294,967,294. `null` takes those of all rows away; without it they stay. */
  price_minor?: number[] | null;
  sale_price_minor?: number[] | null;
  /** Of all rows. */
  availability?: "in_stock" | "out_of_stock" | "preorder" | "backorder" | "not_sold" | null;
  hidden?: boolean | null;
}

/** What has changed about a variant, or about all variants of a product; what is not named stays. */
export interface OverlayItem {
  id: string | number;
  /** In major units, read exactly: "12.90", "12.90 CNY", 12.9. `null` or "" takes it away. */
  price?: string | number | null;
  sale_price?: string | number | null;
  availability?: "in_stock" | "out_of_stock" | "preorder" | "backorder" | "not_sold" | null;
  /** Hidden from every shelf and from `browse`. */
  hidden?: boolean | null;
  /**
   * Of an item that the pack does not have: its title, or one for each language. With it the item is a product until the next pack, in stock unless
   * `availability` says otherwise. An item that the pack has is not described by it.
   */
  title?: string | Record<string, string>;
  /** Path of a category of the pack, in its first language. Only with `title`, as what follows. */
  product_type?: string;
  brand?: string;
  link?: string;
  image_link?: string;
}

/** Named bytes. Each of our names begins with "nearshelf/"; a value is less than 70,000 bytes. An answer has five seconds. */
export interface ShelfStorage {
  /** `null` or `undefined` where there is none. */
  get(name: string): Promise<Uint8Array | ArrayBuffer | null | undefined>;
  set(name: string, bytes: Uint8Array): Promise<unknown>;
  /** A name that is not there is no error. */
  remove(name: string): Promise<unknown>;
  /** Asked when something is withdrawn or forgotten; names of others may be among them. */
  keys(): Promise<string[]>;
}

/**
 * What went wrong. `code` is for programs and always there. `message` is a sentence under the `development` condition, in Node and in mini-programs; in
 * browsers it is what is known beyond the code (an address, a status, the host's own words, which call and option), else the code in words. `fix` is
 * the way out, where there are sentences.
 */
export interface Diagnostic { code: string; message: string; fix?: string; }

/** Thrown for misuse under the `development` condition only. */
export class NearshelfError extends Error {
  readonly code: string;
  readonly fix: string;
}
