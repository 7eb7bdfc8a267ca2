// The portrait as the shopper sees it, and tags.

import type { Intent, Layer, LifecycleStage, Need } from "./insights.js";

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
