import assert from 'node:assert/strict'
import { type AddressInfo, createConnection, createServer, type Server } from 'node:net'
import { test } from 'node:test'
import { CannotStart } from '#kernel/cannot-start.ts'
import { connect } from './connection.ts'
import { freshDatabase } from '../embedded/database.fixture.ts'

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

const listening = async (between: Server): Promise<Server> => {
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve))
  return between
}

/** What stands between and forgets the options of a session, as a pooler that was told to ignore them. */
const forgetful = (): Promise<Server> => {
  const between = createServer((client) => {
    const { host, port } = connection
    const server = createConnection(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port })
    client.once('data', (first: Buffer) => {
      const fields = first.subarray(8).toString().split('\0')
      const at = fields.indexOf('options')
      const left = Buffer.from(fields.toSpliced(at, 2).join('\0'))
      const head = Buffer.from(first.subarray(0, 8))
      head.writeInt32BE(8 + left.length)
      server.write(Buffer.concat([head, left]))
      client.pipe(server).pipe(client)
    })
    for (const each of [client, server]) each.on('error', () => {})
  })
  return listening(between)
}

/** A pooler that knows no options, as PgBouncer says it. */
const strict = (): Promise<Server> => {
  const between = createServer((client) => {
    const said = Buffer.from('SFATAL\0C08P01\0Munsupported startup parameter: options\0\0')
    const head = Buffer.from([69, 0, 0, 0, said.length + 4])
    client.once('data', () => client.end(Buffer.concat([head, said])))
    client.on('error', () => {})
  })
  return listening(between)
}

for (const [what, start] of Object.entries({ forgetful, strict }))
  test(`a pooler between is refused with what to do: a ${what} one`, async () => {
    const between = await start()
    const { port } = between.address() as AddressInfo
    try {
      await assert.rejects(
        connect({ ...connection, host: '127.0.0.1', port }, 'test'),
        (error) => error instanceof CannotStart && /does not pass on what a session asks for/.test(error.message),
      )
    } finally {
      between.close()
    }
  })
