// The shelf and its calls.

import type { Consent, ConsentChange, ConsentReceipt, Diagnostic, OverlayData, ShelfOptions } from "./options.js";
import type { Attributes, Audience, Condition, ConditionOptions } from "./conditions.js";
import type { EventName, Order, TrackParams, TrackResult } from "./events.js";
import type { CardList, CardOptions, Decision, DescribedItem, ExplorationRow, Product, RankOptions, RankedList, Reason, RecommendOptions, SellingPoint, SellingPointOptions, ShelfList, SuggestOptions, Suggestion, WhyNotCardStage, WhyNotStage, FilterOptions, Filters } from "./lists.js";
import type { DeclaredValue, DeclareOptions, HiddenTag, Portrait, ShopperAttributes, ShopperTag } from "./portrait.js";
import type { InsightOptions, Insights, StageChange } from "./insights.js";
import type { Addons, CareOptions, CareList, ReplayedCare, Cart, CouponView, GrantOptions, GrantView, OfferView, PromotionList, PromotionOptions, Quote, Reconciliation } from "./offers.js";

/** The private report of this week: all that can leave the device. */
export interface PrivateReport {
  /**
   * `null`, or why there is none: no consent, the week was spent before a withdrawal, the clock went back, all that the device may spend is spent, no randomness, a pack that
   * asks nothing, or no engine or no storage that keeps it just now.
   */
  reason: null | "consent" | "epoch_spent" | "clock_went_back" | "lifetime_spent" | "no_entropy" | "nothing_asked" | "unavailable";
  /** Exactly what is sent: one noised answer, the week and a random id. `nearshelf/reports` reads it. */
  bytes: Uint8Array | null;
  sent: boolean;
}

