import type { Logger } from 'pino'
import type { Runtime } from '#kernel/runtime.ts'
import { NoIndex, type SearchStore } from '#engines/search/opensearch.ts'
import { SearchAway } from '#engines/search/presence.ts'
import type { SearchEngine } from './engine.ts'
import type { IndexLag } from '../index/index-store.ts'

/** Milliseconds by which the index may be behind and still be searched. */
const STALE = 60_000
/** Milliseconds between looks at how far it is behind, and whether there is one. */
const LOOK = 1_000

/** Whether the index is worth asking: the engine is here, there is an index, and it is not too far behind. */
export interface SearchStatus {
  /** The engine, asked only while the index is worth it; SearchAway otherwise. */
  readonly engine: SearchEngine
  readonly worthAsking: () => boolean
  /** Told of an error of the engine. */
  failed(error: unknown): void
  /** Looks whether that is still so. Never throws because the engine is away. */
  look(): Promise<void>
}

/** Stands before an index. `missed` is called when there is none where one was. */
export const searchStatus = (
  engine: SearchEngine,
  given: {
    readonly store: SearchStore
    readonly alias: string
    readonly lag: () => Promise<IndexLag>
    readonly runtime: Runtime
    readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
    readonly missed: () => void
  },
): SearchStatus => {
  const { store, alias, lag, runtime, log, missed } = given
  // There may be none yet: the first look tells, before anybody asks.
  let indexed = false
  let stale = false
  let lookedAt = -Infinity

  const worthAsking = (): boolean => indexed && !stale && store.here()
  const asked = <T>(ask: () => Promise<T>): Promise<T> =>
    worthAsking() ? ask() : Promise.reject(new SearchAway('The search index is not worth asking now'))

  return {
    engine: {
      find: (...args) => asked(() => engine.find(...args)),
      complete: (...args) => asked(() => engine.complete(...args)),
    },
    worthAsking,
    failed: (error) => {
      if (error instanceof SearchAway) return
      if (error instanceof NoIndex) {
        if (indexed) log.warn('The search index is missing: PostgreSQL searches until it is rebuilt')
        indexed = false
        missed()
        return
      }
      log.error({ err: error }, 'OpenSearch rejected the query: PostgreSQL searches instead')
    },
    look: async () => {
      if (runtime.now() - lookedAt < LOOK) return
      lookedAt = runtime.now()
      const tooOld = (await lag()).behindMs > STALE
      if (tooOld !== stale)
        log[tooOld ? 'warn' : 'info'](`The search index is ${tooOld ? 'too far behind' : 'current again'}`)
      stale = tooOld
      if (indexed || !store.here()) return
      try {
        indexed = (await store.indicesOf(alias)).length > 0
      } catch (error) {
        if (!(error instanceof SearchAway)) throw error
      }
    },
  }
}
