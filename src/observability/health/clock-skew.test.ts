import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, afterEach, describe, test } from 'node:test'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { holdingSleeps, stillRuntime } from '#test/support/clock.ts'
import { freshStores } from '#test/support/stores.ts'
import { eventually } from '#test/support/eventually.ts'
import { type ClockWatch, watchClock } from './clock-skew.ts'
import { otherClocks } from './other-clocks.ts'
import { registerClockMetrics } from '../metrics/clock-metrics.ts'

const LOOK = 15_000
const watches: ClockWatch[] = []
afterEach(async () => {
  for (const each of watches.splice(0)) await each.stop()
})

/** A host whose clock is compared with others that are off by so many milliseconds; undefined is one that does not answer. */
const watching = async (offsets: (number | undefined)[]) => {
  const { runtime, wake, held } = holdingSleeps(stillRuntime(), LOOK)
  const lines: { level: number; msg: string }[] = []
  const log = pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line)) })
  const truth = runtime.now()
  let looks = 0
  const others = () => {
    looks++
    return offsets.map((offset, i) => ({
      name: `other ${i}`,
      now: async () => {
        if (offset === undefined) throw new Error('away')
        return truth + offset
      },
    }))
  }
  const watch = await watchClock(others, { runtime, log })
  watches.push(watch)
  const look = async (): Promise<void> => {
    const before = looks
    await eventually(() => held() > 0, 'it sleeps')
    wake()
    await eventually(() => looks > before && held() > 0, 'it looked again')
  }
  return { ...watch, runtime, lines, look }
}

describe('the clock of a host', () => {
  test('that agrees with the others is no news', async () => {
    const { check, skew, lines } = await watching([0, 300, -4_999])
    await check()
    assert.equal(skew(), 0)
    assert.deepEqual(lines, [])
  })

  test('that is off is warned of once, with how far, and told when it is right again', async () => {
    const { check, lines, look, runtime } = await watching([0, 0])
    runtime.advance(6_000)
    await look()
    await look()
    await check()
    assert.deepEqual(
      lines.map(({ level, msg }) => [level, msg]),
      [[40, "This host's clock is 6 s ahead of the others: is its time service running?"]],
    )
    runtime.advance(-6_000)
    await look()
    assert.equal(lines.at(-1)!.msg, "This host's clock is right again")
  })

  for (const [minutes, said] of [
    [20, '1,200 s ahead of'],
    [-20, '1,200 s behind'],
  ] as const)
    test(`that is ${said} the others makes the host unready until it is right`, async () => {
      const { check, skew, lines, look, runtime } = await watching([0, undefined, 0])
      runtime.advance(minutes * 60_000)
      await look()
      assert.equal(skew(), minutes * 60_000)
      await assert.rejects(check(), { message: `This host's clock is ${said} other 0, other 2` })
      assert.equal(lines[0]!.level, 50)
      assert.match(lines[0]!.msg, /unready/)
      runtime.advance(-minutes * 60_000)
      await look()
      await check()
    })

  test('a minute off, which tokens bear, it stays ready', async () => {
    const { check, look, runtime } = await watching([0])
    runtime.advance(60_000)
    await look()
    await check()
    runtime.advance(30_001)
    await look()
    await assert.rejects(check())
  })

  test('most of the others decide, and between two that differ the one that agrees with it is believed', async () => {
    const hour = 3_600_000
    for (const offsets of [
      [hour, 0, 10],
      [hour, 0],
      [0, hour, -hour],
    ])
      await (await watching(offsets)).check()
    await assert.rejects((await watching([hour, hour, 0])).check())
  })

  test('while nobody can be asked, what was found last holds; where nobody ever could, nothing is said', async () => {
    const alone = await watching([])
    await alone.check()
    assert.equal(alone.skew(), undefined)
    const offsets: (number | undefined)[] = [-1_200_000]
    const off = await watching(offsets)
    offsets[0] = undefined
    await off.look()
    await assert.rejects(off.check())
  })

  test('is a metric once it was compared', async () => {
    const read = async (skew: number | undefined) => {
      const registry = new Registry()
      registerClockMetrics(registry, () => skew)
      return /^jangteo_clock_skew_seconds (.*)$/m.exec(await registry.metrics())?.[1]
    }
    assert.equal(await read(-1_200_000), '-1200')
    assert.equal(await read(undefined), '0')
  })
})

describe('the clocks it is compared with', () => {
  const closes: (() => Promise<unknown> | void)[] = []
  after(async () => {
    for (const each of closes) await each()
  })
  const serving = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener).listen(0, '127.0.0.1')
    await once(server, 'listening')
    closes.push(() => void server.close())
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  test('are the server of its stores, once, Redis, and other hosts as their health tells, or their header', async () => {
    const stores = await freshStores(['alpha', 'beta'])
    const services = ['alpha', 'beta'].map((name) => ({ db: stores.open(name) })) as never
    const told = await serving((request, response) => {
      assert.equal(request.url, '/health/live')
      response.end(JSON.stringify({ status: 'up', now: 1_234_567 }))
    })
    const earlier = await serving((_, response) => {
      response.setHeader('date', 'Mon, 30 Nov 2026 20:00:00 GMT')
      response.statusCode = 401
      response.end('no document')
    })
    const clocks = otherClocks({
      host: { services },
      redis: { client: { time: async () => ['1796068800', '500000'] } as never },
      hosts: () => [
        { name: 'a', origin: told },
        { name: 'b', origin: earlier },
        { name: 'c', origin: null },
      ],
      tls: undefined,
    })
    closes.push(clocks.close)
    const others = clocks.others()
    assert.deepEqual(
      others.map((each) => each.name),
      ['the database', 'Redis', 'host a', 'host b'],
    )
    const [database, ...rest] = await Promise.all(others.map((each) => each.now()))
    const rows = await stores.administrator.query<{ near: boolean }>({
      text: `SELECT abs(extract(epoch FROM clock_timestamp()) * 1000 - $1) < 60000 AS near`,
      values: [database],
    })
    assert.deepEqual(rows, [{ near: true }])
    assert.deepEqual(rest, [1_796_068_800_500, 1_234_567, Date.UTC(2026, 10, 30, 20)])
  })

  test('of many hosts a few are asked each time, all of them in turn', async () => {
    const names = Array.from({ length: 12 }, (_, n) => `h${n}`)
    const clocks = otherClocks({
      host: { services: [] },
      redis: undefined,
      hosts: () => names.map((name) => ({ name, origin: `http://${name}` })),
      tls: undefined,
    })
    closes.push(clocks.close)
    const asked = Array.from({ length: 12 }, () => clocks.others().map((each) => each.name))
    assert.deepEqual(new Set(asked.map((each) => each.length)), new Set([5]))
    assert.equal(new Set(asked.flat()).size, 12)
  })
})
