import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { z } from 'zod'
import { event } from '#kernel/contract.ts'
import { eventually } from '#test/support/eventually.ts'
import { freshStores, type Stores } from '#test/support/stores.ts'
import type { PostgresDatabase } from '../database.ts'
import { headOf, readLog, type Logged, type Position } from './log.ts'
import { pruneInbox, pruneOutbox } from './log-store.ts'
import { logTail } from './log-tail.ts'
import { migrate } from '../schema/migrate.ts'
import { provision, serviceConnection } from '../schema/provision.ts'
import { sql } from '../sql.ts'

const payload = z.object({ id: z.string() })
const happened = event('alpha.happened', { version: 1, key: 'id', payload, summary: 'It happened.' })
const kept = event('alpha.stayed', { version: 1, key: 'id', payload, summary: 'It stayed.', kept: true })
const START: Position = { xid: '0', id: 0 }
const names = new Set([happened.name, kept.name])

let stores: Stores
let alpha: PostgresDatabase
before(async () => {
  stores = await freshStores(['alpha', 'beta'])
  alpha = stores.open('alpha', { sizes: { shared: 2, exclusive: 8 } })
})

const emit = (id: string, hold?: () => Promise<void>, type = happened) =>
  alpha.tx('alpha.emit', async (tx) => {
    await tx.emit(type, { id })
    await hold?.()
  })
const idsOf = (events: readonly Logged[]) => events.map((each) => (each.payload as { id: string } | null)?.id)

/** Resolves once readers see everything stored: a transaction of another test on this server may hold the horizon back. */
const allVisible = () =>
  eventually(async () => {
    const [row] = await stores.administrator.query<{ all: boolean }>(
      sql`SELECT coalesce(max(xid::text::bigint), 0) < jt_alpha.log_horizon()::text::bigint AS all FROM jt_alpha.outbox`,
    )
    return row!.all
  }, 'every event is below the horizon')

/** A promise, and what settles it. */
const latch = () => {
  let open = (): void => {}
  return { opened: new Promise<void>((resolve) => (open = resolve)), open: () => open() }
}

describe('reading a log', () => {
  test('events come in order, from a place on, with payloads of wanted names only', async () => {
    await emit('a')
    await emit('b', undefined, kept)
    await emit('c')
    await allVisible()
    const all = await readLog(stores.relay, 'alpha', START, names, 100)
    assert.deepEqual(idsOf(all), ['a', 'b', 'c'])
    const rest = await readLog(stores.relay, 'alpha', all[0]!.position, new Set([happened.name]), 100)
    assert.deepEqual(idsOf(rest), [undefined, 'c'])
    assert.deepEqual(await headOf(stores.relay, 'alpha'), all.at(-1)!.position)
    assert.equal((await readLog(stores.relay, 'alpha', START, names, 2)).length, 2)
  })

  /**
   * The older transaction commits after the younger. A reader by id alone reads the younger and never the older: that twin
   * shows the bug, ours waits below the horizon.
   */
  test('an event whose transaction ends late is not lost, as it is to a reader by id alone', async () => {
    const naive = async (after: number) => {
      const rows = await stores.relay.query<{ id: number; name: string }>(
        sql`SELECT id, payload ->> 'id' AS name FROM jt_alpha.outbox WHERE id > ${after} ORDER BY id`,
      )
      return rows
    }
    const from = (await headOf(stores.relay, 'alpha'))!
    const late = latch()
    const begun = latch()
    const older = emit('older', () => (begun.open(), late.opened))
    await begun.opened
    await emit('younger')

    const naiveFirst = await naive(from.id)
    const ours = await readLog(stores.relay, 'alpha', from, names, 100)
    late.open()
    await older
    await allVisible()
    const naiveLater = await naive(naiveFirst.at(-1)!.id)
    const oursLater = await readLog(stores.relay, 'alpha', ours.at(-1)?.position ?? from, names, 100)

    assert.deepEqual(
      [...naiveFirst, ...naiveLater].map((each) => each.name),
      ['younger'],
    )
    assert.deepEqual(idsOf([...ours, ...oursLater]), ['older', 'younger'])
  })

  test('under concurrent commits every event is read exactly once', async () => {
    const tail = logTail(() => stores.relay)
    tail.want('alpha', names)
    let position = (await headOf(stores.relay, 'alpha'))!
    const read: (string | undefined)[] = []
    let writing = true
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; n < 40; n++) await emit(`${writer}.${n}`, () => stores.runtime.sleep((writer * 7 + n) % 4))
    })
    const reading = (async () => {
      for (let last = false; ;) {
        const events = await tail.read('alpha', position, 50)
        read.push(...idsOf(events))
        position = events.at(-1)?.position ?? position
        if (last && events.length === 0) return
        last = !writing
      }
    })()
    await Promise.all(writers)
    await allVisible()
    writing = false
    await reading
    assert.equal(read.length, 320)
    assert.equal(new Set(read).size, 320)
    // In order per writer, whose next event starts after the last one's commit.
    for (let writer = 0; writer < 8; writer++) {
      const own = read.filter((each) => each!.startsWith(`${writer}.`))
      assert.deepEqual(
        own,
        Array.from({ length: 40 }, (_, n) => `${writer}.${n}`),
      )
    }
  })

  test('places are ordered as numbers: 9, 10, 99, 100, however few are read at a time', async () => {
    await alpha.query(sql`DELETE FROM outbox`)
    for (const xid of ['100', '9', '99', '10'])
      await alpha.query(sql`
        INSERT INTO outbox (xid, name, version, key, payload, at)
        VALUES (${xid}::text::xid8, ${happened.name}, 1, 'k', ${JSON.stringify({ id: xid })}, now())`)
    const read: unknown[] = []
    let position = START
    for (;;) {
      const events = await readLog(stores.relay, 'alpha', position, names, 1)
      if (events.length === 0) break
      read.push(...idsOf(events))
      position = events.at(-1)!.position
    }
    assert.deepEqual(read, ['9', '10', '99', '100'])
    assert.equal((await headOf(stores.relay, 'alpha'))!.xid, '100')
    assert.deepEqual(idsOf(await readLog(stores.relay, 'alpha', START, names, 10)), read)
    await alpha.query(sql`DELETE FROM outbox`)
    await emit('after')
    await allVisible()
  })

  test('readers at one place share one read; one that fell behind still gets every event', async () => {
    let statements = 0
    const counting = { query: (statement: never) => (statements++, stores.relay.query(statement)) } as never
    const tail = logTail(() => counting)
    tail.want('alpha', names)
    const from = (await headOf(stores.relay, 'alpha'))!
    for (const id of ['x', 'y', 'z']) await emit(id)
    await allVisible()
    const [one, two] = await Promise.all([tail.read('alpha', from, 100), tail.read('alpha', from, 100)])
    const third = await tail.read('alpha', from, 100)
    assert.deepEqual([idsOf(one), idsOf(two), idsOf(third)], Array(3).fill(['x', 'y', 'z']))
    const middle = await tail.read('alpha', one[0]!.position, 100)
    assert.deepEqual(idsOf(middle), ['y', 'z'])
    assert.equal(statements, 1)
    await emit('w')
    await allVisible()
    assert.deepEqual(idsOf(await tail.read('alpha', one.at(-1)!.position, 100)), ['w'])
    assert.deepEqual(idsOf(await tail.read('alpha', from, 100)), ['x', 'y', 'z', 'w'])
    assert.equal(statements, 3)
  })

  test('a name asked for later is read with its payload', async () => {
    const tail = logTail(() => stores.relay)
    tail.want('alpha', ['alpha.other'])
    const from = (await headOf(stores.relay, 'alpha'))!
    await emit('late')
    await allVisible()
    assert.deepEqual(idsOf(await tail.read('alpha', from, 10)), [undefined])
    tail.want('alpha', names)
    assert.deepEqual(idsOf(await tail.read('alpha', from, 10)), ['late'])
  })
})

