import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { COUNTED } from '#engines/postgres/events/lag-store.ts'
import { attachStores } from '#src/host/stores/attach.ts'
import { schemasOf } from '#src/host/stores/schemas.ts'
import { subscriptionsOf } from '#kernel/subscriptions.ts'
import { readShopStatus, type LagStatus, type SchemaStatus, type ShopStatus } from '#src/host/stores/database-status.ts'
import { readSettings, showSettings, type ShopSettings } from '#src/settings.ts'
import { shop } from '#src/shop.ts'
import type { Command } from './index.ts'
import { refuseArguments, optionsOf } from './line/options.ts'
import { columns, print } from './line/terminal.ts'
import { usage } from './line/usage.ts'

const USAGE = usage.status

const LINES = 5
const READ = 200_000
const ERROR = /\b(ERROR|FATAL|PANIC):/
/** What a server says at every start and stop. */
const ORDINARY = /the database system is|terminating connection due to administrator command/

/** The last errors in the embedded server's log. */
const lastErrors = (settings: ShopSettings): readonly string[] => {
  const path = join(settings.JANGTEO_DATA, 'postgres.log')
  if (settings.DATABASE_URL || !existsSync(path)) return []
  const file = openSync(path, 'r')
  try {
    const { size } = statSync(path)
    const end = Buffer.alloc(Math.min(size, READ))
    readSync(file, end, 0, end.length, size - end.length)
    const lines = end.toString('utf8').split('\n')
    return lines.filter((line) => ERROR.test(line) && !ORDINARY.test(line)).slice(-LINES)
  } finally {
    closeSync(file)
  }
}

const schemaRow = ({ name, ran, missing, ahead }: SchemaStatus): readonly string[] => [
  name,
  `${ran} migrations`,
  missing.length > 0
    ? `not yet: ${missing.join(', ')}`
    : ahead.length > 0
      ? `of a later version: ${ahead.join(', ')}`
      : 'up to date',
]

const lagRow =
  (now: number) =>
  ({ consumer, source, events, since }: LagStatus): readonly string[] => [
    consumer,
    `reads ${source}`,
    events === 0
      ? 'up to date'
      : `${events > COUNTED ? `more than ${COUNTED}` : events} behind, ${Math.round((now - (since ?? now)) / 1000)} s`,
  ]

const written = (status: ShopStatus, where: string, now: number): readonly string[] => {
  const { version, megabytes, running, schemas, lags, setAside } = status
  return [
    '',
    `Database: PostgreSQL ${version}, ${where}, ${megabytes} MB`,
    `Shop: ${running ? 'running' : 'stopped'}`,
    '',
    'Schemas',
    ...columns(schemas.map(schemaRow), '  '),
    '',
    'Events',
    ...columns(lags.map(lagRow(now)), '  '),
    `  set aside: ${setAside.all}, of which ${setAside.dead} wait for a person${setAside.all > 0 ? ' (npm run dead-letters)' : ''}`,
  ]
}

/**
 * `npm run status`: settings, database, schemas, how far consumers are behind, events set aside, last errors. Exits 1
 * when a person is needed: a schema that does not fit this version, an event that is tried no more.
 */
export const status: Command = async ({ args, runtime, env, say = print }) => {
  const { values, positionals } = optionsOf(args, USAGE, { json: { type: 'boolean' } })
  refuseArguments(positionals, USAGE)
  const settings = readSettings(env)
  const shown = showSettings(settings)
  if (!values.json) {
    say(`Settings (${settings.mode})`)
    for (const line of columns(
      shown.map(({ name, value }) => [name, value || '–']),
      '  ',
    ))
      say(line)
  }
  const stores = await attachStores(settings, { runtime })
  try {
    const found = await readShopStatus(stores.adminOf, schemasOf(shop, settings.mode), subscriptionsOf(shop), runtime)
    const errors = lastErrors(settings)
    if (values.json)
      say(JSON.stringify({ mode: settings.mode, settings: shown, where: stores.where, ...found, errors }))
    else {
      for (const line of written(found, stores.where, runtime.now())) say(line)
      if (errors.length > 0)
        for (const line of ['', 'Last errors of the database', ...errors.map((each) => `  ${each}`)]) say(line)
    }
    const unfit = found.schemas.some((each) => each.missing.length > 0 || each.ahead.length > 0)
    return unfit || found.setAside.dead > 0 ? 1 : 0
  } finally {
    await stores.stop()
  }
}
