import { sweep, type Built, type Handlers, type Tools } from '#kernel/service.ts'
import type { Queryable } from '#kernel/store.ts'
import { openSearch } from '#engines/search/opensearch.ts'
import { REBUILD_UNDER_WAY, SEARCH_IS_EMBEDDED, type catalog } from '../contract.ts'
import { embeddedEngine, searchBy, type CatalogSearch, type SearchedBy } from './engine.ts'
import { indexNames, MAPPING } from '../index/index-mapping.ts'
import { indexEngine } from './index-search.ts'
import { findIndexLag, findIndexState, giveIndexUp, wantIndex } from '../index/index-store.ts'
import { indexer } from '../index/reindexing.ts'
import { searchStatus } from './search-status.ts'
import type { catalogSettings } from '../settings.ts'

/** Milliseconds between two looks at what changed. */
const LOOK = 200

interface Searching extends Pick<Built<typeof catalog>, 'sweeps' | 'gauges' | 'spares' | 'stop'> {
  readonly search: CatalogSearch
  /** The operations that show the index and have it made anew. */
  readonly index: Pick<Handlers<typeof catalog>, 'searchIndex' | 'rebuildSearchIndex'>
}

/** How far the index is, as staff see it. */
const shown = async (db: Queryable, searchedBy: SearchedBy, engineSet: boolean) => {
  const [state, lag] = [await findIndexState(db), await findIndexLag(db)]
  const { live, building, wanted, total, marked, failure } = state
  return {
    searchedBy,
    engineSet,
    live,
    building,
    wanted: wanted !== null,
    total,
    remaining: building === null ? 0 : total - marked + lag.remaining,
    changesBehind: lag.changes,
    behindMs: lag.behindMs,
    refused: lag.refused,
    failure,
  }
}

/**
 * The search of the catalog and what keeps it going. With `OPENSEARCH_URL` an index there is kept up to date and asked
 * first; without, PostgreSQL searches.
 */
export const wireSearch = ({
  db,
  runtime,
  settings,
  log,
}: Pick<Tools<typeof catalogSettings>, 'db' | 'runtime' | 'settings' | 'log'>): Searching => {
  const embedded = embeddedEngine(db)
  const url = settings.OPENSEARCH_URL
  if (url === '')
    return {
      search: searchBy(embedded, undefined, () => {}),
      index: {
        searchIndex: () => shown(db, 'embedded', false),
        rebuildSearchIndex: () => Promise.reject(SEARCH_IS_EMBEDDED()),
      },
    }

  const store = openSearch(url, { deadline: settings.OPENSEARCH_DEADLINE, runtime, log })
  const names = indexNames(settings.OPENSEARCH_PREFIX)
  const analyzer = settings.OPENSEARCH_ANALYZER
  const work = indexer({ db, store, log, names, mapping: MAPPING, analyzer }, runtime)
  const lag = () => findIndexLag(db)
  const index = searchStatus(indexEngine(store, names.live), {
    store,
    alias: names.live,
    lag,
    runtime,
    log,
    missed: work.missed,
  })
  const show = () => shown(db, index.worthAsking() ? 'opensearch' : 'embedded', true)
  return {
    search: searchBy(embedded, index.engine, index.failed),
    index: {
      searchIndex: show,
      rebuildSearchIndex: async () => {
        if (!(await wantIndex(db, MAPPING))) throw REBUILD_UNDER_WAY()
        return show()
      },
    },
    sweeps: [
      sweep('indexing', LOOK, async () => {
        await index.look()
        return work.step()
      }),
    ],
    gauges: [
      {
        name: 'jangteo_search_behind_seconds',
        help: 'Seconds since the oldest change the search index has yet to hear of',
        read: async () => (await lag()).behindMs / 1_000,
      },
      {
        name: 'jangteo_search_changes_behind',
        help: 'Changes the search index has yet to hear of, up to 10000',
        read: async () => (await lag()).changes,
      },
      {
        name: 'jangteo_search_refused',
        help: 'Documents the search engine does not take',
        read: async () => (await lag()).refused,
      },
      {
        name: 'jangteo_search_available',
        help: '1 while the search engine answers searches, 0 while PostgreSQL does in its place',
        read: () => (index.worthAsking() ? 1 : 0),
      },
    ],
    spares: { opensearch: () => store.ping() },
    stop: async () => {
      // Nobody is held up by it for longer than half a minute.
      await giveIndexUp(db, work.self).catch((error: unknown) =>
        log.info({ err: error }, 'The lease of the search index could not be released; it expires by itself'),
      )
      await store.close()
    },
  }
}
