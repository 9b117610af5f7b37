import type { Logger } from 'pino'
import type { Database } from '#kernel/store.ts'
import type { SearchStore, Write } from '#engines/search/opensearch.ts'
import { categoryDocument, goneDocument, productDocument } from './index-document.ts'
import type { indexNames } from './index-mapping.ts'
import {
  findIndexed,
  findQueued,
  finishIndex,
  loseIndex,
  loseLive,
  refuseQueued,
  settleQueued,
  wantIndex,
  type IndexState,
  type QueuedDocument,
} from './index-store.ts'
import { categoryOwner } from '../search/search-terms.ts'
import { findCategories } from '../product-view/product-view-store.ts'

/** Documents written in one go. */
const AT_ONCE = 250

/** What those who write the index work with. */
export interface IndexTools {
  readonly db: Database
  readonly store: SearchStore
  readonly log: Logger
  readonly names: ReturnType<typeof indexNames>
  /** The layout of the documents this process makes, and the analyzer it is set to. */
  readonly mapping: number
  readonly analyzer: string
}

/** The documents of what is marked, as things are now: the marks were read first, so they are never older than these. */
const documentsOf = async (db: Database, marks: readonly QueuedDocument[]) => {
  const prefix = categoryOwner('')
  const isCategory = (id: string): boolean => id.startsWith(prefix)
  const products = await findIndexed(
    db,
    marks.map((each) => each.id).filter((id) => !isCategory(id)),
  )
  const categories = new Map((await findCategories(db)).map((each) => [each.id, each]))
  return marks.map(({ id }) => {
    if (isCategory(id)) {
      const category = categories.get(id.slice(prefix.length))
      return category ? categoryDocument(category) : goneDocument(id)
    }
    const product = products.get(id)
    return product ? productDocument(product, categories) : goneDocument(id)
  })
}

/**
 * Writes what changed to the index that is searched and to the one being built; answers how much. A mark is taken away
 * once what it stands for is in all of them, so after a crash it is written again; the mark's revision keeps a late write
 * from undoing a newer one.
 */
export const indexQueued = async (tools: IndexTools, state: IndexState): Promise<number> => {
  const { db, store, log, names } = tools
  const into = [...(state.live ? [names.live] : []), ...(state.building ? [names.next] : [])]
  if (into.length === 0) return 0
  const marks = await findQueued(db, AT_ONCE)
  if (marks.length === 0) return 0
  const documents = await documentsOf(db, marks)
  const writes = into.flatMap((alias) =>
    marks.map(({ id, revision }, i): Write => ({ into: alias, id, version: revision, document: { ...documents[i]! } })),
  )
  const written = await store.write(writes)

  const missing = new Set(writes.filter((_, i) => written[i]!.kind === 'no-index').map((each) => each.into))
  if (missing.has(names.next)) {
    const swapped = (await store.indicesOf(names.live)).includes(state.building!)
    await (swapped ? finishIndex : loseIndex)(db, state.building!)
    if (swapped) return 1
  }
  if (missing.has(names.live)) {
    await loseLive(db)
    await wantIndex(db, tools.mapping)
  }
  if (missing.size > 0) {
    log.warn({ missing: [...missing] }, 'A search index is missing and is rebuilt')
    return 0
  }
  const refused = new Set<string>()
  for (const [i, each] of written.entries()) {
    if (each.kind !== 'refused') continue
    const mark = marks[i % marks.length]!
    refused.add(mark.id)
    log.error({ id: mark.id, why: each.why }, 'OpenSearch rejected a document')
    await refuseQueued(db, mark)
  }
  await settleQueued(
    db,
    marks.filter((each) => !refused.has(each.id)),
  )
  return marks.length
}
