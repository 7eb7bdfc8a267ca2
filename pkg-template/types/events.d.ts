// Events and orders.

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
  /** Id or code of the coupon of a `purchase` or of a checkout's events. Only private reports ask for it, by its family, and only with consent to them. */
  coupon?: string;
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
