import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshStores } from '#test/support/stores.ts'
import { analyzeOwn } from './analyze.ts'
import { connect } from './connection/connection.ts'
import { serviceConnection } from './schema/provision.ts'
import { sql } from './sql.ts'

test('statistics are gathered of every table of the service, and no other is tried', async () => {
  const stores = await freshStores(['alpha', 'beta'])
  for (const name of ['alpha', 'beta'])
    await stores.open(name).query({
      text: 'CREATE TABLE "grown Up" WITH (autovacuum_enabled = off) AS SELECT generate_series(1, 1000) AS id',
      values: [],
    })
  const client = await connect(serviceConnection(stores.admin, 'alpha'), 'test')
  const said: string[] = []
  client.on('notice', ({ message }) => void said.push(message ?? ''))
  await analyzeOwn({ query: async ({ text, values }) => (await client.query(text, [...values])).rows })
  await client.end()
  assert.deepEqual(said, [])
  const rows = await stores.administrator.query<{ schema: string; rows: number }>(sql`
    SELECT relnamespace::regnamespace::text AS schema, reltuples::int AS rows FROM pg_class
    WHERE relname = 'grown Up' ORDER BY 1`)
  assert.deepEqual(rows, [
    { schema: 'jt_alpha', rows: 1_000 },
    { schema: 'jt_beta', rows: -1 },
  ])
})
