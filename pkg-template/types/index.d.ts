// The types of the package, written once: every entry (web, node, mini-program) shares them.

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

/** A condition: paths with values or operators, `$and`, `$or`, `$nor`, `$not`. */
export interface Condition {
  readonly [path: string]: unknown;
}

/** What a condition is asked of: values as JSON has them. */
export interface Attributes {
  readonly [name: string]: unknown;
}

export interface ConditionOptions {
  /** Members by the name that `$inGroup` and `$notInGroup` have for them. */
  groups?: { readonly [name: string]: readonly (string | number | boolean | null)[] };
}

export interface Audience {
  /** Whether attributes match. */
  matches(attributes?: Attributes | null): boolean;
  /** The same for each of many. */
  matchesAll(attributes: readonly Attributes[]): boolean[];
}

export interface ShelfOptions {
  /** Address of the pack, or its bytes. */
  pack: string | URL | ArrayBuffer | Uint8Array;
  /** Market code of the pack, e.g. "cn". Default: the pack's first. */
  market?: string;
  /** BCP 47 tag, e.g. "zh-CN". Default: the pack's first language. */
  language?: string;
  /** Default: everything undecided. */
  consent?: Consent;
  /** `createShelf` resolves after at most this many milliseconds. Default 1500. */
  timeoutMs?: number;
  /** Where the wasm comes from. Default: the file beside the module. */
  wasm?: WasmSource;
  /**
   * Whether `createShelf` waits for the part of the core that answers `quote`, `coupons` and `offers`. Default: where the pack has offers.
   * Where it did not, the first of those calls fetches it and answers `null` or `[]` until `change`. Mini-programs and Node have it at once.
   */
  offers?: boolean;
  /** Where that part comes from. Default: `nearshelf-offers.wasm` beside the wasm. */
  offersWasm?: WasmSource;
  /**
   * Whether `createShelf` waits for the part of the core that answers `matches`, `matchesAll` and `audience`. Default: no; the first of those calls
   * fetches it and everything is `false` until `change`. Mini-programs and Node have it at once.
   */
  insight?: boolean;
  /** Where that part comes from. Default: `nearshelf-insight.wasm` beside the wasm. */
  insightWasm?: WasmSource;
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
  items: OverlayItem[];
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

/** An order as the shop's server knows it, in GA4's words. */
export interface Order {
  /** One order counts once, tracked as `purchase` with this id or synced. */
  transaction_id: string | number;
  /** Milliseconds since 1970 UTC. Default: now. */
  timestamp?: number;
  items: TrackItem[];
  [field: string]: unknown;
}

/** GA4 item; fields the engine does not use are ignored. */
export interface TrackItem {
  item_id: string | number;
  price?: number | string;
  /** What was taken off one piece, in major units. */
  discount?: number | string;
  quantity?: number | string;
  [field: string]: unknown;
}

/** GA4 event parameters, and some of our own. What each event reads stands in the manual, page "events". */
export interface TrackParams {
  items?: TrackItem[];
  search_term?: string;
  /** Same id, same event: a second one is dropped and counted. Default for a `purchase` with a `transaction_id`: that order's. */
  event_id?: string;
  /** The order of a `purchase` or `refund`. */
  transaction_id?: string | number;
  /** Sum of a `purchase` or `refund` in major units. Default: of its items, where all have a price. */
  value?: number | string;
  /** ISO 4217. Sums in another currency than the market's are left out. */
  currency?: string;
  /** How the visit came (any event), or a share went: a word of the pack's `[channels]`; another counts as "other". */
  channel?: string;
  /** GA4's name for the channel of a `share`. */
  method?: string;
  /** Stars of a `review` or answer of a `survey_answer`, 1 to 5. */
  rating?: number;
  /** What the host makes of a text: -1 to 1, or a word. The text itself is not taken. */
  polarity?: number | "negative" | "neutral" | "positive";
  /** Answer of the net promoter score, 0 to 10 (`nps_answer`). */
  score?: number;
  /** Seconds of attention (`dwell`, `content_view`, `live_watch`). */
  duration?: number;
  content_type?: "article" | "short_video" | "live_stream" | "review" | (string & {});
  /** A card of the pack: what it is about counts (`select_content`, `content_view`, `live_watch`, `like`, `comment`, `share`). */
  content_id?: string | number;
  /** True for a `complaint` that was settled. */
  resolved?: boolean;
  /** Milliseconds since 1970 UTC. Default: now. */
  timestamp?: number;
  [field: string]: unknown;
}

export type EventName =
  | "view_item_list" | "select_item" | "view_item" | "add_to_wishlist" | "add_to_cart" | "remove_from_cart"
  | "view_cart" | "begin_checkout" | "add_shipping_info" | "add_payment_info" | "purchase" | "refund"
  | "search" | "view_promotion" | "select_promotion" | "session_start" | "not_interested" | "select_content"
  | "favourite" | "like" | "comment" | "share" | "invite" | "check_in" | "group_buy_open" | "group_buy_join" | "group_buy_complete"
  | "review" | "survey_answer" | "nps_answer" | "complaint" | "return" | "content_view" | "live_watch" | "dwell"
  | (string & {});

export interface TrackResult { accepted: number; dropped: number; }

/** How the order came about: from the portrait, from the pack alone, or without the engine. */
export type Source = "personal" | "neutral" | "fallback";

/** `sponsored`: the shop is paid for it; `why` says what ranked it. */
export type BecauseCode =
  | "sponsored"
  | "popular" | "next" | "together" | "again" | "history" | "history_together" | "category" | "brand" | "given" | "similar"
  | "declared" | "scene" | "price" | "cluster";

export interface Because {
  code: BecauseCode;
  /** Product id, category path or brand the reason points to; empty for `popular` and `given`. */
  subject: string;
}

export interface ShelfItem {
  id: string;
  /** Id of the variant to show: the best one in stock. */
  variant: string;
  title: string;
  brand: string;
  category: string;
  url: string;
  image: string;
  tags: string[];
  /** What it costs now, in minor units of `Shelf.currency`; `null` where the pack has no price. */
  price: number | null;
  /** The price before a reduction, in minor units; `null` without one. */
  listPrice: number | null;
  /** Sum of the reasons' values; `why` takes it apart. */
  score: number;
  because: Because;
  /**
   * On a shelf that explores: how likely this item was to be shown in this place, after what stands before it, in millionths. Not
   * there for a pinned item.
   */
  propensity?: number;
  /** True where this place shows another item than the best. */
  explored?: true;
  /** The item that would stand here otherwise. */
  instead?: string;
  /** True for a new product, on a list that was asked for `arrivals`. */
  arrival?: true;
  /** True for an item that the host said is paid for. */
  sponsored?: true;
  /** Place on the list, from 0: GA4's `index`. */
  index: number;
  /** How often it is bought together with a product of the context: on lists of that kind only. */
  together?: Together;
}

/**
 * How often product b is bought together with product a, over baskets: support, confidence (Agrawal, Imielinski, Swami 1993) and lift (Brin,
 * Motwani, Ullman, Tsur 1997).
 */
export interface Together {
  /** Share of all baskets that hold both, 0–1. */
  support: number;
  /** Share of the baskets with a that hold b as well, 0–1. */
  confidence: number;
  /** How many times as often as by chance: confidence over the share of all baskets that hold b. Above 1. */
  lift: number;
  /** Baskets that hold both. */
  count: number;
  /** What a basket is: an order, or a visit where the log has too few orders; `"own"`: an order of this shopper's. */
  basis: "purchases" | "visits" | "own";
}

export interface RecommendOptions {
  /** Name of the place on the page, and the list's `item_list_id`. Default "default". */
  slot?: string;
  /**
   * What `context` does. "page": its products count as the latest steps of the visit, the last as the very latest. "cart": they are the lines of a
   * cart, count alike and point to what goes with them. "together": the list has what was bought together with them, each item with its
   * numbers, and nothing else. Default: "cart" and "together" for the slots of that name, else "page".
   */
  kind?: "page" | "cart" | "together";
  /**
   * What the host says of time and place; nothing of it is looked up or kept. `[scenes]` of the shop's settings say what that lifts. It counts without
   * consent and in mode "neutral" too.
   */
  scene?: Scene;
  /**
   * Product ids the page shows: the product of a product page, the lines of a cart. They count without consent and in mode "neutral"
   * too, are left out of the list, and nothing of them is kept. The last 20 count.
   */
  context?: (string | number)[];
  /** Only products whose title, brand and category path have a word that begins with each word of this text. */
  query?: string;
  /** 1–200. Default 12. */
  limit?: number;
  /** "neutral" never reads the portrait. Default "personal". */
  mode?: "personal" | "neutral";
  /** Product ids to leave out. */
  exclude?: (string | number)[];
  /** Only this category path and what is below it. */
  category?: string;
  /**
   * Products with a place of their own, counted from 0. One that cannot be shown (out of stock, excluded, not wanted), or whose
   * place is behind the list's end, is skipped. `sponsored`: as if the id stood in `sponsored`.
   */
  pin?: { id: string | number; index: number; sponsored?: boolean }[];
  /**
   * Ids (of a product, a variant or an alias) that the shop is paid to show. It moves none of them; each that is shown says so, `sponsored:
   * true` and `because.code` "sponsored", wherever it stands and whatever brought it there.
   */
  sponsored?: (string | number)[];
  /**
   * At most so many products of one brand, of one category (the product's own), and of one store: the partner shop that sells it, where the
   * pack says so. 1–200.
   */
  quota?: { brand?: number; category?: number; store?: number };
  /**
   * Places that new products have at least: a share of `limit` (0–1, rounded up) or a count (1–200); of both the larger. `days`: a product
   * is new for so many days (1–3650). Default: the shop's, 30 as shipped.
   */
  arrivals?: { share?: number; count?: number; days?: number };
  /** Price band, both ends included, in minor units of `Shelf.currency`. */
  price?: { min?: number; max?: number };
  /**
   * 0 (default) leaves the order alone; towards 1 each item is chosen more and more for being unlike those before it, in category,
   * brand and price, than for its score. Scores and reasons stay those of the item.
   */
  diversity?: number;
}

/** Time and place on whatever clock the host thinks right. */
export interface Scene {
  /** 0–23. */
  hour?: number;
  /** 1 (Monday) to 7. */
  weekday?: number;
  holiday?: string;
  page?: string;
  device?: string;
  weather?: string;
}

/** What cards are asked for: content (articles, short videos, live streams, reviews), or the market's activities (promotions and members' tasks). */
export interface CardOptions {
  /** Name of the place on the page, and the list's `item_list_id`. */
  slot?: string;
  /** Default: the slot, where it is one of these. */
  kind?: "content" | "activity";
  /** 1–200. Default 12. */
  limit?: number;
  /** "neutral" never reads the portrait. Default "personal". */
  mode?: "personal" | "neutral";
  /** Ids of cards to leave out. */
  exclude?: (string | number)[];
}

/** A piece of content or an activity. Its place says what to show first, and nothing of who may have an offer or at what price. */
export interface Card {
  id: string;
  /** "article", "short_video", "live_stream", "review"; a promotion's kind, such as "percent" or "gift"; "task". */
  kind: string;
  title: string;
  /** How it speaks, in the shop's word; empty where it has none. */
  style: string;
  /** When it is published or begins, in milliseconds since 1970 UTC; `null` where it always was. */
  start: number | null;
  /** First instant after it; `null` without an end. */
  end: number | null;
  /** Category paths in the pack's first language. */
  topics: string[];
  brands: string[];
  /** Product or variant ids. */
  products: string[];
  /** That of the best it is about; 0 in neutral order. */
  score: number;
  because: Because;
  /** Place on the list, from 0. */
  index: number;
}

/** Cards, best first; what has begun stands before what is to come. */
export interface CardList extends Omit<ShelfList, "items" | "scenes"> { items: Card[]; }

/**
 * What of `pin`, `quota`, `arrivals` and `price` a list does not keep. The engine gives up places of `arrivals` first, then the quota of
 * categories, that of brands, that of stores, and the price band, each only when nothing else fills the list. A fallback list keeps none of them.
 */
export type Constraint = "quota_category" | "quota_brand" | "price" | "pin" | "quota_store" | "arrivals";

export interface RankOptions { slot?: string; mode?: "personal" | "neutral"; sponsored?: (string | number)[]; }

/** An item of a list to be ranked, by what it is. Of a product in the pack only the id is read. */
export interface DescribedItem {
  id: string | number;
  /** Category path in the pack's first language. Of a path that the pack does not know, the part it knows counts. */
  category?: string;
  brand?: string;
  /** In minor units of `Shelf.currency`; anything but a number of them does not count. */
  price?: number;
  /** Anything else comes back with the item and does not count. */
  [field: string]: unknown;
}

export interface SuggestOptions {
  /** 1–200. Default 8. */
  limit?: number;
  mode?: "personal" | "neutral";
}

export interface Suggestion {
  kind: "category" | "brand" | "product";
  /** Category path, brand or product id. */
  id: string;
  /** Category path in the view's language, brand or title. */
  text: string;
  /** Products in and below the category, or of the brand; 1 for a product. */
  products: number;
}

export interface ShelfList {
  items: ShelfItem[];
  source: Source;
  /** Hand it to `why`. 0 for a fallback list. */
  servedId: number;
  /** True while a shard that could hold something for this list is not open: any, or any of the category asked for. */
  partial: boolean;
  /** Constraints that could not be met; empty in all but rare cases. */
  relaxed: Constraint[];
  packVersion: string;
  /** The slot: what GA4's `view_item_list` calls the list. */
  item_list_id: string;
  /** Its name in the view's language, from the shop's settings; the slot where it has none. */
  item_list_name: string;
  /** Number of the overlay in force; `null` without one. */
  overlayVersion: number | null;
  /** Names of the scenes that hold, where the list was asked for with a `scene`. */
  scenes?: string[];
}

export interface RankedList extends Omit<ShelfList, "items"> {
  /** The given ids, each once, in the new order. */
  ids: string[];
  /**
   * As `ids`, under the ids given. An item that is not in the pack has the fields it was given with, and those named here; one that nobody
   * described has `score` 0 and `because.code` "given".
   */
  items: (ShelfItem | { id: string; score: number; because: Because; index: number; sponsored?: true })[];
}

/** A list that was given out, as it was; prices and scores are those of then. */
export interface Decision extends ShelfList {
  /** Milliseconds since 1970 UTC. */
  time: number;
  slot: string;
}

/** A row of an exploration log, for `nearshelf policy`: add `reward`, and `shopper` where rows of one shopper shall count as such. */
export interface ExplorationRow {
  item: string;
  propensity: number;
  slot: string;
  position: number;
  /** Of this list and no other: the seed and the list's number. */
  served: string;
  /** What a shelf without exploration would show here, after what stands before. */
  policy: Record<string, number>;
}

/** A node's value is exactly the sum of its children's; the root's is the item's score. */
export interface Reason { code: string; subject: string; value: number; children: Reason[]; }

export type WhyNotStage =
  | "shown" | "unknown_item" | "not_sold_here" | "out_of_stock" | "seen" | "excluded" | "bought" | "not_candidate" | "price_band"
  | "quota" | "ranked_below" | "hidden" | "explored" | "arrivals";

export interface Trait { key: string; label: string; share: number; events: number; last: number; }

/** What conditions see of the shopper. Meanings and ranges are those of `insights()`; lists have the strongest first, at most 16. */
export interface ShopperAttributes {
  events: number;
  sessions: number;
  categories: string[];
  brands: string[];
  tags: string[];
  channels: string[];
  topics: string[];
  cluster?: string;
  declared: Record<string, string>;
  stage?: LifecycleStage;
  silenceDays?: number;
  layer?: Layer;
  intent?: Intent;
  orders?: number;
  /** In minor units. */
  orderSum?: number;
  /** In minor units. */
  orderMean?: number;
  visits?: number;
  recency?: number;
  frequency?: number;
  monetary?: number;
  alive?: number;
  churn?: number;
  loyalty?: number;
  satisfaction?: number;
  advocacy?: number;
  nps?: "detractor" | "passive" | "promoter";
  /** The most important first. */
  needs: Need[];
  /** Ids of what lies in the cart. */
  cart: string[];
  promotionsPaused: boolean;
}

/** What is known of the shopper in one word, as `tags()` lists it. */
export interface ShopperTag {
  /** Kind and name, e.g. `"brand:Lindoro"`: what `deleteTag` takes. */
  id: string;
  kind: "rule" | "item" | "category" | "brand" | "price_band" | "tag" | "hour" | "weekday" | "channel" | "content" | "topic" | "share_channel";
  /** In the present language. */
  label: string;
  /** Share of its kind, 0–1. */
  share: number;
  /** Events behind it. */
  events: number;
  /** The newest of them, milliseconds since 1970 UTC. */
  last: number;
  /** Of a rule tag: since when it holds. */
  since?: number;
  /** Of a rule tag: until when; `null` as long as its condition is true. */
  until?: number | null;
}

/** A tag that was taken back. */
export interface HiddenTag {
  /** As `tags()` named it; without a name where the pack no longer knows it. */
  id: string;
  /** What happened up to then does not bring it again. */
  since: number;
  /** True: nothing does. */
  blocked: boolean;
}

export interface Portrait {
  /** Events accepted since the portrait began. */
  events: number;
  /** Visits seen. */
  sessions: number;
  /** Milliseconds since 1970 UTC of the newest event; `null` before the first. */
  updated: number | null;
  items: Trait[];
  categories: Trait[];
  brands: Trait[];
  priceBands: Trait[];
  /** Tags of products. */
  tags: Trait[];
  /** Hours of the shopper's day, "0" to "23". */
  hours: Trait[];
  /** Days of the shopper's week, "1" (Monday) to "7". */
  weekdays: Trait[];
  /** Channels that visits came by, of the shop's list. */
  channels: Trait[];
  /** "article", "short_video", "live_stream", "review", "other". */
  contentKinds: Trait[];
  /** Categories that were liked, commented on, shared, reviewed or bought in a group. */
  topics: Trait[];
  /** Channels that shares and invitations went by. */
  shareChannels: Trait[];
  /** Product ids of this visit, oldest first: one for each step, so a product may stand there several times. */
  session: string[];
  /** What the shopper declared, as far as the pack's prior lists it. */
  declared: { field: string; value: string }[];
  /** The kind of shoppers whose interest is nearest; `null` where the pack has none or nothing speaks for any. */
  cluster: Cluster | null;
}

/** A kind of shoppers. */
export interface Cluster {
  /** Path of the category by which it differs most from everyone. */
  id: string;
  /** Share of shoppers that are of it, 0–1. */
  share: number;
  /** How much nearer it is than the next, 0–1. */
  confidence: number;
  /** Milliseconds since 1970 UTC of the latest event that it goes by. */
  last: number;
}

/** A cart to be quoted. Amounts are integers of minor units of `Shelf.currency`. */
export interface InsightOptions {
  /** Changes of the stage of life are told from this time on, in milliseconds since 1970. Keep the time you last asked. Default: none are told. */
  since?: number;
  /** The account's key as the orders have it from which the shop made its cuts: decides between equal values where the cuts say so. */
  account?: string;
}

/** Events of one kind behind an insight. */
export interface InsightEvidence {
  kind: EventName;
  count: number;
  /** Milliseconds since 1970 UTC. */
  first: number;
  last: number;
}

/** What every insight says beside its own. The manual, page "insights", has each formula. */
export interface Insight {
  /** 0–1. */
  confidence: number;
  evidence: InsightEvidence[];
  /** Time of the newest event behind it. */
  last: number | null;
}

export type LifecycleStage = "new" | "active" | "growing" | "mature" | "declining" | "lost";
export type Layer = "high_value" | "potential" | "general" | "churn_risk";
export type Intent = "browsing" | "comparing" | "about_to_buy";
export type Need =
  | "quality" | "price" | "delivery" | "after_sales" | "experience" | "personalisation" | "brand" | "care"
  | "fun" | "social" | "points" | "privileges";
export interface InsightValue extends Insight { value: number; }
/** Something that is bought at intervals. */
export interface Due extends Insight { intervalDays: number; days: number; due: number; }

/** A trait that cannot be told is undefined, and `absent` says why. */
export interface Insights {
  /** By name, why a trait is not told: `events` (the shopper has not done what it is about), or the setting of `shop.toml` that is missing. */
  absent: Record<string, string>;
  /** RFM scores from 1, by the shop's cuts. */
  recency?: Insight & { score: number; days: number };
  frequency?: Insight & { score: number; days: number };
  /** `sum` in minor units. */
  monetary?: Insight & { score: number; sum: number };
  /** `worth` 0–1; `limit`: the most a treatment may cost, as a share of an order. */
  layer?: Insight & { value: Layer; worth: number; strategy: string; limit: number | null };
  stage?: Insight & { value: LifecycleStage; gapDays: number; silenceDays: number };
  /** Changes of stage since `InsightOptions.since`, oldest first. */
  transitions: (Insight & { from: LifecycleStage; to: LifecycleStage; at: number })[];
  /** P(alive), 0–1. */
  alive?: InsightValue;
  /** Purchases to expect in so many weeks. */
  expected?: Insight & { value: number; weeks: number };
  /** Mean value of an order to expect, in minor units. */
  orderValue?: InsightValue;
  /** Value to expect within the same weeks, in minor units. */
  expectedValue?: InsightValue;
  /** `at`: when a next purchase has become likelier than not, `null` for never; `chance` of one within those weeks. */
  nextPurchase?: Insight & { at: number | null; chance: number };
  /** Churn risk by P(alive), 0–1. */
  churn?: InsightValue;
  /** Churn risk by silence against the shopper's own gaps, 0–1. */
  silence?: InsightValue;
  dueCategories: (Due & { category: string })[];
  dueProducts: (Due & { product: string })[];
  /** The most important first; shares of 1. */
  needs: (Insight & { need: Need; share: number })[];
  needClasses: (Insight & { class: "basic" | "expected" | "interest"; share: number })[];
  /** Chance that a visit shares something, 0–1. */
  sharing?: InsightValue;
  topics: (Insight & { category: string; share: number })[];
  /** 0–100. */
  advocacy?: InsightValue;
  /** 0–100. */
  satisfaction?: InsightValue;
  categorySatisfaction: (InsightValue & { category: string })[];
  nps?: Insight & { value: "detractor" | "passive" | "promoter"; score: number };
  /** No promotions until then. Undefined: they do not pause. */
  paused?: Insight & { until: number };
  /** 0–100. */
  loyalty?: InsightValue;
  loyaltyParts: (InsightValue & { part: "satisfaction" | "loyalty" | "value" | "activity" | "retention"; weight: number })[];
  /** 0–1. Chooses an offer; never raises a price. */
  priceSensitivity?: Insight & { value: number; discountShare: number; discountedOrders: number };
  /** What this visit is for, and the chance of each. Undefined between visits. */
  intent?: Insight & { value: Intent; browsing: number; comparing: number; aboutToBuy: number };
  visits?: Insight & { count: number; perWeek: number; minutes: number; steps: number; singleShare: number };
  /** `sum` and `mean` in minor units; `units` an order. */
  orders?: Insight & { count: number; perWeek: number; sum: number; mean: number; units: number };
  variety?: Insight & { categories: number; products: number };
  attention?: Insight & { seconds: number };
  /** Visits that got at least so far, and the step after which the largest share ends. */
  funnel?: Insight & {
    visits: number; views: number; carts: number; checkouts: number; purchases: number; dropOff: "visit" | "view" | "cart" | "checkout";
  };
  /** What lies in the cart, the latest first. */
  leftInCart: (Insight & { product: string; days: number })[];
  /** Hour of the shopper's day, 0–23. */
  bestHour?: Insight & { hour: number; share: number };
  /** 1 (Monday) to 7. */
  bestWeekday?: Insight & { weekday: number; share: number };
  /** Orders that a channel had the first or the last touch of, and its equal share of orders and of their value (minor units). */
  channels: (Insight & { channel: string; visits: number; firstTouch: number; lastTouch: number; linear: number; linearValue: number })[];
  pairs: (Insight & { product: string; with: string; support: number; ruleConfidence: number; lift: number; orders: number })[];
  /** Days that were not as usual. */
  alerts: (Insight & {
    metric: "events" | "visits" | "steps" | "carts" | "orders"; expected: number; seen: number; z: number; severity: "warning" | "alarm";
    method: "moving_average" | "weekday"; day: number;
  })[];
  /** When a word of care is due. */
  care: (Insight & { signal: "after_purchase" | "silence" | "after_complaint"; since: number; until: number })[];
}

export interface Cart {
  lines: CartLine[];
  /** Shipping fee before offers. Default 0. */
  shipping?: number;
  /** Codes the shopper entered. */
  codes?: string[];
  /** People who joined a group purchase, by promotion id. */
  groups?: Record<string, number>;
  /** Facts the conditions may ask about; the shop's server is the authority on each. */
  customer?: {
    tier?: string;
    new_customer?: boolean;
    /** "MM-DD" */
    birthday?: string;
    /** Points that may be spent. Default 0. */
    points?: number;
    /** Uses so far, by promotion id. */
    redeemed?: Record<string, number>;
  };
}

export interface CartLine {
  /** Names the line within the cart. Default: its place, from "1". */
  id?: string | number;
  /** Product, variant or alias id. */
  item_id: string | number;
  /** Unit price in minor units. Default: the pack's. */
  price?: number;
  /** Whole units. Default 1. */
  quantity?: number;
  /** The store that sells it. Default: the pack's, none for the shop itself. */
  store?: string;
  /** Lowest unit price offers may lead to, in minor units. */
  floor?: number;
}

/** What is missing to a threshold. */
export type Gap = { amount: number; units?: undefined } | { units: number; amount?: undefined } | null;

export type RefusalReason =
  | "not_started" | "expired" | "outside_daily_window" | "tier" | "not_new_customer" | "not_birthday" | "code_missing"
  | "usage_limit" | "total_limit" | "group_incomplete" | "no_matching_items" | "min_qty" | "below_threshold" | "no_effect"
  | "budget" | "not_in_best_combination";

/** The cheapest admissible set of offers for a cart, line by line. All amounts in minor units. */
export interface Quote {
  subtotal: number;
  /** Shipping that is left. */
  shipping: number;
  discount: number;
  payable: number;
  lines: { id: string; subtotal: number; payable: number; discounts: { applied: number; amount: number }[] }[];
  /** In the order of application; `discounts[].applied` counts in it. */
  applied: { id: string; name: string; amount: number; times: number; next: Gap }[];
  gifts: { item_id: string; quantity: number }[];
  refused: { id: string; name: string; reason: RefusalReason; gap: Gap }[];
  /** True when no admissible set is better; else `bound` says what none can fall below. */
  optimal: boolean;
  bound: number;
  packVersion: string;
  /** Number of the overlay in force; `null` without one. */
  overlayVersion: number | null;
  /**
   * The first instant, in milliseconds since 1970 UTC, at which the overlay is stale or an offer of the market begins, ends, or enters or leaves its
   * hours; `null` where nothing is known to change.
   */
  expires: number | null;
}

/** A coupon the shopper holds, and what it is worth now. */
export interface CouponView {
  id: string;
  name: string;
  code: string;
  /** What it would save on the cart by itself, in minor units. */
  saving: number;
  /** The cheapest set of all coupons held uses it. */
  inBest: boolean;
  reason: "saves" | RefusalReason;
  gap: Gap;
  /** Milliseconds since 1970 UTC; `null` without an end. */
  expires: number | null;
  /** Share of the portrait's tastes in its scope, 0–1. */
  interest: number;
}

export interface OfferView {
  id: string;
  name: string;
  /** Kind in `promotion-case/v1`. */
  kind: string;
  code: string;
  start: number | null;
  end: number | null;
  /** True for one that waits in a wallet. */
  coupon: boolean;
}

/** The private report of this week: all that can leave the device. */
export interface PrivateReport {
  /**
   * `null`, or why there is none: no consent, the week was spent before a withdrawal, the clock went back, no randomness, a pack that
   * asks nothing, or no engine or no storage that keeps it just now.
   */
  reason: null | "consent" | "epoch_spent" | "clock_went_back" | "no_entropy" | "nothing_asked" | "unavailable";
  /** Exactly what is sent: one noised answer, the week and a random id. `nearshelf/reports` reads it. */
  bytes: Uint8Array | null;
  sent: boolean;
}

/**
 * What went wrong. `code` is for programs and always there. `message` is a sentence under the `development` condition, in Node and in mini-programs; in
 * browsers it is what is known beyond the code (an address, a status, the host's own words, which call and option), else the code in words. `fix` is
 * the way out, where there are sentences.
 */
export interface Diagnostic { code: string; message: string; fix?: string; }

export interface Product extends Omit<ShelfItem, "score" | "because" | "variant"> {
  availability: "in_stock" | "out_of_stock" | "preorder" | "backorder" | "not_sold";
  variants: { id: string; title: string; price: number | null; listPrice: number | null; availability: Product["availability"] }[];
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
   * Takes over all that the shopper declares of themselves, in place of what was declared before; `{}`, or nothing, takes everything back. Only answers that
   * the pack's prior lists are taken, and nothing is kept of others. Needs consent to personalize. They order lists and move no price.
   *
   * @example
   * shelf.declare({ age_band: "25-35", gender: "female" }); // { accepted: 2, dropped: 0 }
   */
  declare(answers?: Record<string, string | number> | null): TrackResult;
  /** A list of yours in the shopper's order. What the pack does not have is ranked by its category and brand, where they are given. */
  rank(list: (string | number | DescribedItem)[], options?: RankOptions): RankedList;
  /**
   * What begins with the words of a text, while somebody types it: categories and brands, those liked best first and at most half of the list while
   * there are products for the others; then products, as `recommend` with that `query` has them. Letters are folded (case,
   * accents, width); scripts without spaces match at every character. An empty text suggests what the shopper likes.
   */
  suggest(text: string, options?: SuggestOptions): Suggestion[];
  /**
   * The whole tree behind a served item; `null` when that list is no longer kept (the last 16 are). A list without scores has trees of one
   * node.
   */
  why(servedId: number, id: string | number): Reason | null;
  /** The stage that keeps a product off the shelf that `recommend` gives for these options. */
  whyNot(id: string | number, options?: RecommendOptions): { stage: WhyNotStage; detail: string };
  /**
   * The latest 32 lists, oldest first, as far as they take less than 1 MB with what they were decided from. In memory only; empty
   * without consent to `personalize`, and after `forget`, `signOut` and the withdrawal of that consent.
   */
  decisions(): Decision[];
  /**
   * Decides a list once more from what it was decided from. `same`: it came out to the same bytes. `null` for a list that is no longer
   * remembered, and without the engine.
   */
  replay(servedId: number): { same: boolean; list: Decision } | null;
  /** The decisions with all they were decided from, for `nearshelf replay`. It holds the portrait: it is the shopper's to give. */
  decisionLog(): Uint8Array;
  /** The rows of a list that explores; none for another. Log them once, when the list is shown. */
  explorationRows(servedId: number): ExplorationRow[];
  /** Display data of one product; `null` when the pack does not have it. */
  product(id: string | number): Product | null;
  /** The catalogue in published order, a page at a time (`limit` 1–100,000, default 12); the portrait is not read. */
  browse(options?: { offset?: number; limit?: number; category?: string }): { total: number; products: Product[] };
  /** The category tree. `label` is the whole path in the view's language. */
  categories(): { path: string; label: string; parent: string | null; products: number }[];
  /** What a cart costs: it reads no portrait. `null` for a cart that cannot be quoted (see diagnostics), without the engine, or before its part has come (see `offers`). */
  quote(cart: Cart): Quote | null;
  /** The coupons held (codes or ids of the market's), those that matter first. */
  coupons(options: { cart?: Cart; held: string[] }): CouponView[];
  /** The market's offers. */
  offers(): OfferView[];
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
  consent(): Required<Consent>;
  setConsent(change: Consent): void;
  /** Switches market or language; the portrait stays. */
  setView(view: { market?: string; language?: string }): void;
  /** What was dropped or degraded since the start, by code. */
  diagnostics(): Record<string, number>;
  /** Empties the portrait, and what is kept of it. */
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
   * Takes in orders of any age, such as those the server knows of an account: after `identify` has resolved. At most 10,000 at once.
   * An order counts once, however often it comes. Without the engine, or without consent to `personalize`, nothing is counted.
   */
  syncOrders(orders: Order[]): { added: number; known: number };
  on(type: "change", fn: () => void): () => void;
  /** The first listener is also told what happened before it (at most 32). */
  on(type: "diagnostic", fn: (d: Diagnostic) => void): () => void;
  dispose(): void;
}

/**
 * Never rejects and never hangs: see `Shelf.status`. A second call for the same pack answers with the same shelf, applies the
 * consent, market and language it is given, and tries a failed load again. Under the `development` condition misuse throws at once.
 */
export function createShelf(options: ShelfOptions): Promise<Shelf>;

/** Thrown for misuse under the `development` condition only. */
export class NearshelfError extends Error {
  readonly code: string;
  readonly fix: string;
}
