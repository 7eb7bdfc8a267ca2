// Types of `nearshelf/membership`: levels, growth and points, on the device and on the shop's server alike.

import type { Shelf } from "nearshelf";

/** Milliseconds since 1970 UTC, or RFC 3339 with an offset. */
export type MembershipTime = number | string | Date;

/** What an order came to, in minor units; whole and not below 0. */
export interface OrderAmounts {
  /** After discounts, with shipping and with what was paid with points. */
  paid: number;
  /** Of it, shipping; default 0. */
  shipping?: number;
  /** Of it, what was paid with points; default 0. */
  points_paid?: number;
  /** Of the amounts; default: the first of the programme's `rates`. */
  currency?: string;
}

/** Something that happens. `at` is now where it is not told. A second entry with the same id is the same entry. */
export type MembershipEntry = { at?: MembershipTime } & (
  | ({ type: "paid"; order: string } & OrderAmounts)
  /** Of an order that is not known as paid the amounts are needed. */
  | ({ type: "delivered"; order: string } & Partial<OrderAmounts>)
  /** `amount` in minor units; all that is left of the order where it is not told. */
  | { type: "returned"; order: string; id?: string; amount?: number; currency?: string }
  /** `subject` is what it was done for, such as the friend; `id` may be left out where a task counts once for each. */
  | { type: "task"; task: string; id?: string; subject?: string }
  | { type: "active"; event?: string }
  /** "05-20". Kept for `customer()`; growth is given once within 365 days, at the birthday by the shop's calendar or soon after. */
  | { type: "birthday"; birthday: string }
  | { type: "redeem"; id: string; redeem: string }
  /** Points used at checkout. */
  | { type: "spend"; id: string; points: number }
  /** The task, redemption or use of this id did not come about. */
  | { type: "undo"; of: string }
  /** A correction of the server's. */
  | { type: "adjust"; id: string; growth?: number; points?: number; level?: string }
);

export type MembershipRefusal =
  | "bad_entry" | "in_future" | "closed" | "unknown_order" | "unknown_currency" | "unknown_task" | "limit" | "once" | "not_active" | "not_birthday"
  | "birthday_had" | "unknown_redemption" | "wrong_level" | "not_enough_growth" | "not_enough_points" | "below_smallest" | "unknown_entry" | "stays"
  | "full" | "stale";

export interface MembershipOutcome {
  /** "known": it counted before. "noted": a birthday that is kept without anything given for it now. */
  status: "accepted" | "known" | "refused" | "noted";
  why?: MembershipRefusal;
  /** Why, for the shopper: in Chinese where the shelf is, else in English. */
  text?: string;
}

export interface MemberLevel {
  id: string;
  name: string;
  /** From 0. */
  index: number;
}

/** What is left of a limit. */
export interface MemberLimit {
  /** `null`: as often as one likes. */
  left: number | null;
  /** When it counts anew; `null`: never. */
  again: number | null;
  /** What is missing to have it now. */
  lacks: null | "limit" | "level" | "growth" | "points";
}

export interface MemberTask { id: string; name: string; growth: number }

export interface MemberRedemption {
  id: string;
  name: string;
  kind: "points" | "coupon" | "goods" | "level";
  /** What it takes; `points` is what it gives where `kind` is "points". */
  growth: number;
  points: number;
  /** Id of the promotion of a coupon. */
  offer: string;
  sku: string;
  level: string;
  /** Days for which a coupon is good; 0: the programme does not say. */
  validDays: number;
}

export interface MemberBenefit { id: string; name: string; level: string; service: string; offers: string[] }

/** Days are the shop's; each is told as the instant at which it begins. */
export interface MembershipState {
  day: number;
  /** `review`: when the level is looked at again, `toKeep`: growth that has to come until then to keep it. `null` for the first level. */
  level: MemberLevel & { since: number | null; review: number | null; toKeep: number };
  /** The next level and the growth that is missing for it; `null` on the highest. */
  next: (MemberLevel & { missing: number }) | null;
  /** Growth of the period. */
  growth: number;
  /** Growth, and points, that were taken back but spent already: the next ones pay them. */
  growthClaim: number;
  points: number;
  pointsClaim: number;
  /** Points of orders that are not delivered. */
  undelivered: number;
  /** Points by the day from which on they can be used. */
  pending: { from: number; points: number }[];
  /** Points by the day on which they are gone, the next first. */
  expiries: { until: number; points: number }[];
  /** Growth by the day on which it stops counting. */
  fades: { until: number; growth: number }[];
  tasks: (MemberTask & MemberLimit)[];
  redeem: (MemberRedemption & MemberLimit)[];
  /** Those of the level and of all below. */
  benefits: MemberBenefit[];
  /** "05-20"; `null`: not told. */
  birthday: string | null;
  birthdayHad: number | null;
  /** Entries of this day and before are refused; `null`: of none. */
  closed: number | null;
  /** Entries that are open. */
  entries: number;
}

