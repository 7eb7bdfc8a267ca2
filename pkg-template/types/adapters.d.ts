// Types of `nearshelf/adapters`: what a shop tracks already, handed to a shelf.

import type { Shelf } from "nearshelf";

/** An event in GA4's words, as `Shelf.track` takes it. */
export interface MappedEvent { name: string; params?: object; }

/**
 * Asked first for each event. An event in GA4's words is tracked; `null` or `false` ignores it; `undefined` leaves it to the adapter. For Matomo `params` are
 * the arguments after the method.
 */
export type MapEvent = (name: string, params: any) => MappedEvent | null | false | undefined;

export interface Source {
  /** Events handed to the shelf; names that were not known, with how often (the first 100); events that could not be read. */
  counts(): { tracked: number; ignored: Record<string, number>; unreadable: number };
  /** Ends listening; the tool's queue is as it was. */
  stop(): void;
}

/**
 * Listens to `dataLayer`, from what already lies in it on.
 *
 * @example
 * const source = fromDataLayer(shelf);
 * dataLayer.push({ ecommerce: null });
 * dataLayer.push({ event: "view_item", ecommerce: { items: [{ item_id: "10080" }] } });
 * source.counts().tracked; // 1
 */
export function fromDataLayer(shelf: Shelf, options?: { layer?: string | unknown[]; mapEvent?: MapEvent }): Source;

/** Listens to `track` of analytics.js, RudderStack or their stub. */
export function fromSegment(shelf: Shelf, analytics: object, options?: { mapEvent?: MapEvent }): Source;

/** Listens to `_paq`, from what already lies in it on. */
export function fromMatomo(shelf: Shelf, options?: { queue?: string | unknown[]; mapEvent?: MapEvent }): Source;

/**
 * One of Segment's events in GA4's words; `null` for one that has none.
 *
 * @example
 * segmentEvent("Product Viewed", { product_id: "10080" }); // { name: "view_item", params: { items: [{ item_id: "10080", … }], … } }
 */
export function segmentEvent(name: string, properties: object): MappedEvent | null;
