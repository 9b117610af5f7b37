import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { findPublished } from '#engines/kafka/relay/relay-store.ts'
import { findCursor, listSetAside } from '#engines/postgres/events/log-store.ts'
import { sql } from '#engines/postgres/sql.ts'
import { eventually } from '#test/support/eventually.ts'
import { alpha, betaOf, ignored } from './services.ts'
import { groundOf, type Pair } from './support.ts'

const ground = await groundOf()
const { tell, seen } = ground
const pairs = (key: string, from: number, to: number): Pair[] =>
  Array.from({ length: to - from + 1 }, (_, i) => [key, from + i])
const numbers = (from: number, to: number) => pairs('', from, to).map((each) => each[1])
const of = async (key: string) => (await seen()).filter((each) => each[0] === key).map((each) => each[1])
const topic = ground.kafka.topicOf('alpha')

/** Until everything told so far is published, taken in and noted. */
const settled = () =>
  eventually(
    async () => {
      const [last] = await ground
        .db('alpha')
        .query<{ xid: string; id: number }>(
          sql`SELECT xid::text AS xid, id FROM outbox AS log ORDER BY log.xid DESC, log.id DESC LIMIT 1`,
        )
      const published = await findPublished(ground.db('alpha'), 'alpha', topic)
      const cursor = await findCursor(ground.db('beta'), 'notes', 'alpha')
      return published?.id === last!.id && cursor?.xid === last!.xid && cursor.id === last!.id
    },
    'everything is published, taken in and noted',
    30,
  )

describe('events over Kafka', () => {
  test('reach their consumer once and in order, whatever else is told', async () => {
    await tell(pairs('a', 1, 50))
    await tell([['a', 0]], ignored)
    const host = await ground.start([alpha, betaOf()])
    await tell(pairs('a', 51, 100))
    await settled()
    assert.deepEqual(await of('a'), numbers(1, 100))
    assert.deepEqual(await listSetAside(ground.db('beta'), 10), [])
    await host.stop()
  })

  test('that are published again are known, even when what lies between is new', async () => {
    const host = await ground.start([alpha, betaOf()])
    await tell(pairs('again', 1, 20))
    await settled()
    await host.stop()
    await ground.db('alpha').query(sql`UPDATE published SET xid = '0', id = 0`)
    await tell(pairs('again', 21, 40))
    const next = await ground.start([alpha, betaOf()])
    await settled()
    assert.deepEqual(await of('again'), numbers(1, 40))
    assert.deepEqual(await of('a'), numbers(1, 100))
    await next.stop()
  })

  test('go on from PostgreSQL to Kafka and back, nothing lost and nothing twice', async () => {
    for (const [turn, through] of (['postgres', 'kafka', 'postgres', 'kafka'] as const).entries()) {
      const host = await ground.start([alpha, betaOf()], through)
      await tell(pairs('switch', turn * 10 + 1, turn * 10 + 10))
      await eventually(async () => (await of('switch')).length >= turn * 10 + 10, `${through} carries them`, 30)
      if (through === 'kafka') await settled()
      await host.stop()
      // The memory of what was taken in fades after two weeks; what was noted stays.
      await ground.db('beta').query(sql`DELETE FROM inbox`)
    }
    const last = await ground.start([alpha, betaOf()])
    await tell(pairs('switch', 41, 41))
    await settled()
    assert.deepEqual(await of('switch'), numbers(1, 41))
    assert.deepEqual(await of('a'), numbers(1, 100))
    await last.stop()
  })

  test('that fail are set aside with the later ones of their key, and taken in in order once they can be', async () => {
    let broken = true
    const host = await ground.start([
      alpha,
      betaOf((key, n) => (broken && key === 'bad' && n === 3 ? new Error('not yet') : undefined)),
    ])
    await tell([...pairs('bad', 1, 6), ...pairs('good', 1, 6)])
    await eventually(async () => (await of('good')).length === 6, 'other keys go on', 30)
    assert.deepEqual(await of('bad'), [1, 2])
    const aside = await listSetAside(ground.db('beta'), 10)
    assert.deepEqual(
      aside.map((each) => [each.key, each.state]),
      [
        ['bad', 'RETRYING'],
        ['bad', 'WAITING'],
        ['bad', 'WAITING'],
        ['bad', 'WAITING'],
      ],
    )
    await tell(pairs('bad', 7, 8))
    await settled()
    broken = false
    await eventually(async () => (await of('bad')).length === 8, 'all are taken in', 30)
    assert.deepEqual(await of('bad'), numbers(1, 8))
    assert.deepEqual(await listSetAside(ground.db('beta'), 10), [])
    await host.stop()
  })

  test('find a topic that was lost and made anew: all are published again', async () => {
    const host = await ground.start([alpha, betaOf()])
    await tell(pairs('lost', 1, 10))
    await settled()
    await ground.deleteTopic()
    await tell(pairs('lost', 11, 20))
    await eventually(async () => (await of('lost')).length === 20, 'later ones arrive', 60)
    await settled()
    assert.deepEqual(await of('lost'), numbers(1, 20))
    assert.deepEqual(await of('a'), numbers(1, 100))
    await host.stop()
  })
})
