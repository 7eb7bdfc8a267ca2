// Lists: what is asked for, what comes back, and why.

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
  /** How many times as often as by chance: confidence over the share of all baskets that hold b. Above 1; of this shopper's own pairs it may be below. */
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
  /** What conditions of rank rules (`[rules]` of the shop's settings) are asked of, beside `scene`, `slot` and, with consent and in mode "personal", `shopper`. */
  attributes?: Record<string, unknown>;
  /**
   * Product ids the page shows: the product of a product page, the lines of a cart. They count without consent and in mode "neutral"
   * too, are left out of the list, and nothing of them is kept. The last 20 count.
   */
  context?: (string | number)[];
  /** Only products whose title, brand and category path have a word that begins with each word of this text. A text without a word ("!") finds nothing; an empty one asks nothing. */
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
   * place is behind the list's end or another's, is skipped, and `relaxed` has `pin`. `sponsored`: as if the id stood in `sponsored`.
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
  /** Only cards of these kinds, such as `["short_video"]` for a row of videos, or `["gift", "task"]`. Default: all. */
  kinds?: string[];
  /** Only cards in these styles, in the shop's words. Default: all. */
  styles?: string[];
  /** What conditions of offers are asked of, for activities. */
  attributes?: Record<string, unknown>;
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
export interface CardList extends Omit<ShelfList, "items" | "scenes" | "rules"> {
  items: Card[];
  /** Promotions pause for this shopper, so that none is among the activities; missing where they do not. */
  paused?: true;
}

/**
 * What of `pin`, `quota`, `arrivals` and `price` a list does not keep. The engine gives up places of `arrivals` first, then the quota of
 * categories, that of brands, that of stores, and the price band, each only when nothing else fills the list; `pin`: a product does not stand where the call, or a
 * rule of the shop, pins it. A fallback list keeps none of them.
 */
export type Constraint = "quota_category" | "quota_brand" | "price" | "pin" | "quota_store" | "arrivals";

export interface RankOptions {
  slot?: string;
  mode?: "personal" | "neutral";
  sponsored?: (string | number)[];
  /** Ids (of a product, a variant or an alias) whose products are left out, wherever they stand in the list. */
  exclude?: (string | number)[];
  /** How many of the list, 1–200. Default: all. */
  limit?: number;
  /**
   * Most of one category, brand and store among the first `limit` (or 200) places, in the given order too. Without a limit what is too many follows the others, and the
   * list says in `relaxed` that there is such.
   */
  quota?: RecommendOptions["quota"];
  /** As in `recommend`, for a personal list; another one keeps its order. Items that nobody described stay behind. */
  diversity?: number;
}

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

/** A name of the pack, or something of yours with one. */
export type FilterValue = string | number | { id: string | number };

/** Filters of a page, at most 100,000 values each. */
export interface Filters {
  category?: readonly FilterValue[];
  brand?: readonly FilterValue[];
  tag?: readonly FilterValue[];
}

export interface FilterOptions {
  mode?: "personal" | "neutral";
}

export interface SuggestOptions {
  /** 1–200. Default 8. */
  limit?: number;
  mode?: "personal" | "neutral";
  /** As in `recommend`, for rank rules, which see the slot "search". */
  attributes?: Record<string, unknown>;
}

export interface Suggestion {
  kind: "category" | "brand" | "product";
  /** Category path, brand or product id. */
  id: string;
  /** Category path in the view's language, brand or title. */
  text: string;
  /** Products in and below the category, or of the brand; 1 for a product. */
  products: number;
  /** For `replay`: the decision on which products are suggested; `null` without products, without consent to `personalize`, without the engine and where it is too large to be remembered. */
  servedId: string | null;
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
  /** Names of the rank rules that hold; missing where none does. */
  rules?: string[];
}

export interface RankedList extends Omit<ShelfList, "items"> {
  /** The given ids, each once, in the new order. In a personal one variants of one product stand side by side; in a quota they count once, and the others stand behind all. Of a product's id and an alias of it the first counts. */
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
  /** Of this list and no other, whatever `seed` the shelf was given: a number drawn once a shelf (until it is drawn, the time at which it began), and the list's. */
  served: string;
  /** What a shelf without exploration would show here, after what stands before. */
  policy: Record<string, number>;
}

/** A node's value is exactly the sum of its children's; the root's is the item's score. */
export interface Reason { code: string; subject: string; value: number; children: Reason[]; }

/**
 * What became of a product. Left out by the call: `excluded` (by its `exclude`), `context_item`, `other_category`, `no_match` (the words of its `query`),
 * `no_pair` (nothing joins it to the context); by the shopper: `disliked`. `shard_closed`: not open, and some shard is not; it may be in that or in none. A GTIN or another alias of a closed product is `unknown_item`.
 */
export type WhyNotStage =
  | "shown" | "unknown_item" | "shard_closed" | "not_sold_here" | "out_of_stock" | "seen" | "excluded" | "context_item" | "other_category" | "no_match"
  | "no_pair" | "disliked" | "bought" | "not_candidate" | "price_band" | "quota" | "ranked_below" | "hidden" | "explored" | "arrivals" | "rule";

/**
 * What became of a card. `excluded`: by the call; `other_kind`: not of `kinds` or `styles`; `not_started`, `expired`: not listed yet, or no more; of activities: `paused`, promotions pause for this shopper; `stopped`, by
 * the shop's switch, or not known because that is stale; `audience`: its conditions do not hold for this shopper and page, or it is not known yet; `not_candidate`: the shelf was disposed of.
 */
export type WhyNotCardStage = "shown" | "ranked_below" | "unknown_item" | "excluded" | "other_kind" | "not_started" | "expired" | "paused" | "stopped" | "audience" | "not_candidate";

export interface Product extends Omit<ShelfItem, "score" | "because" | "variant"> {
  availability: "in_stock" | "out_of_stock" | "preorder" | "backorder" | "not_sold";
  variants: { id: string; title: string; price: number | null; listPrice: number | null; availability: Product["availability"] }[];
}

/** What `sellingPoints` takes. */
export interface SellingPointOptions {
  /** How many, 1 to 200. Default 3. */
  limit?: number;
  /** `"neutral"`: nobody is looked at. Default `"personal"`. */
  mode?: "personal" | "neutral";
  /** When and where the page is seen, as of `recommend`. It counts without consent and in mode "neutral" too. */
  scene?: Scene;
}

/** A text of the shop's about a product. */
export interface SellingPoint {
  id: string;
  kind: "selling_point" | "scene" | "review";
  /** The words in the shelf's language. */
  text: string;
  /** Thousandths: the sum of `parts`. */
  score: number;
  /** What the shopper gives, 0 to 1000, and what the scene adds. */
  parts: { shopper: number; scene: number };
  /** What gave most: what speaks of the shopper (`price`), what the host said (`weather=rain`), or nothing. */
  because: { code: "shopper" | "scene" | "given"; subject: string };
  /** For `replay`: the decision that it is part of; `null` without consent, where nothing is remembered. */
  servedId: string | null;
}
