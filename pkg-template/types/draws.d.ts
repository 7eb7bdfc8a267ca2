// Types of `nearshelf/draws`: what was announced, drawn and counted, and whether it verifies.

import type { Shelf } from "nearshelf";

/** A text, or one for each language. */
export type DrawText = string | Record<string, string>;

export interface DrawPrize {
  id: string;
  name?: DrawText;
  /** How often it is given (`lottery`, `quiz`, `vote`). */
  count?: number;
  /** In millionths for each ticket (`instant`). */
  odds?: number;
}

export interface DrawOption {
  id: string;
  text?: DrawText;
  /** Products it stands for, which an answer speaks for with this many stars (1–5, default 5). */
  items?: string[];
  rating?: number;
  /** Fields of the shop's that it answers. */
  declare?: Record<string, string | number | boolean>;
}

export interface DrawOdds {
  prize: string;
  /** Of a million, for one ticket; `null` while nobody knows how many there are. */
  millionths: number | null;
}

/** Where an entry stands, as the shop's server hands it out. */
export interface DrawReceipt {
  at: number;
  person: string;
  choice: number;
  path: string[];
}

export type DrawState = "upcoming" | "open" | "closed" | "drawn" | "won" | "not_won" | "not_in_list" | "invalid";

/** Why something does not verify; see the manual, page "draws". */
export type DrawWhy =
  | "unsigned" | "bad_signature" | "expired" | "bad_file" | "other_draw" | "announcement_changed" | "early" | "closing" | "commitment" | "beacon_missing"
  | "list" | "drawn" | "votes" | "answers" | "receipt" | "told";

export interface DrawVerdict {
  state: DrawState;
  /** In the language asked for. */
  text: string;
  /** With `invalid`. */
  why?: DrawWhy;
  /** With `won`. */
  prize?: DrawPrize;
  odds?: DrawOdds[];
  /** How many entries there are. */
  entries?: number | null;
  /** What the public randomness is said to have said: compare it with its source. */
  beacon?: string;
  votes?: { option: string; votes: number }[];
  /** The right answers of a quiz. */
  answers?: { question: string; option: string }[];
  /** How many of one's own were right. */
  right?: number;
}

export interface DrawGiven {
  /** Signed files. Without a result the state is told by the clock. */
  result?: ArrayBuffer | Uint8Array | null;
  closing?: ArrayBuffer | Uint8Array | null;
  /** The published list of entries. */
  list?: string | ArrayBuffer | Uint8Array | null;
  ticket?: string | null;
  receipt?: DrawReceipt | null;
  /** `hash` of the announcement that was seen when the ticket was handed in. */
  announcement?: string | null;
  /** What an instant ticket was told: the id of a prize, or `null`. */
  told?: string | null;
  /** One's own answers to a quiz. */
  answers?: Record<string, string> | null;
}

export interface PublishedDraw {
  /** By the clock: `upcoming`, `open`, `closed`; or `invalid`. */
  readonly state: DrawState;
  readonly text: string;
  readonly why?: DrawWhy;
  /** Hash of the announcement: keep it beside the ticket. Empty where it is invalid, and then all below is missing. */
  readonly hash: string;
  readonly shop?: string;
  readonly id?: string;
  readonly kind?: "lottery" | "instant" | "quiz" | "vote";
  readonly title?: DrawText;
  readonly opens?: number;
  readonly closes?: number;
  readonly beacon?: string;
  readonly prizes?: DrawPrize[];
  readonly questions?: { id: string; text?: DrawText; options: DrawOption[] }[];
  readonly options?: DrawOption[];
  readonly odds?: DrawOdds[];
  /** Reckons a result anew, and says what a ticket got. Never throws. */
  check(given: DrawGiven): DrawVerdict;
  /** Tells a shelf what an option says of the shopper, with consent only; whether there was something to tell. */
  answer(shelf: Pick<Shelf, "track" | "declare">, answer: { question?: string; option: string }): boolean;
}

export interface DrawDesk {
  /** Reads a signed announcement. Never throws. */
  open(announcement: ArrayBuffer | Uint8Array): PublishedDraw;
}

/** `null` where there is no wasm. `keys` are the shop's public ones; without them nothing verifies. */
export declare function draws(options: {
  keys: string[];
  wasm?: WebAssembly.Module | Response | URL | string | ArrayBuffer | Uint8Array;
  now?: () => number;
  /** English, or Chinese with `zh…`. */
  language?: string;
}): Promise<DrawDesk | null>;
