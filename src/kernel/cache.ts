import type { z } from 'zod'

/** For how long an answer is good, in milliseconds since it began to be made. */
export interface Keeping {
  /** Given without a look elsewhere. */
  readonly fresh: number
  /** The hard bound: nothing older is given to anybody. Between the two it is given while a newer one is made. */
  readonly bound: number
}

/** Answers kept ready by key. Everyone gets the very same frozen object, so that what is made of it can be kept beside it. */
export interface Cache<V> {
  /** The answer, kept or made. Failures to make one rise and are not kept. */
  get(key: string): Promise<V>
  /**
   * Lets go of answers, here and wherever else they are kept; one that began to be made before is not kept either.
   * Call it once the change is committed (`tx.committed`). Never rejects, and waits no longer than a moment.
   */
  forget(keys: readonly string[]): Promise<void>
}

/** What a cache needs to know of its answers. */
export interface CacheOf<V> {
  /** Its name within the service, for keys and metrics. */
  readonly name: string
  /** Version of the answers' shape: count it up when the shape changes, so that hosts of two versions do not mix theirs. */
  readonly shape: number
  /** Recognises an answer that comes from outside the process. */
  readonly schema: z.ZodType<V>
  /** Makes an answer. Of one key one at a time is made in a process. */
  readonly load: (key: string) => Promise<V>
  /** Answers kept in memory at most. */
  readonly max: number
}

/** A cache whose answers may lag behind for a stated time. */
export interface StaleWhileRevalidateOptions<V> extends CacheOf<V> {
  readonly keeping: Keeping
  /** For a process that hears at once of what others let go of. */
  readonly told?: Keeping
  /** Milliseconds an answer is good for besides. */
  readonly longer?: (answer: V) => number
}

/** A cache whose answers are never older than the last change that was let go of. */
export interface ValidatedOptions<V> extends CacheOf<V> {
  /** Milliseconds an answer is kept at most. */
  readonly bound: number
}

/** Makes the caches of a service. */
export interface Caches {
  /** For what may lag behind: in memory, and in what is shared if there is any. */
  lagging<V extends {}>(given: StaleWhileRevalidateOptions<V>): Cache<V>
  /**
   * For what people must see at once, whichever process they changed it in: each answer is checked against what is
   * shared. Where nothing is shared, or it is away, every answer is made anew.
   */
  exact<V extends {}>(given: ValidatedOptions<V>): Cache<V>
}
