import { CannotStart } from '#kernel/cannot-start.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { truncate } from '#kernel/text.ts'
import { openDatabase, type PostgresDatabase } from '#engines/postgres/database.ts'
import { subscriptionsOf } from '#kernel/subscriptions.ts'
import { attachStores, type Attached } from '#src/host/stores/attach.ts'
import {
  findDeadLetter,
  listDeadLetters,
  redriveDeadLetter,
  redriveDeadLetters,
  type ServiceDeadLetter,
} from '#src/host/events/dead-letters.ts'
import { readSettings } from '#src/settings.ts'
import { shop } from '#src/shop.ts'
import type { Command } from './index.ts'
import { optionsOf } from './line/options.ts'
import { columns, print } from './line/terminal.ts'
import { usage } from './line/usage.ts'

const USAGE = usage['dead-letters']

const names = shop.map((each) => each.contract.name as string)

type StoreOf = (service: string) => PostgresDatabase

/** Opens the stores of services one at a time, as they are asked for: a server may have hardly any connection left. */
const withStores = async <T>(
  stores: Attached,
  runtime: Runtime,
  work: (storeOf: StoreOf) => Promise<T>,
): Promise<T> => {
  let open: { readonly name: string; readonly db: PostgresDatabase } | undefined
  const closing: Promise<void>[] = []
  const storeOf: StoreOf = (name) => {
    if (open?.name === name) return open.db
    if (open) closing.push(open.db.close())
    const db = openDatabase(stores.connection(name), { name, runtime, sizes: { shared: 1, exclusive: 1 } })
    open = { name, db }
    return db
  }
  try {
    return await work(storeOf)
  } finally {
    await Promise.all([...closing, open?.db.close()])
  }
}

/** Refuses a name that is none of those there are, and says which there are. */
const oneOf = (what: string, name: string, known: readonly string[]): void => {
  if (!known.includes(name)) throw new CannotStart(`"${name}" is no ${what}. Known: ${known.join(', ')}.\n${USAGE}`)
}

/** `cart.orders order 17` → which event, for which consumer. */
const placeOf = (words: readonly string[]) => {
  const [by = '', source = '', id = ''] = words
  const [service = '', consumer = ''] = by.split('.')
  if (words.length !== 3 || !/^\d{1,15}$/.test(id))
    throw new CannotStart(`Name the event as the list does: <service.consumer> <source> <id>.\n${USAGE}`)
  oneOf('service', service, names)
  return { service, consumer, source, id: Number(id) }
}

/** Refuses a consumer or source that does not exist. Asked once nothing is found: a former consumer may have left events. */
const checkPlace = ({ service, consumer, source }: ReturnType<typeof placeOf>): void => {
  const its = subscriptionsOf(shop).filter((each) => each.service === service)
  const sources = its.filter((each) => each.consumer === consumer).map((each) => each.source)
  oneOf(`consumer of ${service}`, consumer, [...new Set(its.map((each) => each.consumer))])
  oneOf(`source of ${service}.${consumer}`, source, sources)
}

const at = (ms: number): string => new Date(ms).toISOString()

const listed = (letters: readonly ServiceDeadLetter[]): readonly string[] =>
  letters.length === 0
    ? ['Every event has been taken in, or is still on its way.']
    : columns([
        ['CONSUMER', 'SOURCE', 'ID', 'EVENT', 'KEY', 'STATE', 'TRIES', 'ERROR'],
        ...letters.map((each) => [
          `${each.service}.${each.consumer}`,
          each.source,
          String(each.id),
          each.name,
          each.key,
          each.state,
          String(each.attempts),
          truncate((each.error ?? '').replace(/\s+/g, ' '), 80, '…'),
        ]),
      ])

const shown = (letter: ServiceDeadLetter): readonly string[] => [
  ...columns([
    ['consumer', `${letter.service}.${letter.consumer}`],
    ['event', `${letter.name} (version ${letter.version}) of ${letter.source}, id ${letter.id}, key ${letter.key}`],
    ['emitted', at(letter.at)],
    ['state', `${letter.state} after ${letter.attempts} tries`],
    ...(letter.state === 'RETRYING' ? [['next try', at(letter.nextAt)]] : []),
  ]),
  `error     ${letter.error ?? 'none: it waits behind an earlier event of its key'}`,
  `payload   ${JSON.stringify(letter.payload, undefined, 2)}`,
]

/** The services whose every dead event is asked for; nothing when one event is named. */
const servicesOf = (words: readonly string[]): readonly string[] | undefined => {
  if (words.length === 0) return names
  if (words.some((each) => each.includes('.'))) return undefined
  for (const each of words) oneOf('service', each, names)
  return words
}

/** `npm run dead-letters`: what could not be taken in, for a person to see, put right and have tried again. */
export const deadLetters: Command = async ({ args, runtime, env, say = print }) => {
  const [verb = 'list', ...words] = optionsOf(args, USAGE, {}).positionals
  if (!['list', 'show', 'redrive'].includes(verb) || (verb === 'list' && words.length > 0)) throw new CannotStart(USAGE)
  const many = verb === 'redrive' ? servicesOf(words) : undefined
  const place = verb === 'list' || many ? undefined : placeOf(words)

  const stores = await attachStores(readSettings(env), { runtime })
  try {
    return await withStores(stores, runtime, async (storeOf) => {
      if (!place) {
        if (many) say(`${await redriveDeadLetters(many, storeOf, runtime.now())} dead events will be retried.`)
        else for (const line of listed(await listDeadLetters(names, storeOf))) say(line)
        return 0
      }
      const letter = await findDeadLetter(place, storeOf)
      if (!letter) {
        checkPlace(place)
        say('There is no such event set aside: it may have been processed meanwhile.')
        return 1
      }
      if (verb === 'show') {
        for (const line of shown(letter)) say(line)
        return 0
      }
      const done = await redriveDeadLetter(place, storeOf, runtime.now())
      say(done ? 'It will be retried.' : `It is not dead but ${letter.state}: it is retried automatically.`)
      return done ? 0 : 1
    })
  } finally {
    await stores.stop()
  }
}
