// Types of `nearshelf/page`: what a page may want beside a shelf.

import type { Because, CardList, CareMessage, CouponView, Intent, Layer, LifecycleStage, Need, Promotion, RankedList, Reason, Shelf, ShelfList } from "nearshelf";

/** An item in GA4's words. `price` is in major units of the list's `currency`. */
export interface Ga4Item {
  item_id: string;
  /** Place on the list, from 0. */
  index: number;
  item_name?: string;
  item_brand?: string;
  item_variant?: string;
  item_category?: string;
  item_category2?: string;
  item_category3?: string;
  item_category4?: string;
  item_category5?: string;
  price?: number;
}

export interface Ga4List {
  item_list_id: string;
  item_list_name: string;
  currency: string;
  items: Ga4Item[];
}

/**
 * A list as `gtag("event", "view_item_list", …)` takes it; with an `id`, only that item, as `select_item` does. `Shelf.track` takes the
 * same parameters.
 *
 * @example
 * const list = shelf.recommend({ slot: "home" });
 * gtag("event", "view_item_list", ga4(shelf, list));
 */
export function ga4(shelf: Shelf, list: ShelfList | RankedList | CardList, id?: string | number): Ga4List;

/**
 * A reason in a short text, with titles and names in place of ids: a `because`, or a node of `Shelf.why`. Chinese for a `language` of zh, else
 * English. Default: the language of the shelf.
 *
 * @example
 * say(shelf, item.because); // "Often seen after Linen shirt dress", "因为你看过《亚麻衬衫连衣裙》"
 */
export function say(shelf: Shelf, reason: Because | Reason | InsightWord | (CareMessage | CouponView | Promotion)["because"], language?: string): string;

/** A word of `Shelf.insights`, for `say`: `"stage." + insights.stage.value`. */
export type InsightWord = `stage.${LifecycleStage}` | `layer.${Layer}` | `intent.${Intent}` | `need.${Need}`;
