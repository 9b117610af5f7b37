import { systemContext } from '#kernel/call.ts'
import { withContext } from '#kernel/context.ts'
import type { Consumer } from '#kernel/service.ts'
import { backOff, MAX_ATTEMPTS, reasonOf } from './back-off.ts'
import type { ConsumerTools } from './consume.ts'
import { claimSetAside, consumersDue, failSetAside, settleSetAside, takeIn, type SetAside } from './log-store.ts'
import { isTransientError } from '../connection/transient-errors.ts'
import { react, reactionsBySource } from './reactions.ts'

/** Tries the oldest due event that was set aside for a consumer. Answers how many it tried: 0 or 1. */
export const retrySetAside = async (tools: ConsumerTools, consumer: Consumer): Promise<number> => {
  const { db, runtime, logger } = tools
  const sources = reactionsBySource(consumer)
  let tried: SetAside | undefined
  try {
    await withContext(systemContext(tools.service, runtime), () =>
      db.tx(`${tools.service}.retry.${consumer.name}`, async (tx) => {
        tried = await claimSetAside(tx, consumer.name, runtime.now())
        if (!tried) return
        const { source, position, name } = tried
        const reactions = sources.get(source)
        // An event this version no longer reacts to has no effect.
        const fresh = reactions?.has(name) && (await takeIn(tx, consumer.name, source, [position.id], runtime.now()))
        if (reactions && fresh && fresh.size > 0) await react(reactions, [tried], tx)
        await tx.query(settleSetAside(tried, runtime.now()))
      }),
    )
  } catch (error) {
    if (!tried || isTransientError(error)) throw error
    const dead = tried.attempts + 1 >= MAX_ATTEMPTS
    if (dead)
      logger.error(
        { err: error, consumer: consumer.name, event: tried.id },
        'Event moved to dead letters after its last retry',
      )
    await db.query(failSetAside(tried, dead, runtime.now() + backOff(tried.attempts), reasonOf(error)))
  }
  return tried ? 1 : 0
}

/** Tries one due event of each consumer of a service that has some. Answers how many it tried. */
export const retryDue = async (tools: ConsumerTools, consumers: readonly Consumer[]): Promise<number> => {
  if (consumers.length === 0) return 0
  const due = new Set(await consumersDue(tools.db, tools.runtime.now()))
  const tried = await Promise.all(
    consumers.filter((each) => due.has(each.name)).map((each) => retrySetAside(tools, each)),
  )
  return tried.reduce((sum, each) => sum + each, 0)
}
