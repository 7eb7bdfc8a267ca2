// Binds and guards the calls of a shelf: they can be handed on as functions, and nothing they do reaches the page.

import { asError } from "./error.js";
import { nobody } from "./condition.js";
import { TEXTS } from "./fixes.js";
import { nothing } from "./insights.js";
import { listed } from "./lists.js";
import { distinct } from "./options.js";

/** What each call answers when everything else failed. */
export const NEUTRAL = {
  track: () => ({ accepted: 0, dropped: 0 }),
  trackMany: () => ({ accepted: 0, dropped: 0 }),
  recommend: (shelf) => listed(shelf, shelf._fallback.recommend({}, null), {}),
  rank: (shelf, given) => {
    const described = new Map();
    return listed(shelf, shelf._fallback.rank(distinct(given, () => {}, described), described), {});
  },
  suggest: () => [],
  filters: (shelf, given) => given || {},
  why: () => null,
  decisions: () => [],
  replay: () => null,
  decisionLog: () => new Uint8Array(0),
  explorationRows: () => [],
  whyNot: () => ({ stage: "not_candidate", detail: "" }),
  product: () => null,
  browse: () => ({ total: 0, products: [] }),
  categories: () => [],
  quote: () => null,
  reconcile: () => ({ same: false, differences: [] }),
  coupons: () => [],
  addons: () => null,
  offers: () => [],
  promotions: () => ({ servedId: null, items: [], withheld: [], paused: false, rows: [] }),
  care: () => ({ servedId: null, items: [], withheld: [], paused: false, level: null, bestHour: null }),
  sellingPoints: () => [],
  grants: () => [],
  declineGrant: () => false,
  setOverlay: () => Promise.resolve(),
  portrait: () => ({
    events: 0, sessions: 0, updated: null, items: [], categories: [], brands: [], priceBands: [], tags: [], hours: [], weekdays: [], channels: [], contentKinds: [], topics: [],
    shareChannels: [], session: [], declared: [], cluster: null, categoryPaths: [],
  }),
  tags: () => [],
  deleteTag: () => false,
  blockTag: () => false,
  allowTag: () => false,
  hiddenTags: () => [],
  declare: () => ({ accepted: 0, dropped: 0 }),
  matches: () => false,
  matchesAll: (shelf, condition, list) => nobody(list),
  shopper: () => null,
  audience: () => ({ matches: () => false, matchesAll: nobody }),
  consent: (shelf) => Object.assign({}, shelf._consent),
  setConsent: () => undefined,
  consentReceipts: () => [],
  rights: () => null,
  setView: () => undefined,
  diagnostics: (shelf) => shelf._hub.counts(),
  forget: () => undefined,
  report: () => Promise.resolve({ reason: "unavailable", bytes: null, sent: false }),
  identify: () => Promise.resolve(),
  signOut: () => Promise.resolve(),
  syncOrders: () => ({ added: 0, known: 0 }),
  ledger: () => null,
  invites: () => null,
  on: () => () => {},
  insights: nothing,
  dispose: () => undefined,
};

/** @param {any} shelf gets a guarded function of its own for each call */
export function guardCalls(shelf) {
  for (const name of Object.keys(NEUTRAL)) {
    const call = shelf[name];
    shelf[name] = (a, b, c) => {
      try {
        if (!shelf._disposed) {
          shelf._shards.look();
          return call.call(shelf, a, b, c);
        }
        if (name !== "dispose") {
          shelf._hub.misuse("disposed", name + (TEXTS ? "() was called on a disposed shelf." : "()"), TEXTS ? "Create another shelf." : "");
        }
      } catch (thrown) {
        if (shelf._hub.passes(thrown)) throw thrown;
        shelf._hub.diagnose(asError(thrown, "internal_error", TEXTS ? "Report it with the call that led to it." : ""));
      }
      return NEUTRAL[name](shelf, a, b);
    };
  }
}
