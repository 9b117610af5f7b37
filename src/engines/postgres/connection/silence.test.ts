import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { before, beforeEach, describe, test } from 'node:test'
import { isTransient } from '#kernel/failures/transient.ts'
import { atEnd, closedAtEnd } from '#test/support/at-end.ts'
import { eventually } from '#test/support/eventually.ts'
import { freshStores, type Stores } from '#test/support/stores.ts'
import { openDatabase, type PostgresDatabase } from '../database.ts'
import { isTransientError } from './transient-errors.ts'
import { serviceConnection } from '../schema/provision.ts'
import { sql } from '../sql.ts'

/** Short, so that the test need not wait; nothing the tests ask takes as long. */
const SILENCE = 2_000

let stores: Stores
let port: number
/** What passes between the store and its server stops when the test says so; nobody closes anything. */
let isCutOff = false
const between: { from: Socket; to: Socket }[] = []

before(async () => {
  stores = await freshStores(['alpha'])
  const { host, port: real } = stores.admin
  const proxy = closedAtEnd(
    createServer((from) => {
      const to = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${real}`) : connect(real, host)
      atEnd(() => void to.destroy())
      between.push({ from, to })
      for (const [one, other] of [
        [from, to],
        [to, from],
      ] as const)
        one
          .on('data', (chunk) => {
            if (!isCutOff) other.write(chunk)
          })
          .on('error', () => {})
          .on('close', () => other.destroy())
    }),
  ).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  port = (proxy.address() as AddressInfo).port
})
beforeEach(() => (isCutOff = false))

const open = (): PostgresDatabase => {
  const db = openDatabase(
    { ...serviceConnection(stores.admin, 'alpha'), host: '127.0.0.1', port },
    { name: 'alpha', runtime: stores.runtime, silence: SILENCE },
  )
  atEnd(db.close)
  return db
}
const pidOf = async (db: PostgresDatabase): Promise<number> =>
  (await db.query<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`))[0]!.pid
const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => assert.fail('it should fail'),
    (error: unknown) => error,
  )

describe('a server that falls silent', () => {
  test('is given up: what waits for it fails as an outage does, and the store works again once it can', async () => {
    const db = open()
    await db.query(sql`DELETE FROM outbox`)
    await db.tx('alpha.look', (tx) => tx.query(sql`SELECT 1`))
    isCutOff = true
    const failing = [db.query(sql`DELETE FROM outbox`), db.tx('alpha.look', (tx) => tx.query(sql`SELECT 1`))]
    for (const error of await Promise.all(failing.map(errorOf))) {
      assert.match(String(error), /the server has been silent for 2 s/)
      assert.ok(isTransient(error) && isTransientError(error))
    }
    isCutOff = false
    await eventually(() => db.query(sql`SELECT 1`).then(Boolean, () => false), 'it works again')
  })

  test('while nothing is asked of it is left alone', async () => {
    const db = open()
    const pid = await pidOf(db)
    const { from } = between.at(-1)!
    // Longer than it may be silent while it owes an answer: by the same clock, of a socket that is as idle.
    const idle = connect(port, '127.0.0.1')
    atEnd(() => void idle.destroy())
    idle.setTimeout(SILENCE + 500)
    await once(idle, 'timeout')
    assert.equal(from.destroyed, false)
    assert.equal(await pidOf(db), pid)
  })
})
