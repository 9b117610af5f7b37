import type { z } from 'zod'

/** How long a cached value may be served, in milliseconds since its load began. */
export interface Freshness {
  /** Served without revalidation. */
  readonly fresh: number
  /** Hard limit: nothing older is served. Between the two the stale value is served while a new one is loaded. */
  readonly bound: number
}

/** Values cached by key. All callers get the same frozen object, so that what is derived of it can be cached beside it. */
export interface Cache<V> {
  /** The value, cached or loaded. A failed load rejects and is not cached. */
  get(key: string): Promise<V>
  /**
   * Invalidates values in this process and all others; one whose load began before is not cached either. Call it once the
   * change is committed (`tx.committed`). Never rejects, and waits some hundred milliseconds at most.
   */
  invalidate(keys: readonly string[]): Promise<void>
}

/** Options of every cache. */
export interface CacheOf<V> {
  /** Its name within the service, for keys and metrics. */
  readonly name: string
  /** Version of the value's shape: count it up when the shape changes, so that hosts of two versions do not share values. */
  readonly shape: number
  /** Validates a value that comes from outside the process. */
  readonly schema: z.ZodType<V>
  /** Loads a value. At most one load of a key runs at a time in a process. */
  readonly load: (key: string) => Promise<V>
  /** Values in memory at most. */
  readonly max: number
}

/** Options of a cache that serves stale values while it revalidates them, up to a stated age. */
export interface StaleWhileRevalidateOptions<V> extends CacheOf<V> {
  readonly freshness: Freshness
  /** While this process is subscribed to the invalidations of others. */
  readonly subscribed?: Freshness
  /** Additional milliseconds for this value. */
  readonly longer?: (answer: V) => number
}

/** Options of a cache that validates each value before it serves it: none is older than the last invalidation. */
export interface ValidatedOptions<V> extends CacheOf<V> {
  /** Milliseconds a value is cached at most. */
  readonly bound: number
}

/** Makes the caches of a service. */
export interface Caches {
  /** For what may be stale: in memory, and in Redis if there is one. */
  staleWhileRevalidate<V extends {}>(given: StaleWhileRevalidateOptions<V>): Cache<V>
  /**
   * For what people must see at once, whichever process they changed it in: each value is validated against Redis. Without
   * Redis, or while it is unavailable, every value is loaded anew.
   */
  validated<V extends {}>(given: ValidatedOptions<V>): Cache<V>
}