export interface NextPurchase {
  growth: number;
  points: number;
  /** When the points can be used, were it delivered today, and when they are gone. */
  from: number;
  until: number;
  level: MemberLevel;
  toNext: number | null;
}

/** What the shop's server says. It wins. */
export interface MembershipStatement {
  /** When it was made: of later entries it knows nothing. */
  at: MembershipTime;
  /** What there was at the beginning of the day of `at` in it; default: nothing. */
  opening?: {
    at: MembershipTime;
    level?: string;
    since?: MembershipTime;
    review?: MembershipTime;
    growth?: { on?: MembershipTime; amount: number }[];
    points?: { until?: MembershipTime; amount: number }[];
    pending?: { from: MembershipTime; amount: number }[];
    growth_claim?: number;
    points_claim?: number;
    birthday?: MembershipTime;
    /** How often tasks were done, and redemptions had, in the day, month or year of their limit. */
    used?: { id: string; count: number }[];
  };
  /** All entries from the opening on; without it those of the ledger stay. */
  entries?: MembershipEntry[];
  /** What it comes to; what differs is corrected. */
  sums?: { level?: string; growth?: number; points?: number };
}

export type MembershipDifference =
  /** `here` and `there` are what the entry is about: minor units, growth or points; `null` where it is not known. `key` is its name in the ledger. */
  | { what: "entry"; type: MembershipEntry["type"]; at: number; key: string; id: string | null; here: number | null; there: number | null }
  /** An entry of the statement, by its place, that cannot be read. */
  | { what: "unreadable"; place: number; id: string | null; why: MembershipRefusal }
  /** A later entry of this device that what the server says does not cover. */
  | { what: "dropped"; type: MembershipEntry["type"]; at: number; key: string }
  | { what: "sum"; sum: "growth" | "points" | "pending" | "growthClaim" | "pointsClaim"; here: number; there: number }
  | { what: "sum"; sum: "level"; here: string; there: string };

export interface Member {
  /** Takes entries in, each wholly or not at all. Those of one day count in the order of their kinds, whatever order they come in. */
  apply(entry: MembershipEntry): MembershipOutcome;
  apply(entries: MembershipEntry[]): MembershipOutcome[];
  /** `null` while the shelf has no engine. */
  state(): MembershipState | null;
  /** What a purchase would bring, were it delivered today; `null` for a currency without a rate. */
  nextPurchase(purchase: number | OrderAmounts): NextPurchase | null;
  /** Takes over what the server says, and tells what differed. */
  reconcile(statement: MembershipStatement): (MembershipOutcome & { agreed: boolean; differences: MembershipDifference[] }) | null;
  /** The facts of a member that a cart wants: `shelf.quote({ lines, customer: member.customer() })`. */
  customer(): { tier: string; points: number; birthday?: string };
  /** The ledger's bytes, at most 16,384, to be kept by a server. */
  ledger(): Uint8Array | null;
  /** What the programme has, in the language of the shelf. */
  program(): { levels: { id: string; name: string; growth: number }[]; tasks: MemberTask[]; redeem: MemberRedemption[]; benefits: MemberBenefit[] } | null;
}

/** A store of one's own, on a server or for one visit. */
export interface MembershipStore {
  /** The section LOYL of a pack. */
  program: Uint8Array | object | string;
  /** What `ledger()` answered; default: a new member. */
  ledger?: Uint8Array;
  now?: () => number;
  /** Of names and reasons; default "en". */
  language?: string;
  /** Minutes by which the shop's clock is ahead of UTC; needed for a `loyalty.json`, which only Node takes as `program`. */
  zone?: number;
  /** Languages of the names of a `loyalty.json`; default English and Chinese. */
  languages?: string[];
}

/** Where nearshelf-membership.wasm is, when it does not lie beside the script. */
export interface MembershipOptions {
  wasm?: WebAssembly.Module | Response | URL | string | ArrayBuffer | Uint8Array;
}

/** What is refused; `fix` says the way out. */
export class NearshelfError extends Error {
  readonly code: string;
  readonly fix: string;
}

/**
 * The membership of a shelf's shopper. Its ledger is kept with the portrait, sealed, under the same consent, and goes with it. `null` where the pack has none, or the
 * wasm does not come. Nothing here throws into the page.
 *
 * @example
 * const member = await membership(shelf);
 * member.apply({ type: "delivered", order: "A-1", paid: 90000 }); // { status: "accepted" }
 * member.state().level.id; // "silver"
 */
export function membership(shelf: Shelf, options?: MembershipOptions): Promise<Member | null>;
/** A membership over bytes. What cannot be read is thrown: `bad_program`, `bad_ledger`, `bad_loyalty`, `bad_argument`. */
export function membership(store: MembershipStore, options?: MembershipOptions): Promise<Member>;
