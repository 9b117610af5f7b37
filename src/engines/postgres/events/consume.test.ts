import assert from 'node:assert/strict'
import { before, beforeEach, describe, test } from 'node:test'
import { z } from 'zod'
import { event } from '#kernel/contract.ts'
import { UNAVAILABLE } from '#kernel/faults.ts'
import { consumer, on, onMany, type Consumer } from '#kernel/service.ts'
import { steerableRuntime, type SteerableRuntime } from '#test/support/clock.ts'
import { waiting } from '#test/support/blocked.ts'
import { eventually } from '#test/support/eventually.ts'
import { freshStores, type Stores } from '#test/support/stores.ts'
import { MAX_ATTEMPTS } from './back-off.ts'
import { readersOf, type Reader } from './consume.ts'
import type { PostgresDatabase } from '../database.ts'
import {
  claimSetAside,
  findCursor,
  listSetAside,
  lockCursor,
  makeCursor,
  redrive,
  setAside,
  takeRun,
} from './log-store.ts'
import { retryDue, retrySetAside } from './retry.ts'
import { sql } from '../sql.ts'

const payload = z.object({ key: z.string(), n: z.int() })
const declared = { version: 1, key: 'key', payload, summary: 'Something.' } as const
const happened = event('alpha.happened', declared)
const ended = event('alpha.ended', declared)
const ignored = event('alpha.ignored', declared)

let stores: Stores
let runtime: SteerableRuntime
let alpha: PostgresDatabase
let beta: PostgresDatabase
before(async () => {
  runtime = steerableRuntime()
  stores = await freshStores(['alpha', 'beta'], runtime)
  alpha = stores.open('alpha')
  beta = stores.open('beta')
  await beta.query(sql`CREATE TABLE seen (place bigint GENERATED ALWAYS AS IDENTITY, key text, n int)`)
})
beforeEach(async () => {
  await alpha.query(sql`DELETE FROM outbox`)
  for (const table of ['seen', 'cursor', 'inbox', 'dead_letter'])
    await beta.query({ text: `DELETE FROM ${table}`, values: [] })
})

type Pair = readonly [key: string, n: number]
const emit = async (pairs: readonly Pair[], type = happened): Promise<void> => {
  await alpha.tx('alpha.emit', (tx) =>
    tx.emitAll(
      type,
      pairs.map(([key, n]) => ({ key, n })),
    ),
  )
}
const seen = async (): Promise<Pair[]> =>
  (await beta.query<{ key: string; n: number }>(sql`SELECT key, n FROM seen ORDER BY place`)).map(({ key, n }) => [
    key,
    n,
  ])
const setAsides = async () =>
  (await listSetAside(beta, 100)).map(({ key, payload: { n }, state, attempts }: any) => [key, n, state, attempts])
const insert = (key: string, n: number) => sql`INSERT INTO seen (key, n) VALUES (${key}, ${n})`

/** A consumer that writes down what it takes in, and fails where it is told. */
const recorder = (fails: (key: string, n: number) => unknown = () => undefined, name = 'recorder'): Consumer =>
  consumer(name, [
    on(happened, async ({ payload: { key, n } }, tx) => {
      await tx.query(insert(key, n))
      const error = fails(key, n)
      if (error) throw error
    }),
  ])
const readerFor = (by: Consumer, db = beta): Reader => readersOf(stores.tools('beta', db), by)[0]!

/** Steps until everything stored has been read: a transaction of another test may hold the horizon back for a moment. */
const drain = async (reader: Reader): Promise<void> => {
  const tools = stores.tools('beta')
  const reachesEnd = async () => {
    while ((await reader.step()) !== 0);
    const [row] = await stores.administrator.query<{ done: boolean }>(
      sql`SELECT coalesce(max(xid::text::bigint), 0) < jt_alpha.log_horizon()::text::bigint AS done FROM jt_alpha.outbox`,
    )
    return row!.done && (await reader.step()) === 0
  }
  await eventually(reachesEnd, `${tools.service} has read all`)
}
const broken = new Error('broken')

