import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRuntime } from '#kernel/runtime.ts'
import { freshStores } from '#test/support/stores.ts'
import { renewing } from './plans.ts'
import { sql } from '../sql.ts'

test('a plan made while a table was empty is made anew once the table has grown', async () => {
  let now = Date.UTC(2026, 10, 20)
  const stores = await freshStores(['alpha'])
  const db = stores.open('alpha', { runtime: systemRuntime({ now: () => now }) })
  await db.query(sql`CREATE TABLE grown (id int PRIMARY KEY) WITH (autovacuum_enabled = off)`)
  await db.query({ text: 'VACUUM grown', values: [] })
  const look = () => db.query({ name: 'look', text: 'SELECT id FROM grown WHERE id = $1', values: [1] })
  const plan = async () =>
    (await db.query<{ 'QUERY PLAN': string }>({ text: 'EXPLAIN EXECUTE look (1)', values: [] }))[0]!['QUERY PLAN']
  for (let i = 0; i < 6; i++) await look()
  await db.query(sql`INSERT INTO grown SELECT generate_series(1, 10000)`)
  await look()
  assert.match(await plan(), /^Seq Scan/)
  now += 1_000
  await look()
  assert.match(await plan(), /^Index Only Scan/)
})

test('plans are made anew whenever a connection is about twice as old, and every ten minutes at least', () => {
  let now = 0
  const at: number[] = []
  const use = renewing({ query: () => (at.push(now), Promise.resolve()) } as never, () => now)
  for (; now <= 3_600_000; now += 500) use()
  assert.deepEqual(at.slice(0, 5), [1_000, 3_000, 7_000, 15_000, 31_000])
  assert.deepEqual([...new Set(at.slice(-3).map((each, i, all) => each - (all[i - 1] ?? each - 600_000)))], [600_000])
})
