import type { Runtime } from '#kernel/runtime.ts'
import { storable } from '#kernel/text/storable-text.ts'
import type { AliasAction } from '#engines/search/opensearch.ts'
import { SearchAway } from '#engines/search/presence.ts'
import { indexBody } from './index-mapping.ts'
import {
  allWritten,
  beginIndex,
  findIndexState,
  finishIndex,
  giveIndexUp,
  leaseIndex,
  loseIndex,
  markMore,
  noteFailure,
  wantIndex,
  type IndexState,
} from './index-store.ts'
import { indexQueued, type IndexTools } from './indexing.ts'

/** Products marked in one go for a new index. */
const MARKED_AT_ONCE = 2_000
/** Milliseconds between looks whether the index is there at all. */
const LOOK = 10_000

/** Drops what an earlier try left, and the index that was searched before. */
const dropOthers = async ({ store, names, log }: IndexTools, kept: readonly string[]): Promise<void> => {
  for (const each of await store.indicesLike(names.all)) {
    if (kept.includes(each)) continue
    await store.drop(each)
    log.info({ index: each }, 'Dropped an old search index')
  }
}

/** Makes an empty index beside the one that is searched; from now on every change is written to both. */
const begin = async (tools: IndexTools, id: string): Promise<void> => {
  const { db, store, names, mapping, analyzer, log } = tools
  const index = names.index(id)
  await dropOthers(tools, await store.indicesOf(names.live))
  await store.create(index, indexBody(analyzer, names.next))
  await beginIndex(db, { index, mapping, analyzer })
  log.info({ index }, 'Building a new search index')
}

/** Has the new index searched instead of the old one, in one step. Done again after a crash it does what is left. The old one stays for searches under way. */
const finish = async (tools: IndexTools, index: string): Promise<void> => {
  const { db, store, names, log } = tools
  await store.refresh(index)
  const old = (await store.indicesOf(names.live)).filter((each) => each !== index)
  const next = await store.indicesOf(names.next)
  const actions: AliasAction[] = [
    ...old.map((each) => ({ remove: { index: each, alias: names.live } })),
    ...next.map((each) => ({ remove: { index: each, alias: names.next } })),
    { add: { index, alias: names.live } },
  ]
  await store.changeAliases(actions)
  await finishIndex(db, index)
  log.info({ index }, 'Switched to the new search index')
}

/**
 * Has an index made where there is none; at the first look of a process also where it is not as this process makes it.
 * Later looks leave that alone: hosts set in two ways would make it anew in turns.
 */
const look = async (tools: IndexTools, state: IndexState, first: boolean): Promise<void> => {
  const { db, store, names, mapping, analyzer } = tools
  if (state.wanted !== null) return
  const live = await store.indicesOf(names.live)
  if (state.building !== null) {
    const next = await store.indicesOf(names.next)
    if (![...live, ...next].includes(state.building)) await loseIndex(db, state.building)
    return
  }
  const other = state.mapping !== mapping || state.analyzer !== analyzer
  const outdated = (first && other) || !live.includes(state.live ?? '')
  if (outdated) await wantIndex(db, mapping)
  else await dropOthers(tools, live)
}

/**
 * The work on the index, a step at a time: writes what changed, and makes a new index when one is wanted. All that is
 * known of it lies in the database, so that any process goes on where another stopped.
 */
export const indexer = (tools: IndexTools, runtime: Runtime) => {
  const { db, store, mapping, log } = tools
  const self = runtime.id()
  let lookedAt: number | undefined
  let missed = false
  let warned = false

  /** An index, or the wish for one, of a version that lays documents out in a way unknown here; unless someone wants ours back. */
  const isOfNewer = ({ mapping: its, wanted }: IndexState): boolean => (wanted ?? its ?? 0) > mapping

  const step = async (): Promise<number> => {
    if (isOfNewer(await findIndexState(db))) {
      if (!warned)
        log.warn('The search index belongs to a newer version, which alone writes it: PostgreSQL searches here')
      warned = true
      await giveIndexUp(db, self)
      return 0
    }
    let state = await leaseIndex(db, self)
    if (!state) return 0
    const { wanted } = state
    if (wanted !== null && state.building === null) {
      try {
        await begin(tools, runtime.id())
      } catch (error) {
        if (!(error instanceof SearchAway))
          await noteFailure(db, storable(error instanceof Error ? error.message : String(error)))
        throw error
      }
      return 1
    }
    if (missed || lookedAt === undefined || runtime.now() - lookedAt >= LOOK) {
      missed = false
      await look(tools, state, lookedAt === undefined)
      lookedAt = runtime.now()
      state = (await leaseIndex(db, self)) ?? state
    }
    const marking = state.building !== null && state.markedAt === null
    if (marking) await markMore(db, state, MARKED_AT_ONCE)
    const written = await indexQueued(tools, state)
    if (state.building !== null && !marking && (await allWritten(db))) {
      await finish(tools, state.building)
      lookedAt = runtime.now()
      return 1
    }
    return written + (marking ? 1 : 0)
  }

  return {
    self,
    /** Does the next piece; answers how much it did. Nothing while the engine is away or somebody else works on it. */
    step: async (): Promise<number> => {
      await store.look()
      if (!store.here()) return 0
      try {
        return await step()
      } catch (error) {
        // That it is away was told.
        if (error instanceof SearchAway) return 0
        throw error
      }
    },
    /** Looks at once whether the index is there: somebody missed it. */
    missed: (): void => {
      missed = true
    },
  }
}
