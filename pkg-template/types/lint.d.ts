// Types of `nearshelf/lint`: the linter of offers, in Node.

/** A product in one market, in minor units. */
export interface LintProduct {
  sku: string;
  /** What is asked today. */
  price: number;
  /** The price crossed out beside it. */
  list?: number;
  market?: string;
  store?: string;
  /** Path with `/`. */
  category?: string;
  tags?: string[];
  /** Lowest unit price. */
  floor?: number;
}

/** What promotions stand on; a rule that needs what is not there is not asked. */
export interface LintGround {
  /** The present, RFC 3339. */
  now?: string;
  /** Minutes east of UTC of the shop's days; default 0. */
  zone_minutes?: number;
  /** BCP 47 tags, the default first. */
  languages?: string[];
  markets?: { code: string; currency: string }[];
  /** Ids of member levels. */
  levels?: string[];
  products?: LintProduct[];
  /** What was asked when; `day` such as "2026-10-01". */
  history?: { sku: string; market?: string; day: string; price: number }[];
  /** `most_off_bp`: a reduction from which on it is told (7,000); `prior_days` before an announced reduction (30); `calendar_days` for which the calendar should go on (180). */
  policy?: { most_off_bp?: number; prior_days?: number; calendar_days?: number };
  /** Days that move from year to year, as `calendar.json` has them: `{ qixi: { "2027": "2027-08-08" } }`. */
  calendar?: Record<string, string | Record<string, string>>;
}

export interface LintFinding {
  /** As the manual, page "lint", lists them. */
  rule: string;
  /** An error cannot be meant, a warning can. */
  severity: "error" | "warning";
  /** `promotions[3].threshold`, `products[0].list`. */
  place: string;
  /** Id of the promotion; of the product where the place is one. */
  promotion: string;
  text: { en: string; zh: string };
  /** What to do about it. */
  fix: { en: string; zh: string };
}

/** What is refused; `fix` says the way out. */
export class NearshelfError extends Error {
  readonly code: string;
  readonly fix: string;
}

/**
 * Tells what promotions (promotion-case/v1, with a shop's names, markets and currencies) cannot mean. The same as `nearshelf offers lint`. Throws `bad_argument`
 * for what is no document.
 *
 * @example
 * lintOffers({ promotions: [{ id: "p", name: "P", kind: "fixed", amount: 5000, threshold: 5000 }] })[0].rule; // "gives_away"
 */
export function lintOffers(document: { promotions: readonly object[]; grants?: readonly object[]; ground?: LintGround } | string): LintFinding[];