export interface Shelf {
  /** "ready": the engine runs. "neutral": it does not (yet), and lists keep the given or published order. */
  readonly status: "ready" | "neutral";
  readonly packVersion: string;
  readonly market: string;
  readonly currency: string;
  /** Digits after the point in `currency`: 2 for CNY, 0 for JPY. */
  readonly exponent: number;
  readonly language: string;
  track(name: EventName, params?: TrackParams): TrackResult;
  trackMany(events: { name: EventName; params?: TrackParams }[]): TrackResult;
  recommend(options: CardOptions & ({ kind: "content" | "activity" } | { slot: "content" | "activity"; kind?: undefined })): CardList;
  recommend(options?: RecommendOptions): ShelfList;
  /**
   * Takes over all that the shopper declares of themselves, in place of what was declared before; `{}`, or nothing, takes everything back. With `merge` what no
   * answer is about stays, and `null` takes one back. Only values of the pack's attributes are taken, and nothing is kept of others. Needs consent to personalize.
   * Until the part for insight is there, answers wait for it and none is counted.
   *
   * @example
   * shelf.declare({ age_band: "25-35", gender: "female" }); // { accepted: 2, dropped: 0 }
   */
  declare(answers?: Record<string, DeclaredValue | null> | null, options?: DeclareOptions): TrackResult;
  /** A list of yours in the shopper's order. What the pack does not have is ranked by its category and brand, where they are given. */
  rank(list: (string | number | DescribedItem)[], options?: RankOptions): RankedList;
  /**
   * What begins with the words of a text, while somebody types it: categories and brands, those liked best first and at most half of the list while
   * there are products for the others; then products, as `recommend` with that `query` has them. Letters are folded (case,
   * accents, width); scripts without spaces match at every character. An empty text, or one of blanks, suggests what the shopper likes; one of signs alone finds
   * nothing. The products are a list of the slot "search", as rank rules see it; it does not explore, and is none of `decisions`; `replay` takes their `servedId`.
   */
  suggest(text: string, options?: SuggestOptions): Suggestion[];
  /**
   * The filters of a page of yours, the values of each in the shopper's order: a category by what is liked in it and below it. Of equals, and of what nobody
   * knows, the order is yours; so it is without consent and in mode "neutral". Values are names (categories by their path) or objects with such an `id`; other keys come back as they are.
   *
   * @example
   * shelf.filters({ brand: ["Lindoro", "Paws"], category: [{ id: "Home > Cats", count: 12 }] }).brand[0]; // "Paws" for who likes Paws more
   */
  filters<T extends Filters>(given: T, options?: FilterOptions): T;
  /**
   * The whole tree behind a served item; `null` when that list is no longer kept (the last 16 are). A list without scores has trees of one
   * node.
   */
  why(servedId: number, id: string | number): Reason | null;
  /** What keeps a card off the list that `recommend` gives for these options. `detail`: its place, from "1", where it has one. It is no decision. */
  whyNot(id: string | number, options: CardOptions & ({ kind: "content" | "activity" } | { slot: "content" | "activity"; kind?: undefined })): { stage: WhyNotCardStage; detail: string };
  /** The stage that keeps a product off the shelf that `recommend` gives for these options. `detail`: its place, from "1", where it has one; the name of a rule that hides it. */
  whyNot(id: string | number, options?: RecommendOptions): { stage: WhyNotStage; detail: string };
  /**
   * The latest 32 lists, oldest first, as far as they take less than 1 MB with what they and all else that is remembered were decided from. In memory only; empty
   * without consent to `personalize`, and after `forget`, `signOut` and the withdrawal of that consent.
   */
  decisions(): Decision[];
  /**
   * Decides a list once more from what it was decided from. `same`: it came out to the same bytes. `null` for a list that is no longer
   * remembered, and without the engine.
   */
  replay(servedId: number): { same: boolean; list: Decision } | null;
  /**
   * The same of what is no list of the page, by the `servedId` that `promotions()`, `care()`, `sellingPoints()`, `grants()` and `suggest()` answer with. `list`: what the core decided, uncut, with ids of offers and
   * without what the page adds to them; of suggestions the products. The latest 32 of each are remembered, as far as they take less than 256 kB. `null` also until the part for insight has come, which suggestions do not need.
   */
  replay(servedId: string): { same: boolean; list: Pick<PromotionList, "items" | "withheld"> | ReplayedCare | Omit<SellingPoint, "servedId">[] | Omit<GrantView, "servedId">[] | Omit<Suggestion, "servedId">[] } | null;
  /** The decisions with all they were decided from, for `nearshelf replay`. It holds the portrait: it is the shopper's to give. */
  decisionLog(): Uint8Array;
  /** The rows of a list that explores; none for another. Log them once, when the list is shown. */
  explorationRows(servedId: number): ExplorationRow[];
  /** Display data of one product; `null` when the pack does not have it. */
  product(id: string | number): Product | null;
  /** The catalogue in published order, a page at a time (`limit` 1–100,000, default 12); the portrait is not read. A category that the pack does not have is told (`unknown_category`), once the engine runs. */
  browse(options?: { offset?: number; limit?: number; category?: string }): { total: number; products: Product[] };
  /** The category tree. `label` is the whole path in the view's language. */
  categories(): { path: string; label: string; parent: string | null; products: number }[];
  /** What a cart costs: it reads no portrait. `null` for a cart that cannot be quoted (see diagnostics), without the engine, or before its part has come (see `offers`). */
  quote(cart: Cart): Quote | null;
  /**
   * Takes the quote that the shop's server made of the cart that was quoted last here, says what differed, and from then on `quote` answers the server's for this cart, until the cart, the
   * pack, the overlay or the market changes or the server's quote expires.
   */
  reconcile(serverQuote: Quote): Reconciliation;
  /**
   * The coupons held (codes or ids of the market's), those that matter first: what the cart saves by them, then those that this shopper is likelier to use. Mode "neutral" never reads
   * the portrait. What each saves, and who may use it, depends on no portrait.
   */
  coupons(options: { cart?: Cart; held: string[]; attributes?: Record<string, unknown>; mode?: "personal" | "neutral" }): CouponView[];
  /**
   * What is worth adding to a cart: of at most 50 products those with which it costs least, and pairs of them. No portrait is read. `null` for a cart that cannot be quoted, without the
   * engine, or before its part has come.
   */
  addons(options: { cart: Cart; candidates: string[]; attributes?: Record<string, unknown> }): Addons | null;
  /** The market's offers. */
  offers(): OfferView[];
  /**
   * The offers to put forward to this shopper now: those that run, that the attributes may use, and whose `audience` holds. An audience that asks for the shopper holds for nobody without
   * consent and in mode "neutral". After a complaint or a return promotions pause. What a cart costs depends on none of this. With consent it is empty until the part for insight is there.
   */
  promotions(options?: PromotionOptions): PromotionList;
  /**
   * Messages of care that are due: a birthday, a holiday, after a purchase, after a complaint that was settled, after a long silence, before the first order, on member days; as the shop's `[care]` has them,
   * within its caps and pauses. Empty until the parts for insight and offers are there.
   *
   * @example
   * const [message] = shelf.care({ slot: "home", customer: member.customer(), limit: 1 }).items;
   */
  care(options?: CareOptions): CareList;
  /**
   * What the shop has to say of a product, in the order in which it speaks to this shopper, here and now: selling points, scenes of use, words of buyers. In mode "neutral" and without consent to
   * `personalize` nobody is looked at. Empty for a product that the pack does not have, and until the part for insight is there.
   *
   * @example
   * const [first] = shelf.sellingPoints("10013", { scene: { weather: "rain" }, limit: 1 });
   * // { id: "trench-rain", kind: "scene", text: "Keeps dry through an hour of rain", score: 500, parts: { shopper: 0, scene: 500 }, because: { code: "scene", subject: "weather=rain" } }
   */
  sellingPoints(product: string | number, options?: SellingPointOptions): SellingPoint[];
  /**
   * How the granting campaigns stand that the shop switched on: with consent to `personalize` they decide by what is known of the shopper who gets a coupon, which nothing else here does. Show what is
   * granted, and a way to decline. Empty in mode "neutral", without consent, and until the part for insight is there.
   */
  grants(options?: GrantOptions): GrantView[];
  /** The shopper declines a campaign; with `false` takes that back. Kept with the portrait. False where there is no consent, or no part for insight yet. */
  declineGrant(campaign: string, declined?: boolean): boolean;
  /**
   * Whether attributes match a condition, in the language of GrowthBook's targeting conditions (`manual/conditions.md`): an object, or its JSON. It is compiled
   * once, so keep the object and do not change it. Reads no portrait and never throws; `false`, with a diagnostic, for what cannot be evaluated, and before its part has come (see `insight`).
   */
  matches(condition: Condition | string, attributes?: Attributes | null, options?: ConditionOptions): boolean;
  /** The same for each of many. */
  matchesAll(condition: Condition | string, attributes: readonly Attributes[], options?: ConditionOptions): boolean[];
  /**
   * The attribute `shopper` that conditions see, by plain names: what is not known is not there. `null` without consent to personalize, without the engine, and until the
   * part that understands has come.
   *
   * @example
   * shelf.matches({ "shopper.stage": "growing", "shopper.orders": { $gte: 3 } });
   */
  shopper(): ShopperAttributes | null;
  /** A condition to keep: whom an audience, a tag or a rule is for. */
  audience(condition: Condition | string, options?: ConditionOptions): Audience;
  /**
   * Lays an overlay over the pack: an address, bytes, or the items themselves; `null` takes overlays away. Resolves when that is done or has failed
   * (a diagnostic), and never rejects.
   */
  setOverlay(overlay: string | URL | ArrayBuffer | Uint8Array | OverlayData | null): Promise<void>;
  /**
   * The report of this week, made and remembered at the first call (which spends the week's privacy budget) and the same bytes at
   * every later one. With `send` it is sent now, unless it was. Nobody has to call it: `ShelfOptions.reports` sends by itself.
   */
  report(options?: { send?: boolean }): Promise<PrivateReport>;
  portrait(): Portrait;
  /**
   * What is understood of the shopper: every trait with how sure it is and the events behind it. Without consent to `personalize`, without the
   * engine, or before its part has come, nothing is: lists are empty, the rest undefined.
   */
  insights(options?: InsightOptions): Insights;
  /**
   * All that is known of the shopper in words: the shop's rule tags that hold (`[tags]`), then what the portrait knows, strongest first, up to as many of each kind as
   * `portrait()` has. Conditions are asked anew at each call, so that it decides from when on a rule tag holds.
   */
  tags(): ShopperTag[];
  /**
   * Takes a tag back: it goes at once, and what happened so far does not bring it again; what happens from now on may. False for what is no tag.
   *
   * @example
   * shelf.deleteTag("brand:Lindoro"); // true
   */
  deleteTag(id: string): boolean;
  /** Takes a tag back for good: no event counts for it any more. */
  blockTag(id: string): boolean;
  /** Lets a tag that was taken back come again, from what happens from now on. */
  allowTag(id: string): boolean;
  /** Tags that were taken back, at most 256. */
  hiddenTags(): HiddenTag[];
  /** What is in force: what was decided, as signals and age leave it. */
  consent(): Required<Consent>;
  /** Takes a decision over. It acts at once: a withdrawal leaves the next call neutral, and empties what was kept. */
  setConsent(change: ConsentChange): void;
  /** Receipts of what was decided, the oldest first, 32 at most: those kept, where `ShelfOptions.notice` is given and there is consent to store, and those of this page. */
  consentReceipts(): ConsentReceipt[];
  /** Switches market or language; the portrait stays. */
  setView(view: { market?: string; language?: string }): void;
  /** What was dropped or degraded since the start, by code. */
  diagnostics(): Record<string, number>;
  /**
   * Empties the portrait, and all that this shop keeps here: portraits of accounts, receipts, the key. What stays is the mark of a spent week, 15 bytes, until that week ends. Consent stays as it is:
   * what happens from now on begins a new portrait.
   */
  forget(): void;
  /**
   * The shopper is signed in: `account` is the key your server knows the account by, 1 to 1000 characters; it is kept nowhere. The
   * account's own portrait takes the place of the anonymous one and takes over the events of this visit. Another account than the
   * present one signs that one out first. It may be called on every page. Resolves when it is done, and never rejects; while
   * `status` is "neutral" it resolves at once, and is done when the engine is there, which a `change` event tells.
   */
  identify(account: string | number): Promise<void>;
  /**
   * Nobody is signed in any more. The account's portrait is out of reach when this returns, and kept for its next visit, where
   * `consent.store` allows it, when the promise resolves, which never rejects. What follows begins a fresh anonymous portrait.
   */
  signOut(): Promise<void>;
  /**
   * What `nearshelf/membership` needs of a shelf: the programme in the pack, the ledger that is kept with the portrait, that of a visitor who turned out to be this
   * shopper with the start of the visit, and the time; `null` without an engine. With bytes, keeps them as the ledger.
   */
  ledger(): { program: Uint8Array | null; ledger: Uint8Array; visitor: Uint8Array; visit: number; now: number; language: string } | null;
  ledger(bytes: Uint8Array): boolean;
  /** What `nearshelf/invites` needs of a shelf: the programmes in the pack, the public keys, and the time. With a request, the answer of call 80, 81 or 82; `null` without an engine. */
  invites(): { program: Uint8Array | null; keys: string[] | undefined; now: number; language: string } | null;
  invites(number: number, request: Uint8Array): Promise<Uint8Array | null | undefined | false>;
  /** What `nearshelf/consent` needs of a shelf: the shop, the time and the ledger of reports; with a request, the answer of call 90 or 91, `null` until it can be given; with a text alone, a diagnostic. */
  rights(): Promise<{ shop: string; now: number; ledger: Uint8Array | null }>;
  rights(number: number, request: Uint8Array): Uint8Array | null | undefined;
  rights(message: string): void;
  /**
   * Takes in orders of any age, such as those the server knows of an account: after `identify` has resolved. At most 10,000 at once.
   * An order counts once, however often it comes. Without the engine, or without consent to `personalize`, nothing is counted.
   */
  syncOrders(orders: Order[]): { added: number; known: number };
  on(type: "change", fn: () => void): () => void;
  /** The first listener is also told what happened before it (at most 32). */
  on(type: "diagnostic", fn: (d: Diagnostic) => void): () => void;
  /** Each change of consent, once, with its receipt; the first listener is also told those before it. Whoever has to prove consent keeps them: nothing here does before there is consent to store. */
  on(type: "consent", fn: (receipt: ConsentReceipt) => void): () => void;
  /** Each change of the shopper's stage, once. Needs consent to personalize and the part for insight. */
  on(type: "stage", fn: (change: StageChange) => void): () => void;
  dispose(): void;
}

/**
 * Never rejects and never hangs: see `Shelf.status`. A second call for the same pack answers with the same shelf, applies the
 * consent, market and language it is given, and tries a failed load again. Under the `development` condition misuse throws at once.
 */
export function createShelf(options: ShelfOptions): Promise<Shelf>;
