// Types of `nearshelf/invites`: invite and share tokens, on the device that a link opens and on the shop's server.

import type { Shelf } from "nearshelf";
import type { Member, MembershipEntry } from "nearshelf/membership";

/** What one side of a programme earns. */
export interface InviteReward {
  /** A task of the shop's membership. */
  task: string | null;
  /** An offer of the shop. */
  offer: string | null;
}

export interface InviteProgramme {
  id: string;
  /** In the language of the shelf. */
  name: string;
  kind: "invite" | "share" | "group_buy";
  /** When the reward comes. */
  after: "landing" | "order" | "delivered";
  /** Of several inviters of one friend. */
  touch: "first" | "last";
  newCustomers: boolean;
  /** Days after the landing in which the reward can come. */
  windowDays: number;
  tokenDays: number;
  /** Nobody lands from then on, in milliseconds since 1970 UTC. */
  until: number | null;
  /** What a group-buy is of. */
  offer: string | null;
  friend: InviteReward;
  inviter: InviteReward;
  /** How often an inviter earns. */
  limits: { per: "day" | "month" | "year" | "lifetime"; count: number }[];
}

/** Why a landing counts for nothing: see the manual, page "invites". */
export type LandingRefusal =
  | "bad_token" | "bad_signature" | "unknown_programme" | "in_future" | "expired" | "closed" | "self_invite" | "loop" | "not_new" | "other_inviter" | "unavailable";

/** A landing that the device remembers. */
export interface Landed {
  programme: InviteProgramme;
  about: { kind: "product" | "offer" | "group"; id: string } | null;
  /** By which channel the link went; may be empty. */
  channel: string;
  /** Milliseconds since 1970 UTC. */
  landed: number;
  /** The end of the window. */
  until: number;
  token: string;
  /** What the friend, who landed, earns under the programme's condition; `entry` is for `member.apply`. */
  friend: InviteReward & { entry: MembershipEntry | null };
  /** The group to open; `null` for what is no group-buy. */
  group: { offer: string | null; id: string } | null;
}

/** For the shop's server, which settles it. */
export interface InviteClaim extends Landed {
  /** `known`: told before; `waiting`: the condition is not met yet. */
  status: "earned" | "known" | "waiting";
  event: "landing" | "order" | "delivered";
  order: string;
  at: number;
}

export type Landing =
  | (Landed & { status: "landed" | "known"; claims: InviteClaim[] })
  /** `text` is for the shopper, in English or Chinese. */
  | { status: "refused"; why: LandingRefusal; text: string; group: null };

export interface Invites {
  /**
   * Lands with the token of an address (parameter `invite`), of a mini-program's query, or itself; `newCustomer: false` where the page knows that it is none. Tells the visit's
   * channel. Without an engine, or where the part for signatures or the one for invitations does not come, it is `unavailable`. Never rejects.
   */
  land(where: string | URL | { invite?: string }, options?: { newCustomer?: boolean }): Promise<Landing>;
  /** Remembers that a token is the shopper's own; false where it is not good. */
  own(token: string): Promise<boolean>;
  /** An order was paid: what to claim. */
  order(id: string | number): Promise<InviteClaim[]>;
  /** It was delivered: what to claim. */
  delivered(id: string | number): Promise<InviteClaim[]>;
  /** All landings within their window. */
  landings(): Promise<InviteClaim[]>;
  programmes(): InviteProgramme[];
}

/**
 * The invitations of a shelf, which has to have `keys`; `null` where the pack has no programmes or there is no engine. With `member` the friend's task is noted when it is earned.
 *
 * @example
 * const friends = await invites(shelf);
 * const landing = await friends.land(location.href);
 * if (landing.status !== "refused") greet(landing.programme.name);
 */
export function invites(shelf: Shelf, options?: { member?: Member | null }): Promise<Invites | null>;

// The shop's server, in Node alone.

/** What is refused; `fix` says the way out. */
export class NearshelfError extends Error {
  readonly code: string;
  readonly fix: string;
}

export interface TokenDesk {
  /** The shop's `invites.json`, or its text. */
  invites: object | string;
  /** The shop's id, as the pack has it. */
  shop: string;
  /** Minutes by which the shop's clock is ahead of UTC: limits count in its days. Default 0. */
  zone?: number;
  /** The text of the key file, for `issue`. */
  key?: string;
  /** Public keys, 64 hexadecimal digits each. Default: that of `key`. */
  keys?: string[];
  /** Default: `Date.now`. */
  now?: () => number;
}

export interface TokenDraft {
  programme: string;
  /** 16 hexadecimal digits. Default: random. */
  inviter?: string;
  about?: { product: string } | { offer: string } | { group: string };
  channel?: string;
  /** Handles of who invited the inviter, of who invited them, and so on; at most 4. */
  chain?: string[];
  /** Milliseconds since 1970 UTC, or RFC 3339. Default: now. */
  issued?: number | string;
  /** Default: the programme's `token_days` later. */
  expires?: number | string;
  nonce?: string;
}

export interface ServerClaim {
  token: string;
  /** The handle of who landed: the server adds it. */
  friend: string;
  landed: number | string;
  at: number | string;
  event: "landing" | "order" | "delivered";
  /** Orders before the landing: needed by programmes for new customers. */
  orders_before?: number;
}

/** Opaque: what `settle` answered, to be given to it again. */
export interface SettledRow {
  programme: string;
  kind: string;
  slot: string;
  inviter: string;
  friend: string;
  at: number;
  earned: boolean;
}

export interface SettledSide {
  handle: string;
  task: string | null;
  offer: string | null;
  /** For `membership.apply` of this member. */
  entry: MembershipEntry | null;
  /** `limit`: this side earns nothing. */
  why: "limit" | null;
}

export type ClaimDecision =
  | { status: "earned"; programme: string; about: { product?: string; offer?: string; group?: string } | null; inviter: SettledSide; friend: SettledSide }
  | { status: "known" | "waiting" }
  | { status: "refused"; why: Exclude<LandingRefusal, "unavailable"> | "too_late" | "incomplete" | "bad_claim" };

/** Issues, checks and settles. What cannot be read is thrown as `bad_invites`; what is wrong with one claim is its decision. */
export function tokens(desk: TokenDesk): {
  issue(draft: TokenDraft): { token: string; programme: string; inviter: string; expires: number };
  check(token: string, options?: { now?: number }): { status: "good" | "refused"; why: LandingRefusal | null; token: object | null };
  settle(asked: { claims: ServerClaim[]; history?: SettledRow[]; now?: number }): { decisions: ClaimDecision[]; history: SettledRow[] };
  /** A pseudonym of an account in a programme: the first 8 bytes of HMAC-SHA-256. */
  handle(secret: string | Uint8Array, programme: string, account: string): string;
};
