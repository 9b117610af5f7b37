import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, before, beforeEach, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { atEnd } from '#test/support/at-end.ts'
import { holdingSleeps } from '#test/support/clock.ts'
import { eventually } from '#test/support/eventually.ts'
import { connect, type ConnectionSettings } from '../connection/connection.ts'
import { freshDatabase } from '../embedded/database.fixture.ts'
import { migrate } from './migrate.ts'
import { openDatabase, type PostgresDatabase } from '../database.ts'
import { provision, serviceConnection } from './provision.ts'
import { sql } from '../sql.ts'
import { systemRuntime } from '#kernel/runtime.ts'

const PLATFORM = ['platform/0001_log.sql', 'platform/0002_published.sql', 'platform/0003_taken_back.sql']
const schemas = Array.from({ length: 20 }, (_, n) => `m${n}`)

describe('migrate', () => {
  let admin: ConnectionSettings
  let folder: string
  let used = 0
  let service: string
  let db: PostgresDatabase
  const settings = () => serviceConnection(admin, service)
  const put = (name: string, text: string) => writeFile(join(folder, name), text)
  const run = (given?: Parameters<typeof migrate>[3]) =>
    migrate(settings(), service, pathToFileURL(`${folder}/`), given)
  /** A session of another process, which ends after the last test at the latest. */
  const session = async (name: string) => {
    const client = await connect(settings(), name)
    atEnd(() => client.end())
    return client
  }
  const tables = () =>
    db.query<{ name: string }>(sql`
      SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() AND tablename LIKE 't%' ORDER BY 1`)

  before(async () => {
    admin = (await freshDatabase()).connection
    await provision(admin, schemas)
  })
  beforeEach(async () => {
    service = schemas[used++]!
    folder = await mkdtemp(join(tmpdir(), 'migrate-'))
    db = openDatabase(settings(), { name: service, runtime: systemRuntime() })
  })
  afterEach(async () => {
    await db.close()
    await rm(folder, { recursive: true })
  })

  test('runs each file once, in order of their numbers, the platform first', async () => {
    await put('0002_more.sql', 'ALTER TABLE t1 ADD COLUMN n int; INSERT INTO t1 VALUES (1, 2)')
    await put('0001_first.sql', 'CREATE TABLE t1 (id int)')
    await put('notes.txt', 'not a migration')
    assert.deepEqual(await run(), [...PLATFORM, '0001_first.sql', '0002_more.sql'])
    assert.deepEqual(await run(), [])
    await put('0003_later.sql', 'INSERT INTO t1 VALUES (3, 4)')
    assert.deepEqual(await run(), ['0003_later.sql'])
    assert.deepEqual(await db.query(sql`SELECT id, n FROM t1 ORDER BY id`), [
      { id: 1, n: 2 },
      { id: 3, n: 4 },
    ])
  })

  test('of several processes that start at once, one runs the files', async () => {
    await put('0001_first.sql', 'CREATE TABLE t1 (id int); SELECT pg_sleep(0.1); INSERT INTO t1 VALUES (1)')
    const ran = await Promise.all([run(), run(), run()])
    assert.deepEqual(ran.map((each) => each.length).sort(), [0, 0, PLATFORM.length + 1])
    assert.deepEqual(await db.query(sql`SELECT id FROM t1`), [{ id: 1 }])
  })

  test('a file that fails leaves nothing of itself or of those before it, and says which it was', async () => {
    await put('0001_first.sql', 'CREATE TABLE t1 (id int)')
    await put('0002_wrong.sql', 'CREATE TABLE t2 (id int); SELECT 1 / 0')
    await assert.rejects(run(), /0002_wrong\.sql of m\d failed: .*division by zero/)
    assert.deepEqual(await tables(), [])
    await put('0002_wrong.sql', 'CREATE TABLE t2 (id int)')
    assert.equal((await run()).length, PLATFORM.length + 2)
    assert.deepEqual(await tables(), [{ name: 't1' }, { name: 't2' }])
  })

  test('works on a schema that a later version has added to, and leaves it as it is', async () => {
    await put('0001_first.sql', 'CREATE TABLE t1 (id int)')
    await put('0002_tomorrow.sql', 'CREATE TABLE t2 (id int)')
    await run()
    await rm(join(folder, '0002_tomorrow.sql'))
    const lines: string[] = []
    assert.deepEqual(await run({ progress: (line) => void lines.push(line) }), [])
    assert.match(lines.join('\n'), /^The schema of m\d+ is of a later version, .* \(0002_tomorrow\.sql\)/)
    assert.deepEqual(await tables(), [{ name: 't1' }, { name: 't2' }])
  })

  test('refuses a schema from which a later version took something away', async () => {
    await put('0001_first.sql', 'CREATE TABLE t1 (id int, old int)')
    await put('0002_tomorrow.sql', '-- contract: nothing reads t1.old since 0001\nALTER TABLE t1 DROP COLUMN old')
    await run()
    await rm(join(folder, '0002_tomorrow.sql'))
    await put('0003_never.sql', 'CREATE TABLE t3 (id int)')
    await assert.rejects(
      run(),
      /is newer than this version .* can work with \(0002_tomorrow\.sql took something away\)/,
    )
    assert.deepEqual(await tables(), [{ name: 't1' }])
  })

  test('takes up a schema that was made before migrations said what they take away', async () => {
    await put('0001_first.sql', 'CREATE TABLE t1 (id int)')
    await run()
    await db.query(sql`ALTER TABLE migration DROP COLUMN contracts`)
    await put('0002_more.sql', 'CREATE TABLE t2 (id int)')
    assert.deepEqual(await run(), ['0002_more.sql'])
  })

  /** A transaction that has read a table and is not over yet. */
  const reading = async (table: string) => {
    const reader = await session('reader')
    await reader.query(`BEGIN; SELECT FROM ${table}`)
    return {
      end: async (): Promise<void> => {
        await reader.query('COMMIT')
        await reader.end()
      },
    }
  }

  test('behind a reader it waits a second at most, and in between nobody waits behind it; it says who holds it up', async () => {
    await put('0001_first.sql', 'CREATE TABLE t1 (id int)')
    await run()
    await put('0002_more.sql', 'CREATE TABLE t2 (id int); ALTER TABLE t1 ADD COLUMN n int')
    const reader = await reading('t1')
    const { runtime, held, wake } = holdingSleeps(systemRuntime(), 1_000)
    const lines: string[] = []
    const migrating = run({ runtime, progress: (line) => void lines.push(line) })
    await eventually(() => held() > 0, 'it pauses')
    assert.deepEqual(await db.query(sql`SELECT id FROM t1`), [])
    assert.deepEqual(await tables(), [{ name: 't1' }])
    assert.match(
      lines.join('\n'),
      /^0002_more\.sql of m\d+ is held up by process \d+ \("jangteo reader", idle in transaction, for \d+ s\): trying again in 1 s$/,
    )
    await reader.end()
    wake()
    assert.deepEqual(await migrating, ['0002_more.sql'])
    assert.deepEqual(await db.query(sql`SELECT id, n FROM t1`), [])
  })

  test('whatever it runs waits a second for a lock and no longer, and takes the time it takes', async () => {
    await put(
      '0001_first.sql',
      `CREATE TABLE t1 AS SELECT current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS statement`,
    )
    await run()
    assert.deepEqual(await db.query(sql`SELECT lock, statement FROM t1`), [{ lock: '1s', statement: '0' }])
  })

  test('gives up after its patience, with who holds it up, and leaves nothing', async () => {
    await put('0001_first.sql', 'CREATE TABLE t1 (id int)')
    await run()
    await put('0002_more.sql', 'CREATE TABLE t2 (id int); ALTER TABLE t1 ADD COLUMN n int')
    const reader = await reading('t1')
    await assert.rejects(run({ timeoutMs: 0 }), {
      name: 'CannotStart',
      message: /^0002_more\.sql of m\d+ is held up by process \d+ .*"jangteo reader".*gave up after 0 s/,
    })
    assert.deepEqual(await tables(), [{ name: 't1' }])
    await reader.end()
    assert.deepEqual(await run(), ['0002_more.sql'])
  })

  test('a schema that is up to date needs no lock: whoever reads its tables, a backup for one, holds up no start', async () => {
    await put('0001_first.sql', 'CREATE TABLE t1 (id int)')
    await run()
    const reader = await reading('migration, outbox, t1')
    assert.deepEqual(await run({ timeoutMs: 0 }), [])
    await reader.end()
  })

  test('while another process is at it, it waits for its turn, and gives up after its patience', async () => {
    await put('0001_first.sql', 'CREATE TABLE t1 (id int)')
    const other = await session('other')
    await other.query(`SELECT pg_advisory_lock(hashtext('jangteo migrate'), hashtext('${service}'))`)
    const lines: string[] = []
    await assert.rejects(run({ timeoutMs: 1, progress: (line) => void lines.push(line) }), {
      name: 'CannotStart',
      message: /^Another process has been bringing the schema of m\d+ up to date for 0 s/,
    })
    assert.deepEqual(lines, [`Another process brings the schema of ${service} up to date: waiting for it`])
    const waiting = run()
    await other.end()
    assert.ok((await waiting).includes('0001_first.sql'))
  })

  test('refuses a migration that was edited after it ran, by name; line ends and spaces behind lines are no edit', async () => {
    await put('0001_first.sql', 'CREATE TABLE t1 (\n  id int\n);\n')
    await put('0002_more.sql', 'CREATE TABLE t2 (id int)')
    await run()
    await put('0001_first.sql', '\uFEFFCREATE TABLE t1 (  \r\n  id int\r\n);')
    assert.deepEqual(await run(), [])
    await put('0001_first.sql', 'CREATE TABLE t1 (\n  id bigint\n);\n')
    await put('0003_next.sql', 'CREATE TABLE t3 (id int)')
    await assert.rejects(run(), {
      name: 'CannotStart',
      message: /^0001_first\.sql of m\d+ was edited after it ran here/,
    })
    assert.deepEqual(await tables(), [{ name: 't1' }, { name: 't2' }])
  })

  test('what ran before checksums were kept is taken as it is at first sight, and held to that', async () => {
    await put('0001_first.sql', 'CREATE TABLE t1 (id int)')
    await run()
    await db.query(sql`ALTER TABLE migration DROP COLUMN checksum`)
    await put('0001_first.sql', 'CREATE TABLE t1 (id int) -- as it was read then')
    assert.deepEqual(await run(), [])
    await put('0001_first.sql', 'CREATE TABLE t1 (id int) -- edited')
    await assert.rejects(run(), /0001_first\.sql of m\d+ was edited/)
  })

  test('refuses one that is numbered below, or like, what ran: elsewhere it runs before that', async () => {
    await put('0002_second.sql', 'CREATE TABLE t2 (id int)')
    await run()
    for (const late of ['0001_late.sql', '0002_late.sql']) {
      await put(late, 'CREATE TABLE t1 (id int)')
      await assert.rejects(run(), {
        name: 'CannotStart',
        message: new RegExp(`^${late} of m\\d+ would run after migrations that are numbered like it or above`),
      })
      await rm(join(folder, late))
    }
    // The platform's are numbered apart.
    assert.deepEqual(await run(), [])
    assert.deepEqual(await tables(), [{ name: 't2' }])
  })
})
