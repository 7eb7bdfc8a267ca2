// `createShelf` for every host: it never rejects, never hangs, and makes one shelf a pack address.

import { asError, NearshelfError } from "./error.js";
import { TEXTS } from "./fixes.js";
import { Hub } from "./hub.js";
import { any, readOptions, text, whole } from "./options.js";
import { WISHES } from "./shards.js";
import { Shelf } from "./shelf.js";
import { CONSENT, VIEW } from "./takes.js";
import { PACK, publicKeys } from "./trust.js";

/**
 * What a host brings: network, files, and what a memory needs; nothing else.
 * @typedef {{
 *   begin?: () => void,
 *   address(pack: any): string,
 *   pack(pack: any): Promise<Uint8Array> | Uint8Array,
 *   core(wasm: any, parts: any[]): Promise<import("./engine.js").Start>,
 *   near?: boolean,
 *   memory?: import("./vault.js").MemoryHost,
 *   reports?: import("./reports.js").ReportHost,
 *   away?: () => boolean,
 *   signals?: () => string[],
 * }} Host `away` tells that nobody sees the page; `signals` what the browser says for its user; `near` that files are at hand at once; `begin` runs at each call; `address` answers "" for bytes; `core` fetches and compiles, and answers how to make an instance
 */

const TIMEOUT_MS = 1500;
/** The longest delay a timer can hold. */
const LONGEST_MS = 0x7fffffff;

/** @type {import("./options.js").Option} */
const callable = (value, wrong) => (typeof value === "function" ? value : wrong(TEXTS ? "a function" : ""));

/** @type {import("./options.js").Option} */
const wish = (value, wrong) => (typeof value === "boolean" ? value : wrong(TEXTS ? "true or false" : ""));

const OPTIONS = {
  pack: any,
  market: VIEW.market,
  language: VIEW.language,
  consent: any,
  notice: text,
  respectSignals: wish,
  returning: wish,
  preConsent: (value, wrong) => (value === "session" ? 1 : value === "drop" ? 0 : wrong(TEXTS ? '"drop" or "session"' : "")),
  timeoutMs: (value, wrong) => (typeof value === "number" && value >= 0 ? value : wrong(TEXTS ? "a number of milliseconds" : "")),
  wasm: any,
  offers: wish,
  offersWasm: any,
  insight: wish,
  insightWasm: any,
  storage: (value, wrong) => (typeof value.remove === "function" ? value : wrong(TEXTS ? "an object with get, set, remove and keys" : "")),
  reports: (value, wrong) => (/^(string|function)$/.test(typeof value) || value.href ? value : wrong(TEXTS ? "an address or a function" : "")),
  reportDelayMs: whole(0, 3600000),
  overlay: any,
  overlayRefreshMs: whole(1000, LONGEST_MS),
  seed: whole(0, 0x1fffffffffffff),
  now: callable,
  utcOffset: whole(-1080, 1080),
  shards: (value, wrong) => {
    const wish = WISHES.indexOf(value);
    if (wish < 0 && value !== false) wrong(TEXTS ? '"page", "personal", "all" or false' : "");
    return wish;
  },
  loadShard: callable,
  keys: publicKeys,
  switches: (value, wrong) => (typeof value === "string" || value.href ? value : wrong(TEXTS ? "an address" : "")),
  verifyWasm: any,
  reportWasm: any,
  inviteWasm: any,
};

/**
 * @param {Host} host
 * @returns {(options: any) => Promise<Shelf>}
 */
export function shelfMaker(host) {
  /** @type {Map<string, { shelf: Shelf, load: () => Promise<void>, loading: Promise<void> | null }>} */
  const open = new Map();

  return function createShelf(given) {
    if (host.begin) host.begin();
    const address = addressOf(host, given);
    let entry = open.get(address);
    const hub = entry ? entry.shelf._hub : new Hub();
    const options = readOptions(hub, "createShelf", given, OPTIONS);
    const consent = readOptions(hub, "consent", options.consent, CONSENT);
    if (entry) {
      // The same shelf, with what this caller wants of it.
      if (options.consent) entry.shelf.setConsent(consent);
      if (options.market !== undefined || options.language !== undefined) {
        entry.shelf.setView({ market: options.market, language: options.language });
      }
      if (options.overlay) entry.shelf.setOverlay(options.overlay);
      if (options.switches) entry.shelf._switch._follow(options.switches);
    } else {
      const shelf = new Shelf(hub, options, host, () => open.delete(address), shardLoader(host, address, options.loadShard));
      shelf._receipts.decide(consent, true);
      entry = { shelf, load: () => load(host, shelf, hub, options), loading: null };
      if (address) open.set(address, entry);
    }
    const { shelf } = entry;
    // What failed to load is tried again when somebody asks again.
    if (!entry.loading && shelf.status !== "ready") {
      const mine = entry;
      const done = () => {
        mine.loading = null;
      };
      entry.loading = entry.load();
      entry.loading.then(done, done);
    }
    return inTime(entry.loading || shelf._memory.settled(), options.timeoutMs === undefined ? TIMEOUT_MS : options.timeoutMs, shelf);
  };
}

