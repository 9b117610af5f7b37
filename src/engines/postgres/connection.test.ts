import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from './connection.ts'
import { freshDatabase } from './embedded/for-tests.ts'

const { connection } = await freshDatabase()

test('a connection that the server ends while nobody uses it is told to whoever uses it next, and ends no process', async () => {
  const client = await connect(connection, 'test')
  const other = await connect(connection, 'test')
  try {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    const ended = new Promise<void>((resolve) => client.once('end', () => resolve()))
    await other.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid])
    await ended
    await assert.rejects(client.query('SELECT 1'), /not queryable|Connection terminated/)
  } finally {
    await client.end().catch(() => {})
    await other.end()
  }
})
