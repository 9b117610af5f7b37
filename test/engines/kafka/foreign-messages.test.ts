import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { EVENT_AT_MOST } from '#engines/postgres/events/outbox.ts'
import { listSetAside, redriveDead } from '#engines/postgres/events/log-store.ts'
import { sql } from '#engines/postgres/sql.ts'
import { eventually } from '#test/support/eventually.ts'
import { alpha, betaOf } from './services.ts'
import { groundOf } from './support.ts'

const ground = await groundOf()
const headers = {
  'event-id': 'alpha:900001',
  'event-xid': '900001',
  'event-name': 'alpha.happened',
  'event-version': '1',
  'event-at': String(ground.runtime.now()),
}
const letters = () => listSetAside(ground.db('beta'), 100)

describe('messages that are not ours', () => {
  test('are set aside with the cause, and hold up nothing', async () => {
    const host = await ground.start([alpha, betaOf()])
    await ground.send({ value: 'hello' })
    await ground.send({ headers, value: '{"key":' })
    await ground.send({ headers: { ...headers, 'event-id': 'gamma:1' }, value: '{}' })
    await ground.send({ headers: { ...headers, 'event-version': 'one' }, value: '{}' })
    await ground.send({ headers, value: Buffer.alloc(EVENT_AT_MOST + 1, 0x20) })
    await ground.send({ headers: { ...headers, 'event-name': 'alpha.unheard_of' }, value: 'whatever' })
    await ground.tell([['k', 1]])
    await eventually(async () => (await ground.seen()).length === 1, 'what is ours arrives', 30)
    const found = await letters()
    assert.deepEqual(
      found.map((each) => [each.state, each.error?.replace(/\d{4,}/, 'N')]),
      [
        'it has not the headers of an event',
        'its payload is not a JSON object',
        'it tells of gamma in the topic of alpha',
        'its headers make no sense',
        `it is oversized: N bytes, ${EVENT_AT_MOST} at most`,
      ].map((cause) => ['DEAD', `Undecodable Kafka message: ${cause}`]),
    )
    assert.deepEqual((found[0]!.payload as { sample: string }).sample, 'hello')
    assert.match(found[0]!.source, new RegExp(`^${ground.kafka.topicOf('alpha')}/\\d$`))
    await host.stop()
  })

  test('are not read again, and thrown away when a person has them tried', async () => {
    const host = await ground.start([alpha, betaOf()])
    await ground.tell([['k', 2]])
    await eventually(async () => (await ground.seen()).length === 2, 'the next one arrives', 30)
    assert.equal((await letters()).length, 5)
    await redriveDead(ground.db('beta'), ground.runtime.now())
    await eventually(async () => (await letters()).length === 0, 'they are gone')
    assert.equal((await ground.seen()).length, 2)
    await host.stop()
  })
})

describe('an event of a later version', () => {
  test('waits with the later ones of its key until the consumer knows it', async () => {
    await ground.db('alpha').query(sql`
      INSERT INTO outbox (name, version, key, payload, at)
      VALUES ('alpha.happened', 2, 'v', '{"key":"v","n":1,"more":true}', now())`)
    await ground.tell([
      ['v', 2],
      ['w', 1],
    ])
    const host = await ground.start([alpha, betaOf()])
    await eventually(async () => (await ground.seen()).some(([key]) => key === 'w'), 'others go on', 30)
    const found = await letters()
    assert.deepEqual(
      found.map((each) => [each.key, each.version, each.state]),
      [
        ['v', 2, 'RETRYING'],
        ['v', 1, 'WAITING'],
      ],
    )
    assert.match(found[0]!.error!, /alpha\.happened is of version 2; up to 1 is known here/)
    // As if the version had been put back: what is tried again is what lies aside.
    await ground.db('beta').query(sql`UPDATE dead_letter SET version = 1`)
    await eventually(async () => (await letters()).length === 0, 'both are taken in', 30)
    assert.deepEqual(
      (await ground.seen()).filter(([key]) => key === 'v'),
      [
        ['v', 1],
        ['v', 2],
      ],
    )
    await host.stop()
  })
})