describe('pruning', () => {
  test('forgets old events but for those that read models are rebuilt from, and young ones', async () => {
    await alpha.query(sql`DELETE FROM outbox`)
    const now = stores.runtime.now()
    await emit('old')
    await emit('old but kept', undefined, kept)
    await alpha.query(sql`UPDATE outbox SET at = ${new Date(now - 1_000)}`)
    await emit('young')
    assert.equal(await pruneOutbox(alpha, now - 500, [kept.name]), 1)
    await allVisible()
    assert.deepEqual(idsOf(await readLog(stores.relay, 'alpha', START, names, 10)), ['old but kept', 'young'])
  })

  test('keeps old events that are to be published to a topic and are not yet', async () => {
    const now = Date.now()
    await alpha.query(sql`DELETE FROM outbox`)
    await emit('published')
    const [last] = await alpha.query<Position>(sql`SELECT xid::text AS xid, id FROM outbox`)
    await emit('not yet')
    await alpha.query(sql`UPDATE outbox SET at = ${new Date(now - 1_000)}`)
    const left = async () =>
      (await alpha.query(sql`SELECT payload->>'id' AS id FROM outbox ORDER BY outbox.id`)).map((each) => each['id'])
    assert.equal(await pruneOutbox(alpha, now, [], 'topic'), 0, 'nothing is published yet')
    await alpha.query(sql`
      INSERT INTO published (topic, topic_id, xid, id, held_until)
      VALUES ('topic', '', ${last!.xid}::text::xid8, ${last!.id}, now())`)
    assert.equal(await pruneOutbox(alpha, now, [], 'topic'), 1)
    assert.deepEqual(await left(), ['not yet'])
  })

  test('forgets that old events were taken in, not young ones', async () => {
    await alpha.query(
      sql`INSERT INTO inbox VALUES ('c', 'beta', 1, ${new Date(1_000)}), ('c', 'beta', 2, ${new Date(3_000)})`,
    )
    assert.equal(await pruneInbox(alpha, 2_000), 1)
    assert.deepEqual(await alpha.query(sql`SELECT id FROM inbox`), [{ id: 2 }])
  })
})

test('a source that is not there yet has told nothing, and is read once it is', async () => {
  const some = await freshStores(['early'])
  const tail = logTail(() => some.relay)
  tail.want('late', ['late.happened'])
  assert.deepEqual(await tail.read('late', START, 10), [])
  await provision(some.admin, ['late'])
  assert.deepEqual(await tail.read('late', START, 10), [])
  await migrate(serviceConnection(some.admin, 'late'), 'late', undefined)
  const late = event('late.happened', { version: 1, key: 'id', payload, summary: 'It happened.' })
  await some.open('late').tx('late.emit', (tx) => tx.emit(late, { id: 'a' }))
  await eventually(async () => (await tail.read('late', START, 10)).length === 1, 'the event is read')
})
