import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { CannotStart } from '#kernel/cannot-start.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { openDatabase } from '#engines/postgres/database.ts'
import { livingServer } from '#engines/postgres/embedded/server/running-server.ts'
import { type Embedded, startEmbedded } from '#engines/postgres/embedded/start.ts'
import { schemaOf } from '#engines/postgres/events/log.ts'
import { sql } from '#engines/postgres/sql.ts'
import { runCommand } from '#test/support/processes/command.ts'
import { deadLetters } from './dead-letters.ts'
import { migrate } from './migrate.ts'
import { status } from './status.ts'

const runtime = systemRuntime()
const data = mkdtempSync(join(tmpdir(), 'jangteo-beside-'))
const env = { JANGTEO_DATA: join(data, 'shop'), JANGTEO_STAFF_PASSWORD: 'a staff password' }
let living: Embedded | undefined
after(async () => {
  await living?.stop()
  rmSync(data, { recursive: true, force: true })
})

const look = async () => JSON.parse((await runCommand(status, ['--json'], env)).said)

describe('commands beside a shop', () => {
  test('where there is no shop they say so, and make none', async () => {
    for (const command of [status, deadLetters])
      await assert.rejects(
        runCommand(command, [], env),
        (error) => error instanceof CannotStart && /There is no shop in/.test(error.message),
      )
    assert.equal(existsSync(env.JANGTEO_DATA), false)
  })

  test('migrate makes the schemas and names what it ran; the second time there is nothing to do', async () => {
    const { code, said } = await runCommand(migrate, [], env)
    assert.equal(code, 0)
    assert.match(said, /^ {2}order: 0001_orders\.sql$/m)
    assert.match(said, /up to date: made \d\d+ changes\.$/)
    assert.match((await runCommand(migrate, [], env)).said, /up to date: nothing to do\.$/)
  })

  test('a stopped shop is looked at, and is stopped afterwards', async () => {
    const { code, said } = await runCommand(status, [], env)
    assert.equal(code, 0)
    assert.match(said, /^Shop: stopped$/m)
    assert.match(said, /^ {2}order +\d+ migrations +up to date$/m)
    assert.doesNotMatch(said, /a staff password/)
    assert.match(said, /JANGTEO_STAFF_PASSWORD +\(set, hidden\)/)
    assert.equal(livingServer(env.JANGTEO_DATA), undefined)
  })

  test('a running shop is looked at and goes on', async () => {
    living = await startEmbedded({ dataDir: env.JANGTEO_DATA, runtime })
    const pid = living.pid()
    // What every host keeps open to read the logs.
    const relay = openDatabase(living.connection, { name: 'relay', runtime })
    await relay.query(sql`SELECT 1`)
    for (const command of [migrate, deadLetters, status])
      assert.equal((await runCommand(command, [], env)).code, 0, command.name)
    assert.equal((await look()).running, true)
    await relay.close()
    assert.equal(living.pid(), pid)
    assert.ok(livingServer(env.JANGTEO_DATA))
  })

  test('status tells how far a consumer is behind, and what waits for a person', async () => {
    const within = async (service: string, statement: ReturnType<typeof sql>) => {
      const db = openDatabase({ ...living!.connection, schema: schemaOf(service) }, { name: 'test', runtime })
      await db.query(statement).finally(db.close)
    }
    await within(
      'order',
      sql`
      INSERT INTO outbox (name, version, key, payload, at)
      SELECT 'order.paid', 1, n::text, '{}'::jsonb, '2026-01-02Z'::timestamptz FROM generate_series(1, 3) AS n
      UNION ALL SELECT 'order.placed', 1, '4', '{}'::jsonb, '2026-01-01Z'`,
    )
    await within('cart', sql`INSERT INTO cursor (consumer, source) VALUES ('orders', 'order') ON CONFLICT DO NOTHING`)
    const { lags } = await look()
    // Of four it wants three.
    const lag = lags.find((each: { consumer: string }) => each.consumer === 'cart.orders')
    assert.deepEqual(lag, { consumer: 'cart.orders', source: 'order', events: 3, since: Date.parse('2026-01-02Z') })

    await within(
      'cart',
      sql`
      INSERT INTO dead_letter (consumer, source, id, xid, name, version, key, payload, at, state, next_at, error)
      VALUES ('orders', 'order', 7, '70', 'order.paid', 1, 'k', '{}', now(), 'DEAD', now(), 'Error: no ink')`,
    )
    const { code, said } = await runCommand(status, [], env)
    assert.equal(code, 1)
    assert.match(said, /set aside: 1, of which 1 wait for a person/)
    assert.match(said, /cart\.orders +reads order +3 behind/)
    await within('cart', sql`DELETE FROM dead_letter`)
  })

  test('status tells which schema is not of this version', async () => {
    const inCart = openDatabase({ ...living!.connection, schema: schemaOf('cart') }, { name: 'test', runtime })
    await inCart.query(sql`UPDATE migration SET name = '0002_of_tomorrow.sql' WHERE name = '0001_carts.sql'`)
    try {
      const { code, said } = await runCommand(status, [], env)
      assert.equal(code, 1)
      assert.match(said, /cart +\d+ migrations +not yet: 0001_carts\.sql/)
    } finally {
      await inCart.query(sql`UPDATE migration SET name = '0001_carts.sql' WHERE name = '0002_of_tomorrow.sql'`)
      await inCart.close()
    }
  })
})