/**
 * @param {Host} host
 * @param {any} given
 */
function addressOf(host, given) {
  try {
    return host.address(given.pack);
  } catch (noAddress) {
    return "";
  }
}

/**
 * Brings a shard's bytes: from where the host says, else from beside the pack.
 * @param {Host} host
 * @param {string} address of the pack, "" for bytes
 * @param {((name: string) => any) | undefined} given
 */
function shardLoader(host, address, given) {
  if (!address && !given) return null;
  return (/** @type {string} */ name) =>
    Promise.resolve(given ? given(name) : address.split(/[?#]/)[0].replace(/[^/]*$/, name)).then((place) => host.pack(place));
}

/**
 * Fetches pack and core at once and starts the engine; every failure is a diagnostic.
 * @param {Host} host
 * @param {Shelf} shelf
 * @param {Hub} hub
 * @param {any} options
 * @returns {Promise<void>}
 */
function load(host, shelf, hub, options) {
  if (options.pack === undefined || options.pack === null) {
    hub.misuse("bad_argument", TEXTS ? "createShelf() was given no pack." : "createShelf(): 'pack'", TEXTS ? "Pass { pack: address or bytes }." : "");
    return Promise.resolve();
  }
  /** @type {Promise<import("./engine.js").Start | NearshelfError>} */
  const core = Promise.resolve()
    .then(() => host.core(options.wasm, [options.offersWasm, options.insightWasm, options.verifyWasm, options.reportWasm, options.inviteWasm]))
    .catch((thrown) => asError(thrown, "wasm_missing", TEXTS ? "Serve the .wasm files beside the JavaScript or pass options.wasm." : ""));
  const trust = shelf._trust;
  trust._start = () => core.then((start) => {
    if (start instanceof NearshelfError) throw start;
    return start();
  });
  const more = [options.overlay && shelf.setOverlay(options.overlay), options.switches && shelf._switch._follow(options.switches)];
  return Promise.resolve()
    .then(() => host.pack(options.pack))
    .then((bytes) => trust.open(PACK, bytes))
    .then((bytes) => {
      shelf._takePack(bytes);
      return core;
    })
    .then((start) => {
      if (!(start instanceof NearshelfError)) {
        return shelf._begin(trust.begin(start)).then(() => {
          const { offers, insight } = options;
          const wanted = [
            offers === undefined ? host.near || shelf._fallback.ask(false, (c) => c._pack.count("OFFR") > 0) : offers,
            insight === undefined ? host.near || shelf._fallback.ask(false, (c) => c.rules().some((rule) => rule._when) || c._pack.count("OFCN") > 0) : insight,
          ];
          return Promise.all(wanted.map((yes, part) => yes && shelf._engine.grow(part))).then(() => undefined);
        });
      }
      hub.diagnose(start);
      shelf._rest();
    })
    .catch((thrown) => {
      hub.diagnose(asError(thrown, "pack_missing", TEXTS ? "Check the address of the pack and that the page may load it." : ""));
      shelf._rest();
    })
    .then(() => Promise.all(more)).then(() => undefined);
}

/**
 * The shelf when it is loaded or the time is up, whatever comes first.
 * @param {Promise<void>} loading
 * @param {number} ms
 * @param {Shelf} shelf
 * @returns {Promise<Shelf>}
 */
function inTime(loading, ms, shelf) {
  return new Promise((resolve) => {
    const late = setTimeout(() => {
      shelf._hub.diagnose({
        code: "slow_start",
        message: TEXTS ? "The shelf was not ready after " + ms + " ms; it goes on loading." : "",
        fix: TEXTS ? 'Show the list as it is, and again on the "change" event.' : "",
      });
      resolve(shelf);
    }, Math.min(ms, LONGEST_MS));
    loading.then(() => {
      clearTimeout(late);
      resolve(shelf);
    });
  });
}
