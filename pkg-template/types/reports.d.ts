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
}

export interface Estimates { reports: number; estimates: Estimate[]; }

/** What `nearshelf reports decode --json` prints. */
export interface Decoded {
  /** Version of the schema. */
  schema: number;
  epsilon: number;
  counts: { lines: number; counted: number; copies: number; other_schema: number; unreadable: number; impossible: number };
  /** The first bad lines, from 1, and the field at fault. */
  bad: { line: number; field: string }[];
  metrics: { metric: string; all: Estimates; epochs: (Estimates & { epoch: string })[] }[];
}

/**
 * Counts the reports of one schema, drops copies, and takes the noise out. `schema` is what `nearshelf reports schema PACK` prints,
 * parsed or not; `lines` is one report a line. A line that is no report is counted and named. Throws `bad_schema`.
 */
export function decodeReports(schema: object | string, lines: string | Iterable<string>): Decoded;

/** The line to keep for the 29 to 37 bytes of a request, without a line end. Throws `bad_report`: answer 400 then. */
export function reportLine(bytes: Uint8Array | ArrayBuffer): string;

export class NearshelfError extends Error {
  readonly code: string;
  readonly fix: string;
}
