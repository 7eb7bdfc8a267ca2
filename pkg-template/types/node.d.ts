// What the package has in Node beside the rest: the shop's server is the authority on what is paid.

import type { Cart, OverlayData, Quote } from "./index.js";

export * from "./index.js";

/**
 * What a cart costs under a pack and an overlay at a time, by the engine of the devices: the same bytes give the same quote. The pack that was asked for last stays open, so
 * pass the same object again. Rejects with a `NearshelfError` where the cart has no quote.
 */
export function quote(cart: Cart, options: {
  /** A path, an address or bytes. What lies at a path or address is read when it is first asked for: pass bytes where it changes. */
  pack: string | URL | ArrayBuffer | Uint8Array;
  /** The same, or the JSON form. */
  overlay?: string | URL | ArrayBuffer | Uint8Array | OverlayData;
  /** Milliseconds since 1970 UTC. Default: now. */
  now?: number;
  market?: string;
  language?: string;
  /** As of `createShelf`. */
  keys?: string[];
}): Promise<Quote>;
