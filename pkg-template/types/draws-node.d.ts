// Types of `nearshelf/draws` in Node: what a page has, and what the shop's server does. Files are written unsigned: sign them with `nearshelf sign`.

import type { DrawReceipt } from "./draws.js";

export * from "./draws.js";

/** The seed and all that must not be known; keep it as it is. */
export type DrawSecret = Record<string, unknown>;

export interface DrawEntry {
  person: string;
  /** At least 16 characters that nobody can guess. */
  ticket: string;
  /** The option of a vote. */
  choice?: string;
}

type Bytes = ArrayBuffer | Uint8Array;

/** An announcement without `draw` and `commitment`, with the right `answer` of each question. Throws `bad_draw`, as all of these do. */
export declare function announce(wish: Record<string, unknown>): { announcement: Uint8Array; secret: DrawSecret };
export declare function close(given: { announcement: Bytes; secret: DrawSecret; entries: DrawEntry[] }): Uint8Array;
export declare function draw(given: { announcement: Bytes; secret: DrawSecret; entries?: DrawEntry[]; beacon?: string }): {
  result: Uint8Array;
  /** To be published. */
  list: string;
  /** Each shopper gets theirs. */
  receipts: (DrawReceipt & { ticket: string })[];
};
/** What an instant ticket gets. */
export declare function tell(given: { announcement: Bytes; secret: DrawSecret; ticket: string }): string | null;
