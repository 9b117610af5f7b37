import assert from 'node:assert/strict'
import { contract } from '#kernel/contract.ts'
import { UNAVAILABLE } from '#kernel/faults.ts'
import { won } from '#kernel/money.ts'
import { consumer, on, service, type ServiceDefinition } from '#kernel/service.ts'
import { AMOUNT_TOO_LARGE, RESERVATION_ENDED } from '#services/product/contract.ts'
import { orderCanceled, orderExpired, orderItemsChanged, orderPaid } from '../contract.ts'
import type { Holder } from './holder.ts'

/**
 * What becomes of a request to a holder: `refused` does nothing and says why; `hung` does nothing until the caller gives up;
 * `answer lost` does it and dies before it answers; `late` does it long after the caller gave up.
 */
export type Mood = 'done' | 'refused' | 'hung' | 'answer lost' | 'late'

/** What becomes of the next requests, by operation. */
export type Moods = { [operation in 'hold' | 'secure' | 'release']?: Mood[] }

type State = 'HELD' | 'SECURED' | 'USED' | 'GIVEN_BACK'

/**
 * A service that holds one thing for each order, as coupons or seats will: with the three operations of a holder, and
 * following the order's events. It lives through crashes of the order service, and remembers what was done to each hold.
 */
export const madeUpHolder = (name: string, now: () => number) => {
  const holds = new Map<string, { state: State; expiresAt: number }>()
  let moods: Moods = {}
  let failedReleases = 0
  let late: (() => unknown)[] = []
  const heard: (() => void)[] = []
  /** Times that each hold was given back: more than once is wrong. */
  const givenBack = new Map<string, number>()

  const giveBack = (id: string): void => {
    const hold = holds.get(id)
    // A hold of this id must not come about any more.
    if (!hold) return void holds.set(id, { state: 'GIVEN_BACK', expiresAt: 0 })
    if (hold.state === 'GIVEN_BACK') return
    hold.state = 'GIVEN_BACK'
    givenBack.set(id, (givenBack.get(id) ?? 0) + 1)
  }
  /** Those whose time is over end by themselves, unless they were secured. */
  const expire = (): void => {
    for (const [id, { state, expiresAt }] of holds) if (state === 'HELD' && expiresAt <= now()) giveBack(id)
  }

  const asked = async <T>(operation: keyof Moods, does: () => T): Promise<T> => {
    const mood = moods[operation]?.shift() ?? 'done'
    if (operation === 'release' && mood !== 'done' && mood !== 'answer lost') failedReleases++
    if (mood === 'refused') throw AMOUNT_TOO_LARGE({ amount: won(1), most: won(1) })
    if (mood === 'hung') throw UNAVAILABLE({ service: name })
    if (mood === 'late') {
      late.push(does)
      throw UNAVAILABLE({ service: name })
    }
    const answer = does()
    if (mood === 'answer lost') throw UNAVAILABLE({ service: name })
    return answer
  }
  const live = (id: string): { state: State; expiresAt: number } => {
    const hold = holds.get(id)
    if (!hold || hold.state === 'GIVEN_BACK') throw RESERVATION_ENDED()
    return hold
  }

  const holder: Holder = {
    name,
    hold: ({ holdId, expiresAt }, draft) =>
      asked('hold', () => {
        expire()
        if (holds.has(holdId)) live(holdId)
        else holds.set(holdId, { state: 'HELD', expiresAt })
        return draft
      }),
    secure: (holdId) =>
      asked('secure', () => {
        expire()
        const hold = live(holdId)
        if (hold.state === 'HELD') hold.state = 'SECURED'
      }),
    release: (holdId) =>
      asked('release', () => {
        assert.notEqual(holds.get(holdId)?.state, 'USED', `${name}: the saga releases what a paid order has used`)
        giveBack(holdId)
      }),
  }

  const follows: ServiceDefinition<any> = service(
    contract(name, {}),
    { consumes: { orders: [orderPaid, orderItemsChanged, orderCanceled, orderExpired] } },
    () => ({
      operations: {},
      consumers: [
        consumer('orders', [
          on(orderPaid, async ({ payload: { reservationId } }) => {
            heard.push(() => (live(reservationId).state = 'USED'))
          }),
          on(orderItemsChanged, async ({ payload: { formerReservationId } }) => {
            heard.push(() => giveBack(formerReservationId))
          }),
          on(orderCanceled, async ({ payload: { reservationId } }) => {
            heard.push(() => giveBack(reservationId))
          }),
          on(orderExpired, async ({ payload: { reservationId } }) => {
            heard.push(() => giveBack(reservationId))
          }),
        ]),
      ],
    }),
  )

  return {
    holder,
    /** The service that follows the order's events. */
    follows,
    givenBack,
    /** What becomes of the next requests of each kind, in turn; those after them are done. */
    set: (next: Moods): void => {
      moods = Object.fromEntries(Object.entries(next).map(([operation, each]) => [operation, [...each]]))
    },
    /** How often it could not be told to release something, which then ends at its deadline. */
    failedReleases: (): number => failedReleases,
    /** Takes in the events that arrived so far. */
    takeIn: (): void => {
      for (const each of heard.splice(0)) each()
    },
    /** Requests whose callers gave up long ago are done now. */
    arrive: (): void => {
      const all = late
      late = []
      for (const does of all)
        try {
          does()
        } catch (error) {
          if (!RESERVATION_ENDED.is(error)) throw error
        }
    },
    expire,
    stateOf: (id: string): State | undefined => holds.get(id)?.state,
    /** Ids of holds in one of these states. */
    idsIn: (...states: State[]): string[] =>
      [...holds].filter(([, { state }]) => states.includes(state)).map(([id]) => id),
  }
}

export type MadeUpHolder = ReturnType<typeof madeUpHolder>
