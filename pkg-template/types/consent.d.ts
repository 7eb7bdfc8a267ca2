// Types of `nearshelf/consent`: consent from whoever asks for it, and the shopper's data as the shopper's own.

import type { Consent, ConsentChange, ConsentReceipt, HiddenTag, Portrait, Shelf, ShopperTag } from "nearshelf";

/** Where consent comes from. Nothing it does is thrown into the page: what fails is a diagnostic `consent_source`, and what is undecided stays so. */
export interface ConsentSource {
  /** What was handed over last; `null` before the first answer. */
  state(): ConsentChange | null;
  /** Ends listening. What was decided stays in force. */
  stop(): void;
}

export interface ConsentSourceOptions {
  /** Name in receipts. Default: the adapter's. */
  by?: string;
  /** Milliseconds after which a platform that has said nothing is a diagnostic; it is listened to all the same. Default 10,000; none for `fromCallback`. */
  waitMs?: number;
}

/** Answers of a platform that a purpose needs, all of them: a yes where each is one, a no where one is. A purpose without any stays as it is. */
export type Mapping<T> = { [P in "store" | "personalize" | "report" | "sensitive"]?: T | T[] };

/**
 * Google Consent Mode v2, by `gtag("consent", …)` in the data layer. An `update` is an answer; a `default` is none, and a default for a region is not looked at.
 *
 * @example
 * const source = fromGoogleConsentMode(shelf);
 * gtag("consent", "update", { personalization_storage: "granted", analytics_storage: "denied" });
 * source.state(); // { store: true, personalize: true, report: false }
 */
export function fromGoogleConsentMode(shelf: Shelf, options?: ConsentSourceOptions & {
  /** Name of the layer, or itself. Default "dataLayer". */
  layer?: string | unknown[];
  /** Default: `personalization_storage` for `store` and `personalize`, `analytics_storage` for `report`. */
  mapping?: Mapping<string>;
  /** Whether a `default` of "granted" counts as a yes. Default `false`. */
  defaults?: boolean;
}): ConsentSource;

export type ShopifySignal = "preferences" | "analytics" | "marketing" | "sale_of_data";
/** Shopify's Customer Privacy API. What may be processed counts, by the merchant's settings and the visitor's region. */
export function fromShopify(shelf: Shelf, options?: ConsentSourceOptions & {
  /** Default: `preferences` for `store` and `personalize`, `analytics` for `report`. */
  mapping?: Mapping<ShopifySignal>;
  /** Whether only what the visitor said counts, where processing is allowed without being asked too. Default `false`. */
  explicit?: boolean;
}): ConsentSource;

/** The IAB's TCF, API version 2 (policies 2.2 and later). Only consent counts: a legitimate interest is none. */
export function fromTcf(shelf: Shelf, options?: ConsentSourceOptions & {
  /** Default: purpose 1 for `store`, 5 and 6 for `personalize`, 8 and 9 for `report`. */
  mapping?: Mapping<number>;
  /** Number of a vendor that has to have consent as well. Default: none; a shop that decides for itself is no vendor. */
  vendor?: number;
  /** Whether the publisher's own consents are read in place of those for vendors. Default `false`. */
  publisher?: boolean;
  /** What holds where the GDPR does not apply. Default: nothing, all stays as it is. */
  outside?: Consent;
}): ConsentSource;

export interface WechatSource extends ConsentSource {
  /** Has WeChat ask, where it was not answered yet; resolves with whether the shopper agreed, and never rejects. */
  ask(): Promise<boolean>;
}
/** WeChat's authorisation of the privacy notice, from base library 2.32.3 on; looked at again whenever the program is shown. */
export function fromWechat(shelf: Shelf, options?: ConsentSourceOptions & {
  /** What the notice is about. Default `store` and `personalize`. */
  purposes?: ("store" | "personalize" | "report" | "sensitive")[];
  /** The program's own dialogue: answers the id of the button that was pressed to agree, or `false`. Default: WeChat's. */
  dialog?: (about: { referrer: string }) => Promise<string | false> | string | false;
  /** The platform. Default `wx`. */
  wx?: object;
}): WechatSource;

/**
 * Whatever asks: a function that is handed where to say the answer (and may return it, a promise of it, or how to stop), a promise, or something to subscribe to.
 *
 * @example
 * const source = fromCallback(shelf, (say) => banner.onAnswer((yes) => say({ store: yes, personalize: yes })), { by: "banner" });
 */
export function fromCallback(shelf: Shelf, source:
  | ((say: (answer: ConsentChange) => void) => ConsentChange | Promise<ConsentChange | (() => void) | void> | (() => void) | void)
  | Promise<ConsentChange>
  | { subscribe(say: (answer: ConsentChange) => void): (() => void) | { unsubscribe(): void } | void },
options?: ConsentSourceOptions): ConsentSource;

/** What reports were spent on in a week. */
export interface SentReport {
  /** ISO week, "2026-W48". */
  epoch: string;
  /** What was asked. */
  metric: string;
  /** The privacy budget that it took. */
  epsilon: number;
  /** Of this week: whether the answer was taken. `null` for earlier ones, of which that is not kept. */
  sent: boolean | null;
}
/** What reports were spent on, week by week, the oldest first. It makes no report and spends nothing. Empty without consent to store. */
export function sentReports(shelf: Shelf): Promise<SentReport[]>;

/** The privacy budget of this device, as sums of ε over all weeks. */
export interface ReportBudget {
  /** What all reports of this shop have spent, since reports were first allowed or the shopper was last forgotten. */
  spent: number;
  /** What they may spend: `[reports] lifetime` of the shop, 104 unless it says otherwise. Once less than a week's ε is left no report is made any more (`lifetime_spent`). */
  lifetime: number;
  left: number;
}
/** How much of the privacy budget is spent. It makes no report and spends nothing. `spent` is 0 without consent to store, and all are 0 without an engine. */
export function reportBudget(shelf: Shelf): Promise<ReportBudget>;

/** Everything that is known of the shopper here; `export.schema.json` of the package is its schema. */
export interface ExportedData {
  format: "nearshelf-export/1";
  shop: string;
  /** Milliseconds since 1970 UTC. */
  exported: number;
  language: string;
  market: string;
  packVersion: string;
  consent: Required<Consent>;
  receipts: ConsentReceipt[];
  portrait: Portrait;
  tags: ShopperTag[];
  hiddenTags: HiddenTag[];
  reports: SentReport[];
  /** What `importData` reads, as base64; "" without a portrait. */
  snapshot: string;
}
/** Everything that is known of the shopper here, to show or to take along. Never rejects. */
export function exportData(shelf: Shelf): Promise<ExportedData>;

/**
 * Takes in what `exportData` gave, on another device: it takes the place of the portrait here, and takes over the events of this visit. Needs consent to personalize; consent itself, receipts and reports
 * are not taken in. Never rejects.
 */
export function importData(shelf: Shelf, data: ExportedData | string): Promise<{ taken: boolean; reason: null | "unreadable" | "another_shop" | "nothing" | "consent" | "unavailable" }>;

/** A receipt in the words of Kantara's Consent Receipt 1.1. */
export function consentRecord(receipt: ConsentReceipt, about?: {
  controller?: string; contact?: string; policyUrl?: string; jurisdiction?: string; service?: string; subject?: string; id?: string;
}): Record<string, unknown>;
