import type { Queryable } from '#kernel/store.ts'
import {
  findCards,
  findCompletions,
  type CardRow,
  type Filter,
  type ListCursor,
  type Sort,
} from '../product-view/list-store.ts'
import type { Completion } from './search.ts'

/** Who can search the catalog: PostgreSQL, always, or a search engine beside it. */
export type SearchedBy = 'embedded' | 'opensearch'

/**
 * Searches the catalog. Every engine answers the same to the same question on the same data: the same products, in the
 * same order, by the same keys, so that a page of one goes on where a page of another ended.
 */
export interface SearchEngine {
  /** Products on sale that pass the filter, sorted, at most `limit`, after a place. */
  find(filter: Filter, sort: Sort, place: ListCursor | undefined, limit: number): Promise<CardRow[]>
  /** The best completions: those that begin so, then by how well they sell. */
  complete(completion: Completion, limit: number): Promise<string[]>
}

/** An answer, and who gave it. */
export interface Answered<T> {
  readonly found: T
  readonly by: SearchedBy
}

/** The catalog's search as the service uses it: whoever answers says so. */
export interface CatalogSearch {
  find(filter: Filter, sort: Sort, place: ListCursor | undefined, limit: number): Promise<Answered<CardRow[]>>
  complete(completion: Completion, limit: number): Promise<Answered<string[]>>
}

/** PostgreSQL as the search engine. */
export const embeddedEngine = (db: Queryable): SearchEngine => ({
  find: (...given) => findCards(db, ...given),
  complete: (...given) => findCompletions(db, ...given),
})

/**
 * Asks the engine beside PostgreSQL, if there is one, and PostgreSQL whenever that one has no answer: `unanswered` is
 * told why, and throws what is nobody's fault but ours.
 */
export const searchBy = (
  embedded: SearchEngine,
  beside: SearchEngine | undefined,
  unanswered: (error: unknown) => void,
): CatalogSearch => {
  const either = async <T>(ask: (engine: SearchEngine) => Promise<T>): Promise<Answered<T>> => {
    if (beside) {
      try {
        return { found: await ask(beside), by: 'opensearch' }
      } catch (error) {
        unanswered(error)
      }
    }
    return { found: await ask(embedded), by: 'embedded' }
  }
  return {
    find: (...given) => either((engine) => engine.find(...given)),
    complete: (...given) => either((engine) => engine.complete(...given)),
  }
}
