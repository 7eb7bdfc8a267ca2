// Conditions about attributes.

/** A condition: paths with values or operators, `$and`, `$or`, `$nor`, `$not`. */
export interface Condition {
  readonly [path: string]: unknown;
}

/** What a condition is asked of: values as JSON has them. */
export interface Attributes {
  readonly [name: string]: unknown;
}

export interface ConditionOptions {
  /** Members by the name that `$inGroup` and `$notInGroup` have for them. */
  groups?: { readonly [name: string]: readonly (string | number | boolean | null)[] };
}

export interface Audience {
  /** Whether attributes match. */
  matches(attributes?: Attributes | null): boolean;
  /** The same for each of many. */
  matchesAll(attributes: readonly Attributes[]): boolean[];
}
