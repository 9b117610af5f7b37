import { createRequire } from 'node:module'
import type * as OpenSearch from '@opensearch-project/opensearch'
import type { Logger } from 'pino'
import type { Runtime } from '#kernel/runtime.ts'
import { presence } from './presence.ts'

/** A search as OpenSearch's query language says it. */
export type SearchBody = Readonly<Record<string, unknown>>

/** A document found: what was stored of it, and how well it fits. */
export interface Hit<T> {
  readonly source: T
  readonly score: number
}

/** What came of a search: documents, and what was counted of them. */
export interface Found<T> {
  readonly hits: readonly Hit<T>[]
  readonly aggregations: any
}

/** A document to be stored. Of several writes of one id the one of the highest version stays, in whatever order they come. */
export interface Write {
  /** An alias; never the name of an index: one that does not exist would be made by the write. */
  readonly into: string
  readonly id: string
  readonly version: number
  readonly document: SearchBody
}

/** What came of a write: it stands or a later one does; there is no such alias; it will never be taken. */
export type Written =
  | { readonly kind: 'stands' }
  | { readonly kind: 'no-index' }
  | { readonly kind: 'refused'; readonly why: string }

/** Changes to aliases, done all at once. */
export type AliasAction =
  | { readonly add: { readonly index: string; readonly alias: string } }
  | { readonly remove: { readonly index: string; readonly alias: string } }

/** The index or alias that was asked for does not exist. */
export class NoIndex extends Error {
  override readonly name = 'NoIndex'
}

/** An OpenSearch that may be away at any time. Every method throws SearchAway while it is. */
export interface SearchStore {
  /** Whether it answers as far as we know. */
  readonly here: () => boolean
  /** Searches an alias within the deadline. Throws NoIndex when there is none. */
  search<T>(alias: string, body: SearchBody): Promise<Found<T>>
  /** Stores documents; answers what came of each, in their order. */
  write(all: readonly Write[]): Promise<readonly Written[]>
  create(index: string, body: SearchBody): Promise<void>
  /** Makes what was written to an index to be found. */
  refresh(index: string): Promise<void>
  /** The indices an alias stands for; none when there is no such alias. */
  indicesOf(alias: string): Promise<readonly string[]>
  /** The indices whose names match a pattern. */
  indicesLike(pattern: string): Promise<readonly string[]>
  changeAliases(actions: readonly AliasAction[]): Promise<void>
  drop(index: string): Promise<void>
  /** Looks whether it is back, if it is away and it is time. Never throws. */
  look(): Promise<void>
  /** Asks for a sign of life; rejects when there is none. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** Milliseconds that writing and changes of indices may take: nobody waits for them. */
const REQUEST_TIMEOUT = 20_000

/** Loaded by who uses it: it weighs as much as the whole catalog. */
const library = (): typeof OpenSearch => createRequire(import.meta.url)('@opensearch-project/opensearch')

const statusOf = (error: unknown): number => {
  const { errors } = library()
  if (error instanceof errors.ResponseError) return error.statusCode ?? 0
  return error instanceof errors.OpenSearchClientError ? 0 : -1
}

/** No answer, or one that says "not now". What we asked for wrongly says nothing about the engine. */
const isAway = (error: unknown): boolean => {
  const status = statusOf(error)
  return status === 0 || status === 429 || status >= 500
}

/** Reaches the OpenSearch at `url`; opening never fails and never waits. `deadline` is how many milliseconds a search may take. */
export const openSearch = (
  url: string,
  given: { readonly deadline: number; readonly runtime: Runtime; readonly log: Pick<Logger, 'info' | 'warn'> },
): SearchStore => {
  const { deadline, runtime, log } = given
  const client = new (library().Client)({
    node: url,
    maxRetries: 0,
    requestTimeout: REQUEST_TIMEOUT,
    sniffOnStart: false,
  })
  const state = presence({ name: 'OpenSearch', runtime, log, isAway })

  type Request<T> = Promise<{ body: T }> & { abort?: () => void }
  const until = async <T>(signal: AbortSignal, request: Request<T>): Promise<T> => {
    // It must answer nothing: what it answers can be awaited, and a listener's failed promise ends the process.
    const abort = (): void => void request.abort?.()
    signal.addEventListener('abort', abort)
    try {
      return (await request).body
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }
  const withTimeout = <T>(ask: () => Request<T>): Promise<T> =>
    state.ask(REQUEST_TIMEOUT, (signal) => until(signal, ask()))

  const orNone = async (names: Promise<Readonly<Record<string, unknown>>>): Promise<readonly string[]> => {
    try {
      return Object.keys(await names).sort()
    } catch (error) {
      if (statusOf(error) === 404) return []
      throw error
    }
  }

  const hello = (signal: AbortSignal) => until(signal, client.info() as Request<unknown>)

  return {
    here: state.here,
    search: async (alias, body) => {
      try {
        const { hits, aggregations } = await state.ask(deadline, (signal) =>
          until(signal, client.search({ index: alias, body } as never) as unknown as Request<any>),
        )
        return {
          hits: hits.hits.map((hit: any) => ({ source: hit._source, score: hit._score ?? 0 })),
          aggregations,
        }
      } catch (error) {
        if (statusOf(error) === 404) throw new NoIndex(alias, { cause: error })
        throw error
      }
    },
    write: async (all) => {
      if (all.length === 0) return []
      const body = all.flatMap(({ into, id, version, document }) => [
        { index: { _index: into, _id: id, version, version_type: 'external_gte' } },
        document,
      ])
      const { items } = await withTimeout<any>(
        () => client.bulk({ body, require_alias: true } as never) as unknown as Request<any>,
      )
      return items.map(({ index: { status, error } }: any): Written => {
        if (status < 300 || status === 409) return { kind: 'stands' }
        if (status === 404) return { kind: 'no-index' }
        if (status === 429 || status >= 500) throw new Error(`OpenSearch could not store a document: ${error?.type}`)
        return { kind: 'refused', why: `${error?.type}: ${error?.reason}` }
      })
    },
    create: async (index, body) => {
      await withTimeout<any>(() => client.indices.create({ index, body } as never) as unknown as Request<any>)
    },
    refresh: async (index) => {
      await withTimeout<any>(() => client.indices.refresh({ index }) as unknown as Request<any>)
    },
    indicesOf: (alias) =>
      orNone(withTimeout(() => client.indices.getAlias({ name: alias }) as unknown as Request<any>)),
    indicesLike: (pattern) =>
      orNone(withTimeout(() => client.indices.get({ index: pattern }) as unknown as Request<any>)),
    changeAliases: async (actions) => {
      await withTimeout<any>(
        () => client.indices.updateAliases({ body: { actions } } as never) as unknown as Request<any>,
      )
    },
    drop: async (index) => {
      await withTimeout<any>(
        () => client.indices.delete({ index, ignore_unavailable: true }) as unknown as Request<any>,
      )
    },
    look: () => state.look(deadline, hello),
    ping: async () => {
      await state.ask(deadline, hello)
    },
    close: () => client.close(),
  }
}
