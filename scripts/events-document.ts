import { readFileSync } from 'node:fs'
import { subscriptionsOf, type Subscription } from '#kernel/subscriptions.ts'
import { shop } from '#src/shop.ts'
import { filled } from '../bench/scale/document.ts'

const tableOf = (subscriptions: readonly Subscription[]): string => {
  const pairs = subscriptions.flatMap(({ service, consumer, events }) =>
    events.map((event) => ({ event, by: `\`${service}.${consumer}\`` })),
  )
  const rows = [...Map.groupBy(pairs, (each) => each.event)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([event, by]) => `| \`${event}\` | ${by.map((each) => each.by).join(', ')} |`)
  return ['| event | consumers |', '|---|---|', ...rows].join('\n')
}

/** `docs/events.md` with the table of consumers as the services declare them. */
export const eventsDocument = (root: string): string =>
  filled(readFileSync(`${root}docs/events.md`, 'utf8'), { consumers: tableOf(subscriptionsOf(shop)) }, 'docs/events.md')
