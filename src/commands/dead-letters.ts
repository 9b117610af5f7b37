import { openDatabase, type PostgresDatabase } from '#engines/postgres/database.ts'
import { instant } from '#kernel/contract.ts'
import { listDeadLetters, redriveDeadLetters, type ServiceDeadLetter } from '#src/host/dead-letters.ts'
import { lookIn } from '#src/host/look-in.ts'
import { readSettings } from '#src/settings.ts'
import { shop } from '#src/shop.ts'
import type { Command } from './index.ts'

const USAGE = `Usage: npm run dead-letters                 lists events a service could not take in
       npm run dead-letters -- redrive      has every dead one tried again, once its cause is put right
       npm run dead-letters -- redrive order …   only those of the services named
`

const describe = ({
  state,
  service,
  consumer,
  source,
  id,
  name,
  key,
  at,
  attempts,
  nextAt,
  error,
}: ServiceDeadLetter) => {
  const head = `${state.padEnd(8)} ${service}/${consumer} ← ${name} ${source}:${id} (key ${key}, ${instant(at)})`
  if (state === 'WAITING') return `${head}\n         waits behind an earlier event of its key`
  const next = state === 'DEAD' ? 'needs a person' : `tried again at ${instant(nextAt)}`
  return `${head}\n         ${attempts} tries, ${next}: ${error}`
}

/** `dead-letters`: events a service could not take in, listed or tried again. The shop may be running. */
export const deadLetters: Command = async ({ args, env, runtime }) => {
  const [verb, ...named] = args
  const known = shop.map((each) => each.contract.name as string)
  const services = named.length > 0 ? named : known
  if ((verb !== undefined && verb !== 'redrive') || services.some((each) => !known.includes(each))) {
    process.stderr.write(USAGE)
    return 2
  }
  const stores = await lookIn(readSettings(env), runtime)
  const opened = new Map<string, PostgresDatabase>()
  const storeOf = (service: string): PostgresDatabase => {
    const sizes = { shared: 1, exclusive: 1 }
    const db = opened.get(service) ?? openDatabase(stores.connection(service), { name: service, runtime, sizes })
    opened.set(service, db)
    return db
  }
  try {
    if (verb === 'redrive') {
      const count = await redriveDeadLetters(services, storeOf, runtime.now())
      process.stdout.write(`${count} dead events will be tried again.\n`)
      return 0
    }
    const letters = await listDeadLetters(services, storeOf)
    process.stdout.write(letters.length > 0 ? `${letters.map(describe).join('\n')}\n` : 'Every event was taken in.\n')
    return 0
  } finally {
    await Promise.all([...opened.values()].map((each) => each.close()))
    await stores.stop()
  }
}
