import type { Ground } from './ground.ts'

/** Something that goes wrong while customers buy. */
export interface Fault {
  readonly name: string
  /**
   * Errors customers may see: none, no more than requests that were under way when it struck, or any number while it
   * lasts. Whatever it is, nothing may be wrong afterwards.
   */
  readonly allows: 'none' | 'in flight' | 'while it lasts'
  /** Makes the ground ready, before customers are looked at. */
  readonly prepare?: (ground: Ground) => Promise<void>
  /** Does it, and answers how to put it right again. */
  readonly strike: (ground: Ground) => Promise<() => Promise<unknown>>
  /** Seconds it lasts. */
  readonly seconds?: number
}