/** A promise, and what settles it. */
const latch = () => {
  let open = (): void => {}
  return { opened: new Promise<void>((resolve) => (open = resolve)), open: () => open() }
}
const cursor = async () => (await beta.query(sql`SELECT xid::text AS xid, id FROM cursor`))[0]

describe('a consumer', () => {
  test('takes in every event once, in order, whatever else is in the log', async () => {
    await emit([
      ['a', 1],
      ['b', 2],
    ])
    await emit([['a', 0]], ignored)
    await emit([['a', 3]])
    const reader = readerFor(recorder())
    await drain(reader)
    assert.deepEqual(await seen(), [
      ['a', 1],
      ['b', 2],
      ['a', 3],
    ])
    await drain(readerFor(recorder()))
    assert.equal((await seen()).length, 3)
  })

  test('keeps the order between events of different types', async () => {
    await emit([
      ['a', 1],
      ['b', 1],
    ])
    await emit([['a', 2]], ended)
    await emit([['a', 3]])
    const runs: number[] = []
    const both = consumer('both', [
      onMany(happened, async (events, tx) => {
        runs.push(events.length)
        for (const {
          payload: { key, n },
        } of events)
          void tx.query(insert(key, n))
      }),
      on(ended, async ({ payload: { key, n } }, tx) => void (await tx.query(insert(key, n)))),
    ])
    await drain(readerFor(both))
    assert.deepEqual(await seen(), [
      ['a', 1],
      ['b', 1],
      ['a', 2],
      ['a', 3],
    ])
    assert.deepEqual(runs, [2, 1])
  })

  test('has the effect once when the same events are delivered again', async () => {
    await emit([
      ['a', 1],
      ['a', 2],
    ])
    await drain(readerFor(recorder()))
    await beta.query(sql`UPDATE cursor SET xid = '0', id = 0`)
    await drain(readerFor(recorder()))
    assert.deepEqual(await seen(), [
      ['a', 1],
      ['a', 2],
    ])
    // The twin: without its memory of what was taken in, the effect is doubled.
    await beta.query(sql`DELETE FROM inbox`)
    await beta.query(sql`UPDATE cursor SET xid = '0', id = 0`)
    await drain(readerFor(recorder()))
    assert.equal((await seen()).length, 4)
  })

  test('has the effect once when its connection breaks before the commit', async () => {
    await emit([['a', 1]])
    let cut = true
    const fragile = stores.open('beta', { name: 'victim' })
    const breaking = consumer('recorder', [
      on(happened, async ({ payload: { key, n } }, tx) => {
        await tx.query(insert(key, n))
        if (!cut) return
        cut = false
        await stores.administrator.query(
          sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'jangteo victim' AND datname = current_database()`,
        )
      }),
    ])
    const reader = readerFor(breaking, fragile)
    await eventually(async () => {
      await reader.step().catch(() => {})
      return !cut
    }, 'the connection was cut')
    assert.deepEqual([await seen(), await setAsides()], [[], []])
    await drain(reader)
    assert.deepEqual(await seen(), [['a', 1]])
  })

  test('of several processes each event is taken in by one of them, in order per key', async () => {
    const rounds = 30
    const readers = [1, 2, 3].map(() => readerFor(recorder(), stores.open('beta')))
    let writing = true
    const writer = (async () => {
      for (let n = 0; n < rounds; n++)
        await emit([
          ['a', n],
          ['b', n],
        ])
      writing = false
    })()
    const reading = readers.map(async (reader) => {
      while (writing) await reader.step()
    })
    await Promise.all([writer, ...reading])
    await Promise.all(readers.map(drain))
    const all = await seen()
    for (const key of ['a', 'b'])
      assert.deepEqual(
        all.filter((each) => each[0] === key).map((each) => each[1]),
        Array.from({ length: rounds }, (_, n) => n),
      )
  })

  for (const [condition, fails] of [
    ['', undefined],
    [', with an event set aside', (key: string) => key === 'x' && broken],
  ] as const) {
    test(`one that lags behind another process never moves the cursor back${condition}`, async () => {
      const lagging = readerFor(recorder(fails), stores.open('beta'))
      assert.equal(await lagging.step(), 0)
      await emit([['x', 0]])
      await emit(Array.from({ length: 600 }, (_, n) => ['a', n] as const))
      await drain(readerFor(recorder(fails)))
      const end = await cursor()
      await lagging.step()
      assert.deepEqual(await cursor(), end)
    })
  }

  test('does not wait for another process that is taking events in', async () => {
    await beta.query(makeCursor('recorder', 'alpha'))
    const from = (await findCursor(beta, 'recorder', 'alpha'))!
    await beta.tx('beta.other', async (tx) => {
      await lockCursor(tx, 'recorder', 'alpha')
      const taken = beta.tx('beta.this', (other) =>
        takeRun(other, 'recorder', 'alpha', from, { xid: '9', id: 9 }, [1], 0),
      )
      const late = runtime.sleep(30_000).then(() => 'late')
      assert.equal(await Promise.race([taken, late]), undefined)
      assert.equal(await beta.tx('beta.this', (other) => lockCursor(other, 'recorder', 'alpha')), undefined)
    })
    assert.deepEqual(await beta.query(sql`SELECT id FROM inbox`), [])
  })

  test('passes over events nobody wants without a transaction', async () => {
    let steps = 0
    const counting = stores.open('beta', { onStep: (step) => void (step.includes('.consume.') && steps++) })
    const reader = readerFor(recorder(), counting)
    for (let n = 0; n < 3; n++) await emit([['a', n]], ignored)
    await drain(reader)
    assert.equal(steps, 0)
    await emit([['a', 9]])
    await drain(reader)
    assert.deepEqual(await seen(), [['a', 9]])
  })

  test('drops members it does not know and sets aside what does not fit its schema', async () => {
    await alpha.query(sql`
      INSERT INTO outbox (name, version, key, payload, at)
      VALUES ('alpha.happened', 1, 'a', '{"key": "a", "n": 1, "secret": true}', now()),
             ('alpha.happened', 1, 'b', '{"key": "b"}', now())`)
    const payloads: unknown[] = []
    await drain(readerFor(consumer('recorder', [on(happened, async (each) => void payloads.push(each.payload))])))
    assert.deepEqual(payloads.at(-1), { key: 'a', n: 1 })
    assert.deepEqual(
      (await listSetAside(beta, 10)).map((each) => [each.key, each.state]),
      [['b', 'RETRYING']],
    )
  })

  test('sets aside what is of a later version than it knows', async () => {
    await alpha.query(sql`
      INSERT INTO outbox (name, version, key, payload, at)
      VALUES ('alpha.happened', 2, 'a', '{"key": "a", "n": 1}', now())`)
    await emit([
      ['a', 2],
      ['b', 1],
    ])
    await drain(readerFor(recorder()))
    assert.deepEqual(await seen(), [['b', 1]])
    const [first] = await listSetAside(beta, 10)
    assert.match(first!.error!, /alpha\.happened is of version 2; up to 1 is known here/)
    assert.deepEqual(
      (await listSetAside(beta, 10)).map((each) => [each.key, each.state]),
      [
        ['a', 'RETRYING'],
        ['a', 'WAITING'],
      ],
    )
  })
})

describe('an event whose effect fails', () => {
  const failingA = (key: string, n: number) => (key === 'a' && n === 1 ? broken : undefined)

  test('here, and is taken in by another process before it is set aside, moves nothing back', async () => {
    await emit([['a', 1]])
    const db = stores.open('beta')
    const here = readerFor(recorder(failingA), {
      ...db,
      tx: async (step, work) => {
        if (step === 'beta.consume.recorder.set-aside') {
          await drain(readerFor(recorder()))
          await emit([['a', 2]])
          await drain(readerFor(recorder()))
        }
        return db.tx(step, work)
      },
    })
    await here.step()
    assert.deepEqual(await seen(), [
      ['a', 1],
      ['a', 2],
    ])
    const end = await cursor()
    await drain(here)
    assert.deepEqual(await cursor(), end)
    assert.deepEqual(await setAsides(), [])
  })

  test('is set aside with the later ones of its key; others go on', async () => {
    await emit([
      ['x', 0],
      ['a', 1],
      ['b', 1],
      ['a', 2],
      ['c', 1],
    ])
    await drain(readerFor(recorder(failingA)))
    await emit([
      ['a', 3],
      ['b', 2],
    ])
    await drain(readerFor(recorder(failingA)))
    assert.deepEqual(await seen(), [
      ['x', 0],
      ['b', 1],
      ['c', 1],
      ['b', 2],
    ])
    assert.deepEqual(await setAsides(), [
      ['a', 1, 'RETRYING', 1],
      ['a', 2, 'WAITING', 0],
      ['a', 3, 'WAITING', 0],
    ])
  })

  test('is tried by one process, and those behind it by none meanwhile', async () => {
    const aside = ([key, n]: Pair, id: number) =>
      setAside(
        'recorder',
        {
          id: `alpha:${id}`,
          source: 'alpha',
          name: happened.name,
          version: 1,
          key,
          payload: { key, n },
          at: 0,
          position: { xid: '1', id },
        },
        'RETRYING',
        1,
        0,
        null,
      )
    for (const [n, id] of [1, 2].entries()) await beta.query(aside(['a', n], id))
    await beta.tx('beta.here', async (here) => {
      assert.equal((await claimSetAside(here, 'recorder', runtime.now()))?.position.id, 1)
      assert.equal(await beta.tx('beta.there', (there) => claimSetAside(there, 'recorder', runtime.now())), undefined)
    })
  })

  test('is tried again after a back-off, and the ones behind it follow in order', async () => {
    await emit([
      ['a', 1],
      ['a', 2],
      ['a', 3],
    ])
    const tools = stores.tools('beta', beta)
    let fails = true
    const by = recorder((key, n) => fails && failingA(key, n))
    await drain(readerFor(by))
    assert.equal(await retrySetAside(tools, by), 0)
    runtime.advance(300)
    assert.equal(await retrySetAside(tools, by), 1)
    assert.deepEqual((await setAsides())[0], ['a', 1, 'RETRYING', 2])
    runtime.advance(300)
    assert.equal(await retrySetAside(tools, by), 0)
    fails = false
    runtime.advance(300)
    for (let n = 0; n < 3; n++) assert.equal(await retryDue(tools, [by]), 1)
    assert.equal(await retryDue(tools, [by]), 0)
    assert.deepEqual(await seen(), [
      ['a', 1],
      ['a', 2],
      ['a', 3],
    ])
    assert.deepEqual(await setAsides(), [])
  })

  test(`is dead after ${MAX_ATTEMPTS} tries, holds its key, and goes on once a person redrives it`, async () => {
    await emit([
      ['a', 1],
      ['a', 2],
    ])
    const tools = stores.tools('beta', beta)
    let fails = true
    const by = recorder((key, n) => fails && failingA(key, n))
    await drain(readerFor(by))
    for (let n = 1; n < MAX_ATTEMPTS; n++) {
      runtime.advance(120_000)
      assert.equal(await retrySetAside(tools, by), 1)
    }
    assert.deepEqual(await setAsides(), [
      ['a', 1, 'DEAD', MAX_ATTEMPTS],
      ['a', 2, 'WAITING', 0],
    ])
    runtime.advance(3_600_000)
    assert.equal(await retrySetAside(tools, by), 0)
    fails = false
    const [dead] = await listSetAside(beta, 1)
    assert.match(dead!.error!, /broken/)
    assert.equal(await redrive(beta, dead!.consumer, dead!.source, dead!.id, runtime.now()), 1)
    assert.equal(await redrive(beta, dead!.consumer, dead!.source, dead!.id, runtime.now()), 0)
    while (await retrySetAside(tools, by));
    assert.deepEqual(await seen(), [
      ['a', 1],
      ['a', 2],
    ])
  })

  test('delivered again while it is set aside, it still has its effect once', async () => {
    await emit([
      ['a', 1],
      ['a', 2],
    ])
    const tools = stores.tools('beta', beta)
    let fails = true
    const by = recorder((key, n) => fails && failingA(key, n))
    await drain(readerFor(by))
    await beta.query(sql`UPDATE cursor SET xid = '0', id = 0`)
    await drain(readerFor(by))
    assert.equal((await setAsides()).length, 2)
    fails = false
    runtime.advance(1_000)
    while (await retrySetAside(tools, by));
    await beta.query(sql`UPDATE cursor SET xid = '0', id = 0`)
    await drain(readerFor(by))
    assert.deepEqual(await seen(), [
      ['a', 1],
      ['a', 2],
    ])
  })

  /** The reader has seen that the key is held, but not committed yet, when the retry settles: nobody would look again. */
  test('one of its key that arrives while it settles is not forgotten behind it', async () => {
    await emit([['a', 1]])
    const tools = stores.tools('beta', beta)
    let fails = true
    const claimed = latch()
    const maySettle = latch()
    const settled = latch()
    const by = consumer('recorder', [
      on(happened, async ({ payload: { key, n } }, tx) => {
        if (fails) throw broken
        await tx.query(insert(key, n))
        if (n === 1) claimed.open()
        if (n === 1) await maySettle.opened
      }),
    ])
    await drain(readerFor(by))
    fails = false
    runtime.advance(1_000)
    await emit([['a', 2]])
    const retrying = retrySetAside(tools, by).then(settled.open)
    await claimed.opened
    let isAboutToCommit = false
    const slow = stores.open('beta', {
      onStep: (_, moment) => {
        if (moment === 'after') return
        isAboutToCommit = true
        return settled.opened
      },
    })
    const reading = drain(readerFor(by, slow))
    await eventually(async () => isAboutToCommit || (await waiting(beta)) > 0, 'the reader has looked, or waits')
    maySettle.open()
    await Promise.all([retrying, reading])
    runtime.advance(1_000)
    while (await retrySetAside(tools, by));
    assert.deepEqual(await seen(), [
      ['a', 1],
      ['a', 2],
    ])
    assert.deepEqual(await setAsides(), [])
  })

  test('one that had its effect before is not done again when it comes back behind a failing one', async () => {
    await emit([
      ['a', 0],
      ['a', 1],
    ])
    const tools = stores.tools('beta', beta)
    let fails = true
    const by = recorder((key, n) => fails && failingA(key, n))
    await drain(readerFor(by))
    await beta.query(sql`UPDATE cursor SET xid = '0', id = 0`)
    await drain(readerFor(by))
    fails = false
    runtime.advance(1_000)
    while (await retrySetAside(tools, by));
    assert.deepEqual(await seen(), [
      ['a', 0],
      ['a', 1],
    ])
  })

  test('one put back by hand that had its effect is settled without it', async () => {
    await emit([['a', 1]])
    const tools = stores.tools('beta', beta)
    let fails = true
    const by = recorder((key, n) => fails && failingA(key, n))
    await drain(readerFor(by))
    const copy = sql`INSERT INTO dead_letter SELECT * FROM kept`
    await beta.query(sql`CREATE TABLE kept AS SELECT * FROM dead_letter`)
    fails = false
    runtime.advance(1_000)
    while (await retrySetAside(tools, by));
    await beta.query(copy)
    while (await retrySetAside(tools, by));
    assert.deepEqual(await seen(), [['a', 1]])
    assert.deepEqual(await setAsides(), [])
  })

  test('an error that passes by itself sets nothing aside: the consumer waits', async () => {
    await emit([['a', 1]])
    let error: unknown = UNAVAILABLE({ service: 'gamma' })
    const reader = readerFor(recorder(() => error))
    const deadlock = Object.assign(new Error('deadlock detected'), { code: '40P01' })
    const lost = new Error('Connection terminated unexpectedly')
    for (error of [error, deadlock, lost]) {
      await eventually(async () => {
        try {
          return (await reader.step()) !== 0
        } catch (raised) {
          assert.equal(raised, error)
          return true
        }
      }, 'the step fails')
      assert.deepEqual([await seen(), await setAsides()], [[], []])
    }
    error = undefined
    await drain(reader)
    assert.deepEqual(await seen(), [['a', 1]])
  })

  test('an error text that PostgreSQL cannot store does not stop the consumer', async () => {
    await emit([
      ['a', 1],
      ['b', 1],
    ])
    await drain(readerFor(recorder((key) => (key === 'a' ? new Error('half \0 text') : undefined))))
    assert.deepEqual(await seen(), [['b', 1]])
    assert.equal((await setAsides()).length, 1)
  })
})
