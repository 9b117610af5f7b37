import type { Subscription } from '#kernel/subscriptions.ts'
import { check, pages, type Check, type Tally, type View } from '#kernel/invariant.ts'
import { cursorOf, lettersOf, readEvents, setAsideOf, takenIn } from './events-store.ts'

const DELIVERED = 'each event reaches every consumer that wants it'
const EFFECT = 'each event that was passed had its one effect'
const DEAD = 'no event lies dead'

/** Events and the memory of having taken them in are forgotten after 14 days; what is that old is not judged. */
const REMEMBERED = 13 * 86_400_000

const examineSubscription = async (view: View, wanted: Subscription, delivered: Tally, effect: Tally) => {
  const { service, consumer, source, events } = wanted
  const mine = view.store(service)
  const name = `${service}.${consumer}`
  const cursor = await cursorOf(mine, service, consumer, source)
  await pages(
    (after, limit) => readEvents(view.store(source), source, events, view.now - REMEMBERED, after, limit),
    '',
    async (rows) => {
      const ids = rows.map((each) => each.number)
      const taken = await takenIn(mine, service, consumer, source, ids)
      const aside = await setAsideOf(mine, service, consumer, source, ids)
      for (const { id, number, name: event, at } of rows) {
        const passed = cursor !== undefined && id <= cursor
        delivered.looked++
        if (!passed) {
          delivered.wrongSince(at, `${source}:${number}`, `${event} has not reached ${name}`)
          continue
        }
        effect.looked++
        if (!taken.has(number) && !aside.has(number))
          effect.wrong(`${source}:${number}`, `${name} passed ${event} without taking it in`)
        if (taken.has(number) && aside.has(number))
          effect.wrong(`${source}:${number}`, `${name} took ${event} in and has set it aside as well`)
      }
    },
  )
}

/** The log of every service against what every other has taken in of it. */
export const events = (subscriptions: readonly Subscription[], services: readonly string[]): Check =>
  check({
    family: 'events',
    needs: [],
    invariants: [DELIVERED, EFFECT, DEAD],
    examine: async (view, tally) => {
      for (const each of subscriptions)
        if (view.has(each.service) && view.has(each.source))
          await examineSubscription(view, each, tally(DELIVERED), tally(EFFECT))
      const dead = tally(DEAD)
      for (const service of services.filter(view.has)) {
        for (const { id, consumer, name, state, attempts, at, error } of await lettersOf(
          view.store(service),
          service,
        )) {
          dead.looked++
          const what = `${service}.${consumer} could not take in ${name} (${state}, ${attempts} tries): ${error ?? 'waits behind another'}`
          if (state === 'DEAD') dead.wrong(id, what)
          else dead.wrongSince(at, id, what)
        }
      }
    },
  })
