import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { pino } from 'pino'
import { isLogged } from '#kernel/failures/already-logged.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { eventually } from '#test/support/eventually.ts'
import { openDatabase, type PostgresDatabase } from '../database.ts'
import { startThrowaway } from '../embedded/throwaway.ts'
import type { Embedded } from '../embedded/start.ts'
import { isTransientError } from './transient-errors.ts'
import { outages } from './outage.ts'
import { sql } from '../sql.ts'

const runtime = systemRuntime()
let server: Embedded
let db: PostgresDatabase
const lines: Record<string, unknown>[] = []
const log = pino({ base: null, timestamp: false }, { write: (line) => void lines.push(JSON.parse(line)) })
before(async () => {
  server = await startThrowaway(runtime)
  db = openDatabase(server.connection, { name: 'survivor', runtime, outages: outages({ runtime, log }) })
  await db.query(sql`CREATE TABLE kept (id int PRIMARY KEY)`)
})
after(async () => {
  await db.close()
  await server.stop()
})

test('a store outlives its server: what fails meanwhile says that it passes, what was acknowledged is there afterwards', async () => {
  let next = 0
  const acknowledged: number[] = []
  const errors: unknown[] = []
  let going = true
  const writing = Array.from({ length: 4 }, async () => {
    while (going) {
      const id = next++
      try {
        await db.tx('test.write', (tx) => tx.query(sql`INSERT INTO kept VALUES (${id})`))
        acknowledged.push(id)
      } catch (error) {
        errors.push(error)
        await runtime.sleep(10)
      }
    }
  })
  await eventually(() => acknowledged.length > 20, 'writes succeed')
  const killed = server.pid()
  process.kill(killed, 'SIGKILL')
  await eventually(() => errors.length > 0, 'writes notice')
  const before = acknowledged.length
  await eventually(() => acknowledged.length > before + 20, 'writes succeed again')
  going = false
  await Promise.all(writing)
  // Writers may be back before the shop has made the new server its own.
  await eventually(() => server.pid() !== killed, 'another server runs')
  for (const error of errors) assert.ok(isTransientError(error), String(error))
  // However many failed, for one reason or another, the log has it once.
  assert.deepEqual(
    lines.map(({ trouble, level }) => ({ trouble, level })),
    [{ trouble: 'away', level: 40 }],
  )
  assert.ok(errors.every(isLogged))
  const rows = await db.query<{ id: number }>(sql`SELECT id FROM kept`)
  const stored = new Set(rows.map((row) => row.id))
  assert.deepEqual(
    acknowledged.filter((id) => !stored.has(id)),
    [],
  )
  const { open, busy, waiting } = db.stats()
  assert.ok(open <= 5 && busy === 0 && waiting === 0)
})
