import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, before, beforeEach, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { ConnectionSettings } from './connection.ts'
import { freshDatabase } from './embedded/for-tests.ts'
import { migrate } from './migrate.ts'
import { openDatabase, type PostgresDatabase } from './database.ts'
import { provision, serviceConnection } from './provision.ts'
import { sql } from './sql.ts'
import { systemRuntime } from '#kernel/runtime.ts'

const PLATFORM = ['platform/0001_log.sql', 'platform/0002_published.sql', 'platform/0003_taken_back.sql']
const schemas = Array.from({ length: 6 }, (_, n) => `m${n}`)

describe('migrate', () => {
  let admin: ConnectionSettings
  let folder: string
  let used = 0
  let service: string
  let db: PostgresDatabase
  const settings = () => serviceConnection(admin, service)
  const put = (name: string, text: string) => writeFile(join(folder, name), text)
  const run = () => migrate(settings(), service, pathToFileURL(`${folder}/`))
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
    assert.deepEqual(await run(), [])
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
})
