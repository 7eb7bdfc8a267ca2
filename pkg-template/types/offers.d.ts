// Carts, quotes, coupons and offers.

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
  /** What the shop's own conditions of offers (`when` in `offers.json`) are asked of: a member's tier, a country, a channel. Nothing of the portrait is added. */
  attributes?: Record<string, unknown>;
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
  | "budget" | "not_in_best_combination" | "condition" | "stopped" | "switch_stale" | "time_uncertain";

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
   * The first instant, in milliseconds since 1970 UTC, at which the overlay or the switch is stale or an offer of the market begins, ends, or enters or leaves its
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
  /** How likely this shopper is to use it, for ordering; 0 where nothing is known. Who may use it, and at what price, does not depend on it. */
  score: number;
  /** Why it stands where it does: "saves" on this cart, else what says most for its use; "given" where nothing does. `say` of `nearshelf/page` puts it in words. */
  because: { code: "saves" | "bought" | "type" | "brand" | "category" | "popular" | "broad" | "taste" | "price" | "due" | "given"; subject: string };
  /** It ends within the shop's `[coupons] ends_soon_hours`. */
  endsSoon: boolean;
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
  /**
   * Before its start, with its window open and its daily hours not, usable, from its end on; stopped by the shop's switch; not known, because the switch is
   * stale or has not come.
   */
  state: "prepare" | "start" | "running" | "ended" | "stopped" | "unknown";
  /** Milliseconds until its window or hours change next; `null` where nothing is known to change or the time cannot be trusted. */
  countdown: number | null;
  /** Uses by all that were left when the pack was built (`limit_total` less `used_total`): a hint, the shop's server knows better. `null` without a limit. */
  left: number | null;
}

/** What differed between the device's quote and the server's. */
export interface Reconciliation {
  same: boolean;
  /**
   * `at`: a sum (`payable` …), `lines.<id>.subtotal`, `lines.<id>.payable`, `applied.<offer>.amount`, `gifts.<product>.quantity`, `packVersion`, `overlayVersion`,
   * `expires`. `null` where one side has no such thing.
   */
  differences: { at: string; device: number | string | null; server: number | string | null }[];
}

export interface PromotionOptions {
  /** Name of the place on the page. Default "default". */
  slot?: string;
  /** 1–200. Default 12. */
  limit?: number;
  /** "neutral" never reads the portrait. Default "personal". */
  mode?: "personal" | "neutral";
  /** What conditions are asked of, beside `shopper` and `slot`. */
  attributes?: Record<string, unknown>;
}

/** What a shop's response table may weigh: what is understood of a shopper. */
export type PromotionTrait =
  | "basic" | "expected" | "interest"
  | "quality" | "price" | "delivery" | "after_sales" | "experience" | "personalisation" | "brand" | "care" | "fun" | "social" | "points" | "privileges"
  | "high_value" | "potential" | "general" | "churn_risk" | "new" | "active" | "growing" | "mature" | "declining" | "lost"
  | "browsing" | "comparing" | "about_to_buy" | "price_sensitive" | "price_insensitive";

/**
 * An offer to be put forward. `because`: "shopper" and what speaks most for it of the shopper; else "audience" where it is for some whom this shopper is one of, else "everyone".
 * `say` of `nearshelf/page` puts it in words.
 */
export interface Promotion extends OfferView {
  because: { code: "everyone" | "audience" | "shopper"; subject: "" | PromotionTrait };
  /** How much speaks for it, in thousandths of the shop's weights; not there in mode "neutral" and without consent. */
  weight?: number;
  /** Where the shop learns: how often offers of its kind are expected to be chosen of a shopper's showings, 0 to 1. */
  rate?: number;
  /** Where the shop learns: how likely it was to stand here, after what stands before it, in millionths. Not there where nothing was drawn: without a seed or randomness. */
  propensity?: number;
  /** What to show it with, one of the `creatives` of `offers.json`; tell it back as `creative_name`. Not there in mode "neutral" and without consent: show the first. */
  creative?: string;
  /** How likely this creative was, in millionths. */
  creativePropensity?: number;
}

/** A row of a log that `nearshelf policy eval` reads; add `reward`, 1 where it was chosen and 0 where not. */
export interface PromotionRow {
  /** The offer's id, or the creative's name. */
  item: string;
  /** Millionths. */
  propensity: number;
  /** The slot; of a creative also which offer's. */
  slot: string;
  /** Counted from 0. */
  position: number;
  /** The decision, of this shelf and, where the host has randomness, of no other: the same when the page asks the same again and nothing changed, another one for another `limit`. */
  served: string;
}

