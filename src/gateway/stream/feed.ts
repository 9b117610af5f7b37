import type { Logger } from 'pino'
import type { Client } from '#kernel/contract.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { notification, NewNotification } from '#services/notification/contract.ts'

/** Follows the log of notifications while somebody listens. */
export interface Feed {
  /** Resolves once everything stored from now on will be brought. Rejects when the notification service is away. */
  begin(): Promise<void>
  stop(): Promise<void>
}

/**
 * Asks for new notifications every `poll` milliseconds while `wanted`, whichever process stored them, and gives each to
 * `bring`. After a failure it goes on where it was: nothing is left out.
 */
export const feed = (given: {
  readonly tail: Client<typeof notification>['tail']
  readonly wanted: () => boolean
  readonly bring: (created: NewNotification) => void
  readonly runtime: Runtime
  readonly log: Logger
  readonly poll: number
}): Feed => {
  const { tail, wanted, bring, runtime, log, poll } = given
  const stopped = new AbortController()
  let beginning: Promise<void> | undefined
  let running: Promise<void> = Promise.resolve()

  const follow = async (from: string): Promise<void> => {
    let place = from
    let failing = false
    while (!stopped.signal.aborted && wanted()) {
      try {
        const { items, place: next } = await tail({ after: place })
        for (const each of items) bring(each)
        const more = items.length > 0 && next !== place
        place = next
        failing = false
        if (more) continue
      } catch (error) {
        if (!failing) log.warn({ err: error }, 'New notifications cannot be fetched')
        failing = true
      }
      await runtime.sleep(poll, stopped.signal).catch(() => {})
    }
    beginning = undefined
  }

  const start = async (): Promise<void> => {
    await running
    const { place } = await tail({ after: null })
    running = follow(place)
  }

  return {
    begin: () => {
      if (!beginning) {
        beginning = start()
        beginning.catch(() => {
          beginning = undefined
        })
      }
      return beginning
    },
    stop: async () => {
      stopped.abort()
      await running
    },
  }
}
