import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { connect, type ConnectionSettings } from '../connection/connection.ts'
import { freshDatabase } from '../embedded/database.fixture.ts'
import { ensureDatabase, provision, serviceConnection } from './provision.ts'

const as = async (settings: ConnectionSettings, ...statements: string[]): Promise<Record<string, unknown>[]> => {
  const client = await connect(settings, 'test')
  try {
    let rows: Record<string, unknown>[] = []
    for (const text of statements) rows = (await client.query(text)).rows
    return rows
  } finally {
    await client.end()
  }
}

const denied = { code: '42501' }

describe('provision', () => {
  let admin: ConnectionSettings

  before(async () => {
    admin = (await freshDatabase()).connection
    await provision(admin, ['alpha', 'order'])
    await as(
      serviceConnection(admin, 'alpha'),
      'CREATE TABLE thing (id int)',
      'CREATE TABLE outbox (id int)',
      'INSERT INTO thing VALUES (7)',
      'GRANT SELECT ON outbox TO jangteo_relay',
    )
  })

  test('a service works in its own schema without naming it', async () => {
    assert.deepEqual(await as(serviceConnection(admin, 'alpha'), 'SELECT id FROM thing'), [{ id: 7 }])
    const rows = await as(admin, 'SELECT tableowner FROM pg_tables WHERE schemaname = $$jt_alpha$$ LIMIT 1')
    assert.deepEqual(rows, [{ tableowner: 'jangteo_alpha' }])
  })

  test('of many processes that make the database at once none fails', async () => {
    const clients = await Promise.all(Array.from({ length: 6 }, () => connect(admin, 'test')))
    try {
      for (let round = 0; round < 3; round++) {
        const database = `${admin.database}_${round}`
        await Promise.all(clients.map((each) => ensureDatabase(each, database)))
        await clients[0]!.query(`DROP DATABASE ${database}`)
      }
    } finally {
      await Promise.all(clients.map((each) => each.end()))
    }
  })

  test('a role that may not make ready what is needed is told what it lacks', async () => {
    await as(admin, 'CREATE ROLE lodger LOGIN')
    try {
      await assert.rejects(provision({ ...admin, user: 'lodger' }, ['gamma']), {
        name: 'CannotStart',
        message: /role "lodger" may not .*CREATEROLE.*DATABASE_URL/,
      })
    } finally {
      await as(admin, 'DROP ROLE lodger')
    }
  })

  test('a service can neither read nor write in the schema of another', async () => {
    const order = serviceConnection(admin, 'order')
    await assert.rejects(as(order, 'SELECT * FROM jt_alpha.thing'), denied)
    await assert.rejects(as(order, 'CREATE TABLE jt_alpha.intruder (id int)'), denied)
    await assert.rejects(as(order, 'CREATE TABLE public.intruder (id int)'), denied)
    await assert.rejects(as(order, 'CREATE SCHEMA intruder'), denied)
  })

  test('a service can log in as its own role', async () => {
    const rows = await as({ ...admin, user: 'jangteo_alpha' }, 'SELECT id FROM jt_alpha.thing')
    assert.deepEqual(rows, [{ id: 7 }])
    await assert.rejects(as({ ...admin, user: 'jangteo_order' }, 'SET ROLE jangteo_alpha'), denied)
  })

  test('the relay reads outboxes and nothing else', async () => {
    const relay = serviceConnection(admin, 'relay')
    assert.deepEqual(await as(relay, 'SELECT * FROM jt_alpha.outbox'), [])
    await assert.rejects(as(relay, 'SELECT * FROM jt_alpha.thing'), denied)
    await assert.rejects(as(relay, 'INSERT INTO jt_alpha.outbox VALUES (1)'), denied)
  })

  test('it is repeatable, and a later service is added beside the others', async () => {
    await provision(admin, ['alpha', 'order', 'late'])
    assert.deepEqual(await as(serviceConnection(admin, 'late'), 'SELECT current_schema() AS here'), [
      { here: 'jt_late' },
    ])
    assert.deepEqual(await as(serviceConnection(admin, 'alpha'), 'SELECT id FROM thing'), [{ id: 7 }])
  })

  test('several at once, for several databases of one server, all succeed', async () => {
    const names = ['one', 'two', 'three']
    const others = await Promise.all([freshDatabase(), freshDatabase()])
    const all = [admin, ...others.map((other) => other.connection)]
    await Promise.all([...all, ...all].map((each) => provision(each, names)))
    for (const each of all) await as(serviceConnection(each, 'three'), 'CREATE TABLE mine (id int)')
  })

  test('it makes the database, for an administrator who is no superuser', async () => {
    const name = `${admin.database}_made`
    const role = `${admin.database}_admin`
    await as(
      { ...admin, database: 'postgres' },
      `CREATE ROLE ${role} LOGIN CREATEROLE CREATEDB`,
      // On a server of its own it would have made this role itself; here an earlier test did.
      `GRANT jangteo_relay TO ${role} WITH ADMIN OPTION, SET FALSE`,
    )
    const plain = { ...admin, user: role, database: name }
    const service = `s${name.slice(-20)}`.replace('_made', '')
    try {
      await provision(plain, [service])
      await provision(plain, [service])
      await as(serviceConnection(plain, service), 'CREATE TABLE mine (id int)')
    } finally {
      await as({ ...admin, database: 'postgres' }, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    }
  })

  test('a name that would need quoting is refused', async () => {
    await assert.rejects(provision(admin, ['x; DROP SCHEMA jt_alpha']), TypeError)
  })
})
