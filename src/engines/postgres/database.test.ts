import assert from 'node:assert/strict'
import { before, beforeEach, describe, test } from 'node:test'
import { z } from 'zod'
import { event } from '#kernel/contract.ts'
import { PAYLOAD_TOO_LARGE } from '#kernel/faults.ts'
import { isTransient } from '#kernel/failures/transient.ts'
import { freePorts } from '#test/support/engines/free-ports.ts'
import { freshStores, type Stores } from '#test/support/stores.ts'
import { openDatabase, type PostgresDatabase } from './database.ts'
import { EVENT_AT_MOST } from './events/outbox.ts'
import { sql } from './sql.ts'

const counted = event('alpha.counted', {
  version: 1,
  key: 'id',
  payload: z.object({ id: z.string(), n: z.int() }),
  summary: 'A thing was counted.',
})

let stores: Stores
let db: PostgresDatabase
before(async () => {
  stores = await freshStores(['alpha'])
  db = stores.open('alpha')
  await db.query(sql`CREATE TABLE thing (id text PRIMARY KEY, n int NOT NULL CHECK (n >= 0))`)
})
beforeEach(async () => {
  await db.query(sql`DELETE FROM thing`)
  await db.query(sql`DELETE FROM outbox`)
})

const add = (id: string, n: number) => sql`INSERT INTO thing (id, n) VALUES (${id}, ${n})`
const things = () => db.query<{ id: string; n: number }>(sql`SELECT id, n FROM thing ORDER BY id`)
const events = () => db.query<{ n: number }>(sql`SELECT (payload ->> 'n')::int AS n FROM outbox ORDER BY xid, id`)
const boom = new Error('boom')

describe('a transaction', () => {
  test('stores the change and its events together, in order', async () => {
    const answer = await db.tx('alpha.add', async (tx) => {
      await tx.query(add('a', 1))
      await tx.emit(counted, { id: 'a', n: 1 })
      await tx.emitAll(counted, [
        { id: 'a', n: 2 },
        { id: 'a', n: 3 },
      ])
      return 'done'
    })
    assert.equal(answer, 'done')
    assert.deepEqual(await things(), [{ id: 'a', n: 1 }])
    assert.deepEqual(await events(), [{ n: 1 }, { n: 2 }, { n: 3 }])
  })

  test('stores neither when the work throws', async () => {
    const failing = db.tx('alpha.add', async (tx) => {
      await tx.query(add('a', 1))
      await tx.emit(counted, { id: 'a', n: 1 })
      throw boom
    })
    await assert.rejects(failing, boom)
    assert.deepEqual([await things(), await events()], [[], []])
  })

  test('does what is for afterwards once it is committed, before it answers, and never when it is rolled back', async () => {
    const seen: string[] = []
    const look = async (what: string): Promise<void> => void seen.push(`${what}: ${(await things()).length}`)
    await db.tx('alpha.add', async (tx) => {
      tx.committed(() => look('committed'))
      await tx.query(add('a', 1))
      await look('before')
    })
    assert.deepEqual(seen, ['before: 0', 'committed: 1'])
    const failing = db.tx('alpha.add', async (tx) => {
      tx.committed(() => look('rolled back'))
      await tx.query(add('b', -1))
    })
    await assert.rejects(failing)
    assert.equal(seen.length, 2)
  })

  test('raises the first error of a statement that nobody awaited', async () => {
    const failing = db.tx('alpha.add', async (tx) => {
      void tx.query(add('a', -1))
      void tx.query(add('b', 1))
    })
    await assert.rejects(failing, { code: '23514' })
    assert.deepEqual(await things(), [])
  })

  test('raises the error of a statement even if the work caught it', async () => {
    const failing = db.tx('alpha.add', async (tx) => {
      await tx.query(add('a', 1))
      await tx.query(add('a', 2)).catch(() => {})
    })
    await assert.rejects(failing, { code: '23505' })
    assert.deepEqual(await things(), [])
  })

  test('is refused when an event nobody awaited does not fit its schema: no change without its event', async () => {
    const failing = db.tx('alpha.add', async (tx) => {
      void tx.emit(counted, { id: 'a', n: 0.5 })
      await tx.query(add('a', 1))
    })
    await assert.rejects(failing, z.core.$ZodError)
    assert.deepEqual([await things(), await events()], [[], []])
  })

  test('is refused when an event is oversized: what carries events would get stuck', async () => {
    const longId = (length: number) => 'x'.repeat(length - '{"id":"","n":1}'.length)
    const adding = (length: number) =>
      db.tx('alpha.add', async (tx) => {
        await tx.query(add('a', 1))
        await tx.emit(counted, { id: longId(length), n: 1 })
      })
    await assert.rejects(adding(EVENT_AT_MOST + 1), (error: Error) => {
      assert.ok(PAYLOAD_TOO_LARGE.is(error))
      assert.match(String(error.cause), /alpha\.counted is oversized: 524289 bytes, 524288 at most/)
      return true
    })
    assert.deepEqual([await things(), await events()], [[], []])
    await adding(EVENT_AT_MOST)
    assert.equal((await events()).length, 1)
  })

  test('has ended when it has ended: what is sent later is refused, not run outside of it', async () => {
    let late: Promise<unknown> | undefined
    const failing = db.tx('alpha.add', async (tx) => {
      const slow = stores.runtime.sleep(20).then(() => tx.query(add('late', 1)))
      late = slow
      slow.catch(() => {})
      await Promise.all([slow, Promise.reject(boom)])
    })
    await assert.rejects(failing, boom)
    await assert.rejects(late!, /has ended/)
    assert.deepEqual(await things(), [])
  })

  test('wakes readers after a commit that stored events, and only then', async () => {
    let woken = 0
    const woke = stores.open('alpha', { emitted: () => woken++ })
    await woke.tx('alpha.add', (tx) => tx.query(add('a', 1)))
    await woke
      .tx('alpha.add', (tx) => tx.emit(counted, { id: 'a', n: 1 }).then(() => Promise.reject(boom)))
      .catch(() => {})
    assert.equal(woken, 0)
    await woke.tx('alpha.add', (tx) => tx.emit(counted, { id: 'a', n: 1 }))
    assert.equal(woken, 1)
  })

  test('tells of each durable step before and after its commit; a stop before it leaves nothing', async () => {
    const moments: string[] = []
    const watched = stores.open('alpha', {
      onStep: (step, moment) => {
        moments.push(`${step} ${moment}`)
        if (step === 'alpha.stop') throw boom
      },
    })
    await watched.tx('alpha.add', (tx) => tx.query(add('a', 1)))
    await assert.rejects(
      watched.tx('alpha.stop', (tx) => tx.query(add('b', 1))),
      boom,
    )
    assert.deepEqual(moments, ['alpha.add before', 'alpha.add after', 'alpha.stop before'])
    assert.deepEqual(await things(), [{ id: 'a', n: 1 }])
  })
})

