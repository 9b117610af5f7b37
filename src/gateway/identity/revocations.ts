import type { Logger } from 'pino'
import type { Runtime } from '#kernel/runtime.ts'
import { UUID } from './uuid.ts'

/** Sign-ins that ended though their access tokens have not expired. */
export interface Revocations {
  has(sessionId: string): boolean
  /** Takes in an ending this process knows of before the next look. */
  add(sessionId: string): void
  /** Called with each ending that was not known. */
  onEnded(listener: (sessionId: string) => void): void
  start(): void
  stop(): Promise<void>
}

/** Asks for sign-ins that ended since an instant. */
export type FetchRevocations = (since: number) => Promise<{
  readonly sessions: readonly { readonly id: string; readonly at: number }[]
  readonly now: number
}>

/** Tells other gateways of an ending at once, and hears of theirs; what gets lost on the way comes with the next look. */
export interface PublishRevocations {
  tell(sessionId: string): void
  hear(heard: (sessionId: string) => void): void
}

/** Looks this far back again: an ending may be committed a moment after its instant. */
const OVERLAP = 10_000
/** Endings older than this concern tokens that have expired (15 minutes) with room for clocks that differ. */
const KEPT = 1_200_000
const FORGET_EVERY = 60_000

/** Follows the endings of sign-ins by asking the auth service every `poll` milliseconds; while it is away, what is known stays known. */
export const revocations = (
  fetchSince: FetchRevocations,
  given: {
    readonly runtime: Runtime
    readonly log: Logger
    readonly poll: number
    readonly spread?: PublishRevocations | undefined
  },
): Revocations => {
  const { runtime, log, poll, spread } = given
  const ended = new Map<string, number>()
  const listeners: ((sessionId: string) => void)[] = []
  const stopped = new AbortController()
  let running: Promise<void> = Promise.resolve()
  let forgotAt = runtime.now()

  const take = (sessionId: string, at: number): void => {
    if (ended.has(sessionId)) return
    ended.set(sessionId, at)
    for (const listener of listeners) listener(sessionId)
  }

  const forget = (): void => {
    const now = runtime.now()
    if (now - forgotAt < FORGET_EVERY) return
    forgotAt = now
    for (const [sessionId, at] of ended) if (now - at > KEPT) ended.delete(sessionId)
  }

  const follow = async (): Promise<void> => {
    let since = runtime.now() - KEPT
    let failing = false
    while (!stopped.signal.aborted) {
      try {
        const answer = await fetchSince(since)
        for (const each of answer.sessions) take(each.id, each.at)
        since = answer.now - OVERLAP
        failing = false
        forget()
      } catch (error) {
        if (!failing && !stopped.signal.aborted) log.warn({ err: error }, 'Revoked sessions cannot be fetched')
        failing = true
      }
      await runtime.sleep(poll, stopped.signal).catch(() => {})
    }
  }

  return {
    has: (sessionId) => ended.size > 0 && ended.has(sessionId),
    add: (sessionId) => {
      take(sessionId, runtime.now())
      spread?.tell(sessionId)
    },
    onEnded: (listener) => void listeners.push(listener),
    start: () => {
      running = follow()
      spread?.hear((sessionId) => {
        if (UUID.test(sessionId)) take(sessionId, runtime.now())
      })
    },
    stop: async () => {
      stopped.abort()
      await running
    },
  }
}
