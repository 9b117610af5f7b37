import type { SearchStore } from '#engines/search/opensearch.ts'
import type { SearchEngine } from './engine.ts'
import type { StoredCard } from '../index/index-document.ts'
import { completionBody, listBody, scoreOf } from './index-query.ts'

/** The index behind an alias as the search engine. Throws SearchAway or NoIndex when it has no answer. */
export const indexEngine = (store: SearchStore, alias: string): SearchEngine => ({
  find: async (filter, sort, place, limit) => {
    const { hits } = await store.search<{ card: StoredCard }>(alias, listBody(filter, sort, place, limit))
    return hits.map(({ source, score }) => ({ ...source.card, score: scoreOf(filter.search, score) }))
  },
  complete: async (completion, limit) => {
    const { aggregations } = await store.search(alias, completionBody(completion, limit))
    return aggregations.terms.matching.texts.buckets.map((bucket: { key: string }) => bucket.key)
  },
})
