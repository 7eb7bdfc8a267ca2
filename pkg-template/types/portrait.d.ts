// The portrait as the shopper sees it, and tags.

import type { EventName } from "./events.js";
import type { Intent, Layer, LifecycleStage, Need } from "./insights.js";

export interface Trait {
  key: string;
  label: string;
  /** Of its list, 0–1. */
  share: number;
  /** How sure it is, 0–1: n / (n + 1) for n events. */
  confidence: number;
  /** Events behind it, of these kinds, the first and the last of them in milliseconds since 1970 UTC. What a portrait of before there were kinds counted has none. */
  events: number;
  kinds: EventName[];
  first: number;
  last: number;
}

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
  /** By attribute: a text, a list of texts, a number, or true or false. */
  declared: Record<string, DeclaredValue>;
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
  /** 0–1. Chooses an offer; never raises a price. */
  priceSensitivity?: number;
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
  /** Of what comes from the portrait: as a `Trait` has it. */
  confidence?: number;
  kinds?: EventName[];
  first?: number;
  /** Of a rule tag: since when it holds. */
  since?: number;
  /**
   * Until when it is a tag, if nothing more happens: `portrait.tag_days` of its kind after `last`. Of a rule tag: `null` as long as its condition is true. `null` too
   * until the part for insight is there.
   */
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
  /** What the shopper declared, as far as the pack has attributes for it. Empty until the part for insight is there. */
  declared: Declared[];
  /** The kind of shoppers whose interest is nearest; `null` where the pack has none or nothing speaks for any. */
  cluster: Cluster | null;
  /** Interest at every level of the pack's tree of categories, the strongest first: of each its own and that of what lies below. Empty until the part for insight is there. */
  categoryPaths: CategoryPath[];
}

/** A category with all that lies below it. `share` is of all interest in categories. */
export interface CategoryPath extends Pick<Trait, "key" | "label" | "share" | "events" | "last"> {
  /** Categories above it. */
  level: number;
}

export type DeclaredValue = string | string[] | number | boolean;
/** Who declares something. */
export type DeclaredSource = "shopper" | "shop" | "survey" | "import";

/** An answer of the shopper's. */
export interface Declared {
  /** The attribute. */
  field: string;
  /** Its name in the present language. */
  label: string;
  /** A listed value, some of them, a number, a year, true or false, or a day of the year such as "05-20". */
  value: DeclaredValue;
  /** The value as it is shown, in the present language. */
  text: string;
  source: DeclaredSource;
  /** How sure it is, 0–1. */
  confidence: number;
  /** When it was said, milliseconds since 1970 UTC. */
  time: number;
  /** Until when it is kept. */
  until: number;
}

/** How answers are declared. */
export interface DeclareOptions {
  /** Who says so; by default the shopper. */
  source?: DeclaredSource;
  /** How sure it is, 0–1, kept to a hundredth; by default what `[attributes]` says of the source. */
  confidence?: number;
  /** What no answer is about stays declared; by default all that was declared goes. */
  merge?: boolean;
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