describe('values', () => {
  test('whole numbers, instants and lists come back as they went', async () => {
    const at = Date.UTC(2026, 10, 20, 4, 5, 6, 789)
    const odd = ['', 'a"b\\c', '{x,y}', 'NULL', '가나다 👍', "it's"]
    const [row] = await db.query(sql`
      SELECT ${9_007_199_254_740_991}::bigint AS big, ${[1, 2]}::bigint[] AS bigs, ${new Date(at)}::timestamptz AS at,
             ${odd}::text[] AS odd, ${JSON.stringify({ a: odd })}::jsonb AS json, ${null}::text AS nothing`)
    assert.deepEqual(row, { big: 9_007_199_254_740_991, bigs: [1, 2], at, odd, json: { a: odd }, nothing: null })
  })

  test('text never becomes a statement', async () => {
    const evil = `'); DROP TABLE thing; --`
    await db.query(add(evil, 1))
    assert.deepEqual(await things(), [{ id: evil, n: 1 }])
  })
})

/** Ends every connection of the store that is opened as `victim`. */
const terminateAll = () =>
  stores.administrator.query(sql`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'jangteo victim'`)

describe('connections', () => {
  test('transactions wait their turn, in order of asking', async () => {
    const narrow = stores.open('alpha', { sizes: { shared: 1, exclusive: 1 } })
    const order: number[] = []
    await Promise.all(
      [1, 2, 3, 4].map((n) =>
        narrow.tx('alpha.turn', async (tx) => {
          order.push(n)
          await tx.query(sql`SELECT pg_sleep(0.01)`)
          order.push(n)
        }),
      ),
    )
    assert.deepEqual(order, [1, 1, 2, 2, 3, 3, 4, 4])
  })

  test('work in the background leaves a connection to requests, and is not starved by them', async () => {
    const narrow = stores.open('alpha', { sizes: { shared: 1, exclusive: 2 } })
    const order: string[] = []
    const gate = Promise.withResolvers<void>()
    const background = ['b1', 'b2'].map((name) =>
      narrow.background.tx('alpha.background', async () => {
        order.push(name)
        await gate.promise
      }),
    )
    await narrow.tx('alpha.request', async () => void order.push('r1'))
    // Whichever connection opens first: one of the background is in, the other is not, and the request was not held up.
    while (!order.includes('b1')) await stores.runtime.sleep(5)
    assert.deepEqual(order.toSorted(), ['b1', 'r1'])
    const requests = ['r2', 'r3', 'r4'].map((name) =>
      narrow.tx('alpha.request', async (tx) => {
        order.push(name)
        await tx.query(sql`SELECT pg_sleep(0.01)`)
      }),
    )
    gate.resolve()
    await Promise.all([...background, ...requests])
    assert.ok(order.indexOf('b2') < order.indexOf('r4'), order.join(' '))
    assert.deepEqual(
      order.filter((each) => each.startsWith('r')),
      ['r1', 'r2', 'r3', 'r4'],
    )
    assert.deepEqual(narrow.stats(), { open: 2, busy: 0, waiting: 0 })
  })

  test('a read is not held up by a write that waits for a lock', async () => {
    await db.query(add('a', 1))
    const held = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    const holding = db.tx('alpha.hold', async (tx) => {
      await tx.query(sql`UPDATE thing SET n = 2 WHERE id = 'a'`)
      held.resolve()
      await release.promise
    })
    await held.promise
    let written = false
    const writing = db.query(sql`UPDATE thing SET n = 3 WHERE id = 'a'`).then(() => (written = true))
    assert.deepEqual(await things(), [{ id: 'a', n: 1 }])
    assert.equal(written, false)
    release.resolve()
    await Promise.all([holding, writing])
    assert.deepEqual(await things(), [{ id: 'a', n: 3 }])
  })

  test('a broken connection is replaced: reads do not notice, a transaction under way fails and the next one runs', async () => {
    const victim = stores.open('alpha', { name: 'victim', sizes: { shared: 2, exclusive: 1 } })
    await victim.query(sql`SELECT 1`)
    const cut = victim.tx('alpha.cut', async (tx) => {
      await tx.query(add('cut', 1))
      await terminateAll()
      await tx.query(add('cut too', 1))
    })
    await assert.rejects(cut)
    assert.deepEqual(await victim.query(sql`SELECT id FROM thing`), [])
    await victim.tx('alpha.add', (tx) => tx.query(add('a', 1)))
    assert.deepEqual(await things(), [{ id: 'a', n: 1 }])
    await terminateAll()
    assert.deepEqual(
      await Promise.all([1, 2, 3].map(() => victim.query(sql`SELECT id FROM thing`))),
      Array(3).fill([{ id: 'a' }]),
    )
  })

  test('statements survive a migration that changes the columns they answer', async () => {
    const other = stores.open('alpha')
    const wide = sql`SELECT * FROM thing`
    await other.query(wide)
    await db.query(sql`ALTER TABLE thing ADD COLUMN extra int`)
    assert.deepEqual(await other.query(wide), [])
    await db.query(sql`ALTER TABLE thing DROP COLUMN extra`)
  })

  test('a closed store lets what is under way finish and refuses the rest', async () => {
    const closing = stores.open('alpha', { sizes: { shared: 1, exclusive: 1 } })
    let begun = (): void => {}
    const isUnderWay = new Promise<void>((resolve) => (begun = resolve))
    const underWay = closing.tx('alpha.add', async (tx) => {
      begun()
      await stores.runtime.sleep(30)
      await tx.query(add('a', 1))
    })
    await isUnderWay
    const late = closing.tx('alpha.late', (tx) => tx.query(add('b', 1)))
    const closed = closing.close()
    await assert.rejects(late, /is closed/)
    await Promise.all([underWay, closed])
    await assert.rejects(closing.query(sql`SELECT 1`), /is closed/)
    assert.deepEqual(await things(), [{ id: 'a', n: 1 }])
  })
})

