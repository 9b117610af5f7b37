import { sourceOf } from './contract.ts'
import type { Consumer, Consumes, ServiceDefinition } from './service.ts'

/** A consumer and the events it reacts to of one source. */
export interface Subscription {
  readonly service: string
  readonly consumer: string
  readonly source: string
  /** Names of events. */
  readonly events: readonly string[]
}

/** Which consumers react to which events, as the services declare it. */
export const subscriptionsOf = (services: readonly ServiceDefinition<any>[]): readonly Subscription[] =>
  services.flatMap(({ contract, consumes }) =>
    Object.entries(consumes).flatMap(([consumer, events]) =>
      [
        ...Map.groupBy(
          events.map((each) => each.name),
          sourceOf,
        ),
      ].map(([source, names]) => ({ service: contract.name, consumer, source, events: names })),
    ),
  )

/**
 * Refuses consumers that are not those the service declares: whoever reads subscriptions (audit, dead letters, documents) trusts
 * the declaration. Throws a TypeError with a sentence for each difference.
 */
export const checkConsumers = (service: string, declared: Consumes, built: readonly Consumer[]): void => {
  const wanted = new Set(
    Object.entries(declared).flatMap(([consumer, events]) => events.map(({ name }) => `${consumer} ${name}`)),
  )
  const found = built.flatMap(({ name: consumer, reactions }) =>
    reactions.map(({ event }) => ({ consumer, event: event.name })),
  )
  const seen = new Set<string>()
  const wrong: string[] = []
  for (const { consumer, event } of found) {
    const key = `${consumer} ${event}`
    if (!wanted.has(key))
      wrong.push(`the consumer ${consumer} reacts to ${event}, which is not declared: add it to consumes.${consumer}`)
    if (seen.has(key)) wrong.push(`the consumer ${consumer} has two reactions to ${event}: leave one`)
    seen.add(key)
  }
  for (const [consumer, events] of Object.entries(declared))
    for (const { name } of events)
      if (!seen.has(`${consumer} ${name}`))
        wrong.push(
          `consumes.${consumer} declares ${name}, but no reaction to it is built: add one, or declare it no more`,
        )
  if (wrong.length > 0)
    throw new TypeError(`The service ${service} does not build what it declares: ${wrong.join('; ')}.`)
}
