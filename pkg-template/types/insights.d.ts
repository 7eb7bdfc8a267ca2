// What is understood of a shopper.

import type { EventName } from "./events.js";

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
  /** Share of satisfied answers, 4 and 5 of 5, of those with stars or to a survey. */
  csat?: Insight & { value: number; satisfied: number; answers: number };
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
  care: (Insight & { signal: "after_purchase" | "silence" | "after_complaint" | "birthday"; since: number; until: number })[];
}

/** A change of stage, as `on("stage", fn)` tells it. */
export interface StageChange {
  from: LifecycleStage;
  to: LifecycleStage;
  /** Milliseconds since 1970 UTC: the local day's beginning on which it came, or when it was noticed. */
  at: number;
}