describe('what an error says of the values', () => {
  const errorOf = async (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => assert.fail('it should fail'),
      (error: unknown) => error,
    )
  const raising = (code: string) => ({
    text: `DO $$ BEGIN RAISE EXCEPTION 'as told' USING ERRCODE = '${code}'; END $$`,
    values: [],
  })

  test('conflicts, timeouts and states of the server are transient: no value caused them', async () => {
    for (const code of [
      '40P01',
      '40001',
      '55P03',
      '57014',
      '57P01',
      '53300',
      '25006',
      '08006',
      '0A000',
      '28P01',
      'XX000',
    ]) {
      const error = await errorOf(db.query(raising(code)))
      assert.equal((error as { code: string }).code, code)
      assert.ok(isTransient(error), code)
      assert.ok(
        isTransient(await errorOf(db.tx('alpha.raise', (tx) => tx.query(raising(code))))),
        `${code} in a transaction`,
      )
    }
  })

  test('data that does not fit is not: another value would have been stored', async () => {
    const bad = [add('a', -1), add('nul \0', 1), sql`SELECT ${1}::int / ${0}::int AS n`, sql`SELECT ${'x'}::uuid AS id`]
    for (const statement of [...bad, ...['21000', '23505', '42883', '44000', '54000', 'P0001'].map(raising)]) {
      assert.equal(isTransient(await errorOf(db.query(statement))), false, statement.text)
      assert.equal(isTransient(await errorOf(db.tx('alpha.add', (tx) => tx.query(statement)))), false, statement.text)
    }
    assert.equal(isTransient(await errorOf(db.tx('alpha.add', () => Promise.reject(boom)))), false)
  })

  test('a store that is away or closed is transient', async () => {
    const away = stores.open('alpha', { name: 'victim' })
    const cut = away.tx('alpha.cut', async (tx) => {
      await tx.query(sql`SELECT 1`)
      await terminateAll()
      await tx.query(sql`SELECT 1`)
    })
    assert.ok(isTransient(await errorOf(cut)))
    await away.close()
    assert.ok(isTransient(await errorOf(away.query(sql`SELECT 1`))))
    const nobody = openDatabase(
      { ...stores.admin, host: '127.0.0.1', port: await freePorts(1) },
      { name: 'nobody', runtime: stores.runtime },
    )
    assert.ok(isTransient(await errorOf(nobody.query(sql`SELECT 1`))))
    await nobody.close()
  })
})
