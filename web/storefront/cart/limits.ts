/** Kinds of product one order takes. */
export const KINDS_AT_MOST = 100

/** Won one order may cost. */
export const WON_AT_MOST = 100_000_000_000
