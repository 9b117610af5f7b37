import assert from 'node:assert/strict'
import { before, mock, test } from 'node:test'
import { freshDatabase } from '#engines/postgres/embedded/for-tests.ts'
import { openDatabase } from '#engines/postgres/database.ts'
import { migrate } from '#engines/postgres/migrate.ts'
import { provision, serviceConnection } from '#engines/postgres/provision.ts'
import { sql } from '#engines/postgres/sql.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { shop } from '#src/shop.ts'
import { deadLetters } from './dead-letters.ts'

const runtime = systemRuntime()
let url: string

/** Runs the command and answers its exit code and what it printed. */
const run = async (...args: string[]): Promise<[number, string]> => {
  let said = ''
  const take = (text: string | Uint8Array) => {
    said += String(text)
    return true
  }
  const streams = [process.stdout, process.stderr].map((each) => mock.method(each, 'write', take))
  try {
    const code = await deadLetters({ args, env: { DATABASE_URL: url }, runtime })
    return [code, said]
  } finally {
    for (const each of streams) each.mock.restore()
  }
}

before(async () => {
  const { connection, url: address } = await freshDatabase()
  url = address
  const names = shop.map((each) => each.contract.name as string)
  await provision(connection, names)
  for (const name of names) await migrate(serviceConnection(connection, name), name, undefined)
  const order = openDatabase(serviceConnection(connection, 'order'), { name: 'order', runtime })
  await order.query(sql`
    INSERT INTO dead_letter (consumer, source, id, xid, name, version, key, payload, at, state, attempts, next_at, error)
    VALUES ('paid', 'payment', 7, '70', 'payment.captured', 1, 'k', '{}', '2026-01-02Z', 'DEAD', 10, now(), 'Error: no ink'),
           ('paid', 'payment', 8, '80', 'payment.captured', 1, 'k', '{}', '2026-01-02Z', 'WAITING', 0, now(), NULL)`)
  await order.close()
})

test('lists what could not be taken in and has it tried again', async () => {
  const [code, said] = await run()
  assert.equal(code, 0)
  assert.match(
    said,
    /^DEAD {5}order\/paid ← payment\.captured payment:7 \(key k, 2026-01-02T00:00:00\.000Z\)\n {9}10 tries, needs a person: Error: no ink\nWAITING {2}order\/paid ← .* payment:8 /,
  )
  assert.deepEqual(await run('redrive', 'payment'), [0, '0 dead events will be tried again.\n'])
  assert.deepEqual(await run('redrive'), [0, '1 dead events will be tried again.\n'])
  assert.match((await run())[1], /^RETRYING order\/paid ← payment\.captured payment:7 .*\n {9}0 tries, tried again at /)
})

test('says how it is used when asked for something else', async () => {
  for (const args of [['drop'], ['redrive', 'nobody']]) {
    const [code, said] = await run(...args)
    assert.equal(code, 2)
    assert.match(said, /^Usage: npm run dead-letters/)
  }
})
