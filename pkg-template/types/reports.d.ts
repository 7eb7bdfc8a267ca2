// Types of `nearshelf/reports`: the collector's side of private reports, in Node.

/** One symbol of a metric's domain; the first, `none`, stands for everything else. */
export interface Estimate {
  key: string;
  label: string;
  /** Reports that support it. */
  answers: number;
  /** Unbiased share of the shoppers who reported, 0–1 but for noise, so it may lie a little outside. */
  share: number;
  standard_error: number;
  /** The interval that holds the true share in 95 of 100 cases. */
  low: number;
  high: number;
  /** False where the interval reaches 0: the share may be noise, and should not be shown as a number. */
  clear: boolean;
}

export interface Estimates { reports: number; estimates: Estimate[]; }

/**
 * What is worked out of the shares: `conversion`, `to_cart`, `back_after_a_week`, `back_within_four_weeks`, `days_a_week`, `retention`, `nps`, `satisfaction`,
 * `click_rate`, `coupon_conversion`, `repeat_rate`, `participation`, `order_value`, `return_on_cost`.
 */
export interface Figure {
  name: string;
  /** The family of coupons or the campaign; empty for all. */
  group: string;
  /** `null` where it cannot be told from noise. */
  value: number | null;
  /** `null` where what it is divided by cannot be told from noise. */
  standard_error: number | null;
  /** The interval of 95 %. */
  low: number | null;
  high: number | null;
}

/** What campaigns cost, in major units, by their name in the schema. */
export interface Costs {
  /** Shoppers that the reports stand for. Default: those who reported. */
  shoppers?: number | null;
  /** What is left of an order's worth, 0–1. */
  margin: number;
  costs: Record<string, number>;
}

/** What `nearshelf reports decode --json` prints. */
export interface Decoded {
  /** Version of the schema. */
  schema: number;
  epsilon: number;
  counts: { lines: number; counted: number; copies: number; other_schema: number; unreadable: number; impossible: number };
  /** The first bad lines, from 1, and the field at fault. */
  bad: { line: number; field: string }[];
  /** Shoppers who reported, by week: each does once, whatever is asked, so this is no estimate. */
  active: { epoch: string; reports: number }[];
  figures: Figure[];
  metrics: { metric: string; all: Estimates; epochs: (Estimates & { epoch: string })[] }[];
}

/**
 * Counts the reports of one schema, drops copies, and takes the noise out. `schema` is what `nearshelf reports schema PACK` prints,
 * parsed or not; `lines` is one report a line, of several files one after another. A line that is no report is counted and named. Throws `bad_schema`, and
 * `bad_argument` for costs that are none.
 */
export function decodeReports(schema: object | string, lines: string | Iterable<string>, options?: { costs?: Costs | null }): Decoded;

/** The line to keep for the 37 bytes of a request; reports of before there were several metrics have 29 to 37, without a line end. Throws `bad_report`: answer 400 then. */
export function reportLine(bytes: Uint8Array | ArrayBuffer): string;

export class NearshelfError extends Error {
  readonly code: string;
  readonly fix: string;
}
