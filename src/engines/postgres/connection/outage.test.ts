import assert from 'node:assert/strict'
import { before, beforeEach, describe, test } from 'node:test'
import { pino } from 'pino'
import { isLogged } from '#kernel/failures/already-logged.ts'
import { isTransient } from '#kernel/failures/transient.ts'
import { type SteerableRuntime, stillRuntime } from '#test/support/clock.ts'
import { freePorts } from '#test/support/engines/free-ports.ts'
import { freshStores, type Stores } from '#test/support/stores.ts'
import { openDatabase } from '../database.ts'
import { outages, type Outages } from './outage.ts'
import { isTransientError } from './transient-errors.ts'
import { sql } from '../sql.ts'

let runtime: SteerableRuntime
let lines: Record<string, unknown>[]
let reported: Outages
let stores: Stores
const said = () =>
  lines.map(({ level, failures, trouble }) => {
    assert.equal(level, 40)
    return `${failures === undefined ? 'begins' : 'ends'} ${String(trouble)}`
  })

before(async () => {
  stores = await freshStores(['alpha'])
  await stores.open('alpha').query(sql`CREATE TABLE thing (id int)`)
})
beforeEach(() => {
  runtime = stillRuntime()
  lines = []
  reported = outages({ runtime, log: pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line)) }) })
})

const raising = (code: string) => ({
  text: `DO $$ BEGIN INSERT INTO thing VALUES (1); RAISE EXCEPTION 'as the server would' USING ERRCODE = '${code}'; END $$`,
  values: [],
})
const open = () => stores.open('alpha', { runtime, outages: reported })

describe('an outage', () => {
  for (const [code, trouble] of [
    ['53100', 'full'],
    ['25006', 'read-only'],
  ] as const)
    test(`writes that the server refuses (${code}) pass by themselves; reads go on and do not end it`, async () => {
      const db = open()
      const write = raising(code)
      for (const failing of [() => db.query(write), () => db.tx('alpha.write', (tx) => tx.query(write))]) {
        const error = await failing().then(
          () => assert.fail(),
          (thrown: unknown) => thrown,
        )
        assert.ok(isTransientError(error) && isTransient(error) && isLogged(error), String(error))
      }
      runtime.advance(60_000)
      assert.deepEqual(await db.query(sql`SELECT 1 AS one`), [{ one: 1 }])
      assert.deepEqual(said(), [`begins ${trouble}`])
      await db.tx('alpha.write', (tx) => tx.query(sql`DELETE FROM thing`))
      assert.deepEqual(said(), [`begins ${trouble}`, `ends ${trouble}`])
    })

  test('is said once by all stores of a server when it begins, and once when all has been quiet for a while', async () => {
    const port = await freePorts(1)
    const nowhere = ['a', 'b', 'c'].map((name) =>
      openDatabase({ ...stores.admin, host: '127.0.0.1', port }, { name, runtime, outages: reported }),
    )
    const { failed, succeeded } = reported({ host: '127.0.0.1', port })
    for (const each of [...nowhere, ...nowhere]) {
      await assert.rejects(each.query(sql`SELECT 1`), { code: 'ECONNREFUSED' })
      await assert.rejects(
        each.tx('a.write', (tx) => tx.query(sql`SELECT 1`)),
        { code: 'ECONNREFUSED' },
      )
    }
    assert.deepEqual(said(), ['begins away'])
    assert.equal(lines[0]!['server'], `127.0.0.1:${port}`)
    // What succeeds between failures, on a connection that outlived it, is no end.
    runtime.advance(4_999)
    succeeded('write')
    failed(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))
    runtime.advance(4_999)
    succeeded('read')
    assert.deepEqual(said(), ['begins away'])
    runtime.advance(1)
    succeeded('read')
    succeeded('read')
    assert.deepEqual(said(), ['begins away', 'ends away'])
    assert.equal(lines[1]!['failures'], 13)
    await Promise.all(nowhere.map((each) => each.close()))
  })

  test('of each kind of trouble is told what it is; what concerns a statement or session alone is none', () => {
    const { failed } = reported({ host: 'h', port: 1 })
    const fail = (code: string) => failed(Object.assign(new Error(code), { code }))
    for (const code of ['57P03', '57P01', '08006', '53300', '53200', '58030', '53100', '25006']) fail(code)
    assert.deepEqual(said(), ['begins away', 'begins crowded', 'begins resources', 'begins full', 'begins read-only'])
    for (const code of ['25P03', '57014', '40P01', '55P03', '23505', 'SOLD_OUT'])
      assert.equal(isLogged(fail(code)), false, code)
    assert.equal(lines.length, 5)
  })

  test('a server with no connection left is told of, and passes', async () => {
    const { admin, administrator } = stores
    await administrator.query({ text: 'CREATE ROLE crowded LOGIN CONNECTION LIMIT 0', values: [] })
    try {
      await administrator.query({ text: `GRANT CONNECT ON DATABASE ${admin.database} TO crowded`, values: [] })
      const db = openDatabase({ ...admin, user: 'crowded' }, { name: 'crowded', runtime, outages: reported })
      const error = await db.query(sql`SELECT 1`).then(
        () => assert.fail(),
        (thrown: unknown) => thrown,
      )
      assert.ok(isTransientError(error) && isTransient(error), String(error))
      assert.deepEqual(said(), ['begins crowded'])
      await db.close()
    } finally {
      await administrator.query({ text: `DROP OWNED BY crowded; DROP ROLE crowded`, values: [] })
    }
  })
})
