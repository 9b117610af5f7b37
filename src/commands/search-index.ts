import { CannotStart } from '#kernel/cannot-start.ts'
import { systemContext } from '#kernel/call.ts'
import { withContext } from '#kernel/context.ts'
import type { OutputOf } from '#kernel/contract.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { catalog, REBUILD_UNDER_WAY, SEARCH_IS_EMBEDDED } from '#services/catalog/contract.ts'
import { attachStores } from '#src/host/stores/attach.ts'
import { startHost } from '#src/host/process/host.ts'
import { makeLog } from '#src/host/process/logging.ts'
import { readSettings } from '#src/settings.ts'
import { shop } from '#src/shop.ts'
import type { Command } from './index.ts'
import { optionsOf } from './line/options.ts'
import { columns, print } from './line/terminal.ts'
import { usage } from './line/usage.ts'

const USAGE = usage['search-index']

type Index = OutputOf<(typeof catalog.operations)['searchIndex']>

/** Milliseconds between two looks at how far it is. */
const LOOK = 500

const listed = (index: Index): readonly string[] =>
  columns([
    ['searched', index.live ?? 'none yet: PostgreSQL searches'],
    ['being made', index.building ?? (index.wanted ? 'about to begin' : 'none')],
    ...(index.building ? [['documents left', `${index.remaining} of ${index.total}`]] : []),
    ['changes behind', `${index.changesBehind}, the oldest of them ${Math.round(index.behindMs)} ms ago`],
    ['refused', `${index.refused} documents`],
    ...(index.failure ? [['failed', index.failure]] : []),
  ])

/** Tells how far a rebuild is until it is done; false when it could not be begun. */
const follow = async (look: () => Promise<Index>, runtime: Runtime, say: (line: string) => void): Promise<boolean> => {
  let last = ''
  for (;;) {
    const index = await look()
    const { building, wanted, total, remaining, failure } = index
    if (failure !== null) {
      say(`It could not be started: ${failure}`)
      return false
    }
    if (building === null && !wanted) {
      say(`Done: ${index.live} is searched.`)
      return true
    }
    const line = building === null ? 'About to begin' : `${total - remaining} of ${total} documents`
    if (line !== last) say(line)
    last = line
    await runtime.sleep(LOOK)
  }
}

/**
 * `npm run search-index`: looks at the index of the search engine, or has it made anew. Works beside a running shop, whose
 * hosts do the work with this process, and on a stopped one.
 */
export const searchIndex: Command = async ({ args, runtime, env, say = print }) => {
  const [verb = 'show', ...more] = optionsOf(args, USAGE, {}).positionals
  if (!['show', 'rebuild'].includes(verb) || more.length > 0) throw new CannotStart(USAGE)
  const settings = readSettings(env)
  const stores = await attachStores(settings, { runtime })
  try {
    const log = makeLog(settings.LOG_LEVEL)
    const services = shop.filter(({ contract }) => contract === catalog)
    const { connection } = stores
    // Who only looks takes no part in the work.
    const host = await startHost({ services, connection, settings, runtime, log, background: verb === 'rebuild' })
    const client = host.client(catalog, 'search-index')
    const look = () => withContext(systemContext('search-index', runtime), () => client.searchIndex({}))
    try {
      if (verb === 'rebuild')
        await withContext(systemContext('search-index', runtime), () => client.rebuildSearchIndex({}))
      if (verb === 'rebuild') return (await follow(look, runtime, say)) ? 0 : 1
      const index = await look()
      if (index.engineSet) for (const line of listed(index)) say(line)
      else say('PostgreSQL searches: OPENSEARCH_URL is not set here. Set it as the hosts of the shop have it.')
      return 0
    } catch (error) {
      if (SEARCH_IS_EMBEDDED.is(error) || REBUILD_UNDER_WAY.is(error)) {
        say(error.message)
        return 1
      }
      throw error
    } finally {
      await host.stop()
    }
  } finally {
    await stores.stop()
  }
}
