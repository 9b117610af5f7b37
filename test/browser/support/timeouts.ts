/** Milliseconds a step may take before it counts as not happening. */
export const PATIENCE = 30_000
