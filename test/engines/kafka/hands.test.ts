import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Admin } from '@platformatic/kafka'
import { pino } from 'pino'
import { relayOf } from '#engines/kafka/relay/relay.ts'
import { listSetAside, redriveDead } from '#engines/postgres/events/log-store.ts'
import { sql } from '#engines/postgres/sql.ts'
import { eventually } from '#test/support/eventually.ts'
import { alpha, betaOf } from './services.ts'
import { brokers, groundOf, type Pair } from './support.ts'

// Work that changes hands: relays that follow each other, members of a group that come and go.

const ground = await groundOf()
const { runtime, tell, seen } = ground
const topic = ground.kafka.topicOf('alpha')
const holder = async () =>
  (await ground.db('alpha').query<{ holder: string | null }>(sql`SELECT holder FROM published`))[0]?.holder

/** Tells `count` events of a few keys, a few at a time, and answers how many each key had. */
const tellMany = async (name: string, count: number, pause = 10): Promise<void> => {
  const last = new Map<string, number>()
  for (let told = 0; told < count; told += 20) {
    const pairs = Array.from({ length: 20 }, (_, i): Pair => {
      const key = `${name}${(told + i) % 7}`
      last.set(key, (last.get(key) ?? 0) + 1)
      return [key, last.get(key)!]
    })
    await tell(pairs)
    await runtime.sleep(pause)
  }
}
const mine = async (name: string) => (await seen()).filter(([key]) => key.startsWith(name))

/** All events of a name had their effect once, in the order of their key. */
const assertWhole = async (name: string, count: number): Promise<void> => {
  await eventually(async () => (await mine(name)).length >= count, `all of ${name} are taken in`, 60)
  const found = await mine(name)
  assert.equal(found.length, count)
  for (const [key, events] of Map.groupBy(found, (each) => each[0]))
    assert.deepEqual(
      events.map((each) => each[1]),
      events.map((_, i) => i + 1),
      key,
    )
}

describe('the right to publish', () => {
  test('is one process’s alone, and another’s as soon as that one stops', async () => {
    const one = await ground.start([alpha])
    await eventually(async () => (await holder()) !== undefined, 'one has it')
    const first = await holder()
    const other = await ground.start([alpha])
    const listener = await ground.start([betaOf()])
    await tellMany('one', 200)
    await assertWhole('one', 200)
    assert.equal(await holder(), first)
    await one.stop()
    assert.notEqual(await holder(), first, 'it gave it up')
    await eventually(async () => ![first, null].includes((await holder()) ?? null), 'the other has it')
    await other.stop()
    assert.equal(await holder(), null)
    await listener.stop()
  })

  test('is not taken from one who died before its time is over', async () => {
    await ground
      .db('alpha')
      .query(sql`UPDATE published SET holder = 'died', held_until = clock_timestamp() + interval '1 hour'`)
    const host = await ground.start([alpha, betaOf()])
    await tell([['late', 1]])
    await runtime.sleep(2_000)
    assert.deepEqual([await holder(), await mine('late')], ['died', []], 'it waits')
    await ground.db('alpha').query(sql`UPDATE published SET held_until = clock_timestamp()`)
    await assertWhole('late', 1)
    await host.stop()
  })

  test('held by two who both believe in it, costs repetitions and nothing else', async () => {
    const host = await ground.start([betaOf()])
    const logger = pino({ level: 'silent' })
    const db = ground.db('alpha') as never
    const relays = Array.from({ length: 2 }, () =>
      relayOf({ service: 'alpha', retained: false, db, log: db, kafka: ground.kafka, runtime, logger }),
    )
    let telling = true
    const steal = async () => {
      while (telling) {
        await ground.db('alpha').query(sql`UPDATE published SET held_until = '-infinity'`)
        await runtime.sleep(3)
      }
    }
    const publish = async (relay: (typeof relays)[number]) => {
      while (telling) if ((await relay.step()) === 'busy') await runtime.sleep(1)
    }
    const working = [steal(), ...relays.map(publish)]
    await tellMany('both', 2_000, 5)
    await assertWhole('both', 2_000)
    telling = false
    await Promise.all(working)
    for (const each of relays) await each.close()
    await host.stop()
  })
})

describe('members of a group', () => {
  test('come and go while events flow', async () => {
    const flowing = tellMany('flow', 2_000, 60)
    let hosts = [await ground.start([alpha]), await ground.start([betaOf()])]
    for (let turn = 0; turn < 3; turn++) {
      const next = await ground.start([betaOf()])
      await runtime.sleep(1_000)
      await hosts[1]!.stop()
      hosts = [hosts[0]!, next]
    }
    await flowing
    await assertWhole('flow', 2_000)
    for (const each of hosts) await each.stop()
  })

  test('that were taken for dead and come back do nothing twice', { timeout: 90_000 }, async () => {
    const relay = await ground.start([alpha])
    const task = { runs: 'beta', admin: ground.admin, brokers: brokers(), prefix: ground.prefix }
    const child = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), [JSON.stringify(task)])
    try {
      await once(child, 'message')
      const flowing = tellMany('back', 2_000, 100)
      await eventually(async () => (await mine('back')).length > 100, 'it takes events in', 30)
      child.kill('SIGSTOP')
      const other = await ground.start([betaOf()])
      const before = (await mine('back')).length
      await eventually(async () => (await mine('back')).length > before + 100, 'another has taken over', 30)
      child.kill('SIGCONT')
      await flowing
      await assertWhole('back', 2_000)
      await other.stop()
    } finally {
      child.kill('SIGKILL')
    }
    await relay.stop()
  })
})

describe('an event that Kafka finds too large', () => {
  const limit = async (bytes: number) => {
    const admin = new Admin({ ...ground.kafka.client })
    await admin.incrementalAlterConfigs({
      resources: [
        {
          resourceType: 2,
          resourceName: topic,
          configs: [{ name: 'max.message.bytes', configOperation: 0, value: String(bytes) }],
        },
      ],
    })
    await admin.close()
  }

  test('waits with the later ones of its key for a person, and holds up no other', async () => {
    await limit(5_000)
    const large = `large${'x'.repeat(10_000)}`
    await tell([
      ['small', 1],
      [large, 1],
      [large, 2],
      ['small', 2],
    ])
    const host = await ground.start([alpha, betaOf()])
    await assertWhole('small', 2)
    await tell([[large, 3]])
    const aside = () => listSetAside(ground.db('alpha'), 10)
    await eventually(async () => (await aside()).length === 3, 'its key waits')
    assert.deepEqual(
      (await aside()).map((each) => [each.consumer, each.state, (each.payload as { n: number }).n]),
      [
        ['relay', 'DEAD', 1],
        ['relay', 'WAITING', 2],
        ['relay', 'WAITING', 3],
      ],
    )
    assert.match((await aside())[0]!.error!, /larger|too large|size/i)
    await limit(1_000_000)
    await redriveDead(ground.db('alpha'), runtime.now())
    await tell([['small', 3]])
    await assertWhole('large', 3)
    assert.deepEqual(await aside(), [])
    await host.stop()
  })
})