export interface PromotionList {
  /**
   * For `replay`, of what the shopper's device decided; `null` in mode "neutral", without consent and where there is nothing to decide. The same while the page asks the same and
   * nothing happens in between, as long as it is remembered: the latest 32 are.
   */
  servedId: string | null;
  /** The weightiest first, of equals in the order of the shop's file; empty where none is, and while promotions pause. */
  items: Promotion[];
  /**
   * What would else be put forward, and why it is not: it was shown as often as the shop wants, all offers were, it is a discount and the shopper buys anyway, or too little speaks for it.
   * Empty in mode "neutral" and without consent.
   */
  withheld: { id: string; reason: "capped" | "all_capped" | "buys_anyway" | "weak" }[];
  /** Promotions pause for this shopper, after a complaint or a return; `insights().paused.until` says until when. */
  paused: boolean;
  /** Where the shop learns: what was drawn, for the shop's own log. Nothing of the portrait is in it. */
  rows: PromotionRow[];
}

export interface CareOptions {
  /** Name of the place on the page. Default "default". */
  slot?: string;
  /** 1–200. Default 12. */
  limit?: number;
  /** "neutral" looks at nobody: only holidays and member days are due. Default "personal". */
  mode?: "personal" | "neutral";
  /** The member, as `quote` takes it and `member.customer()` of `nearshelf/membership` gives it: `tier` and `birthday` count. Nothing of it is kept. */
  customer?: Cart["customer"];
  /** "MM-DD", in place of the customer's. Without either, the day that the shopper declared for care. */
  birthday?: string;
  /** When the latest order arrived, in milliseconds since 1970 UTC. */
  delivered?: number;
  /** What conditions of offers are asked of; its `tier`, where there is one, is the level. */
  attributes?: Record<string, unknown>;
}

export type CareOccasion = "birthday" | "holiday" | "after_purchase" | "after_complaint" | "silence" | "new" | "member_day";

/** A message that is due. Tell `track("view_promotion", { promotion_id: id })` when it is shown, so that caps count it. */
export interface CareMessage {
  /** `care:` and its name in `shop.toml`. */
  id: string;
  occasion: CareOccasion;
  /** What goes along; `null` for nothing. */
  offer: Promotion | null;
  /** From when until when it is due, in milliseconds since 1970 UTC. */
  since: number;
  until: number;
  /** What the shop wants shown of it; may be empty. */
  card: string;
  /** The shop's own words in the language of the view; may be empty. */
  text: string;
  /** `say` of `nearshelf/page` puts it in words. */
  because: { code: CareOccasion; subject: "" };
}

export interface CareList {
  /** For `replay`, as of `promotions()`; `null` without consent, without the engine, and where it cannot be remembered. */
  servedId: string | null;
  /** Due now, the highest priority first. */
  items: CareMessage[];
  /** What would else be due, and why it is not. With "consent" and "neutral" nobody looked whether it would be. */
  withheld: {
    id: string;
    occasion: CareOccasion;
    reason: "consent" | "neutral" | "paused" | "all_capped" | "capped" | "too_soon" | "no_offer" | "over_limit" | "same_occasion";
  }[];
  /** Promotions pause for this shopper, after a complaint or a return. */
  paused: boolean;
  /** How the shop treats the member's level: its words, and the most that an offer may take off as a share of an order (`null`: no limit). */
  level: { id: string; strategy: string; limit: number | null } | null;
  /** The hour, 0–23, at which the shopper is here most; `null` where nothing is known. */
  bestHour: number | null;
}

/** A decision of `care()`, decided again: offers by their ids. */
export interface ReplayedCare extends Pick<CareList, "withheld" | "level" | "bestHour"> {
  items: (Omit<CareMessage, "offer"> & { offer: { id: string } | null })[];
}

export interface GrantOptions {
  /** "neutral" grants nothing. Default "personal". */
  mode?: "personal" | "neutral";
  /** What segments are asked of, beside `shopper`. */
  attributes?: Record<string, unknown>;
}

export interface GrantView {
  campaign: string;
  /**
   * `nothing`: no coupon is worth its price here; `waits`: it begins later on this device; `expired`: its multiplier no longer holds; `stopped`: the shop's
   * switch stops it; `unknown`: the switch is stale or has not come, so nothing new is granted.
   */
  state: "nothing" | "granted" | "declined" | "waits" | "over" | "expired" | "stopped" | "unknown";
  /** The coupon granted, by its offer's id: it is held from now on, so pass it to `coupons` and its code to `quote`. */
  coupon: string | null;
  /** When the campaign ends, in milliseconds since 1970 UTC. */
  until: number;
  /** For `replay`: the decision that it is part of. */
  servedId: string | null;
}

/** One product, or two, of which one unit each is added. */
export interface Addon {
  /** Ids as they were passed. */
  items: string[];
  /** What they cost by themselves, in minor units. */
  price: number;
  /** What the cart costs with them. */
  payable: number;
  /** That, less what the cart costs without them; below zero where the larger cart is cheaper. */
  delta: number;
}

export interface Addons {
  /** What the cart costs as it is. */
  payable: number;
  /** The ten products with which it costs least, the best first; of equals the cheaper. What is not in stock, or not in the pack, is left out. */
  singles: Addon[];
  /** The three best pairs of these. */
  pairs: Addon[];
  /** Every amount is proven to be the lowest. */
  optimal: boolean;
}
