import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { CannotStart } from '#kernel/cannot-start.ts'
import { RATE_LIMITED } from '#kernel/faults.ts'
import { steerableRuntime } from '#test/support/clock.ts'
import { silent } from '#test/support/silent.ts'
import { metricsOf } from '#src/observability/metrics/metrics.ts'
import { demo, openShop, type Shop } from '../gateway.fixture.ts'
import { counts } from './counts.ts'
import { limits, type Limits } from './limits.ts'
import { policiesOf, readOverrides, refuseUnknown } from './policies.ts'
import { distributedCounter, type AddShared } from './distributed-counter.ts'

const runtime = steerableRuntime()
const opened: { stop(): Promise<void> }[] = []
after(() => Promise.all(opened.map((each) => each.stop())))

const limitsOf = (overrides: string, add?: AddShared, factor = 1): Limits => {
  const rules = { overrides: readOverrides(overrides), factor }
  const made = limits({
    runtime,
    distributedCounter: distributedCounter(add, { runtime, log: silent }),
    rules: () => rules,
  })
  opened.push(made)
  return made
}
const told = () => ({ headers: [] as string[], least: Infinity })
const route = (name: 'look' | 'make' = 'look', more = {}) => ({
  id: `demo.${name}`,
  operation: { ...demo.operations[name], ...more },
})
const refused = (work: () => unknown) =>
  assert.throws(work, (error) => RATE_LIMITED.is(error) && error.retryAfter! > 0 && error.retryAfter! <= 60)

describe('requests are counted', () => {
  test('exactly where that is asked for: what others have let through is known before one more is', async () => {
    const add: AddShared = async (adds) => adds.map(() => ({ total: 3, left: 60_000 }))
    const exact = route('make', { limits: { address: { calls: 2, seconds: 60 }, exact: true } })
    await assert.rejects(async () => limitsOf('', add).of(exact).arrived('1.2.3.4', told()), RATE_LIMITED.is)
  })

  test('by address: another one is not held up, and the window ends', () => {
    const { arrived } = limitsOf('reads.address=3/60').of(route())
    for (let i = 0; i < 3; i++) arrived('10.0.0.1', told())
    refused(() => arrived('10.0.0.1', told()))
    arrived('10.0.0.2', told())
    runtime.advance(60_001)
    arrived('10.0.0.1', told())
  })

  test('by the network of an address of IPv6: a subscriber owns all of it', () => {
    const { arrived } = limitsOf('reads.address=2/60').of(route())
    arrived('2001:db8:1:2::1', told())
    arrived('2001:db8:1:2:ffff::9', told())
    refused(() => arrived('2001:db8:1:2::3', told()))
    arrived('2001:db8:1:3::1', told())
  })

  test('by rules that may change: the next request is counted by the new ones', () => {
    let rules = { overrides: readOverrides('reads.address=1/60'), factor: 1 }
    const made = limits({
      runtime,
      distributedCounter: distributedCounter(undefined, { runtime, log: silent }),
      rules: () => rules,
    })
    opened.push(made)
    const [look, make] = [made.of(route()), made.of(route('make'))]
    look.arrived('10.0.0.1', told())
    refused(() => look.arrived('10.0.0.1', told()))
    rules = { overrides: readOverrides('reads.address=2/60,writes.address=1/60'), factor: 1 }
    look.arrived('10.0.0.1', told())
    refused(() => look.arrived('10.0.0.1', told()))
    make.arrived('10.0.0.1', told())
    refused(() => make.arrived('10.0.0.1', told()))
    rules = { ...rules, factor: 0 }
    for (let i = 0; i < 5; i++) look.arrived('10.0.0.1', told())
  })

  test('on, when the rules change: what was done in a window counts against a new limit for the same window', () => {
    let rules = { overrides: readOverrides('reads.address=3/60'), factor: 1 }
    const made = limits({
      runtime,
      distributedCounter: distributedCounter(undefined, { runtime, log: silent }),
      rules: () => rules,
    })
    opened.push(made)
    const look = made.of(route())
    for (let i = 0; i < 3; i++) look.arrived('10.0.0.1', told())
    rules = { overrides: readOverrides('reads.address=5/60,writes.address=9/60'), factor: 1 }
    const more = told()
    look.arrived('10.0.0.1', more)
    assert.equal(more.headers[3], '"reads.address";r=1;t=60')
    rules = { overrides: readOverrides('reads.address=2/60'), factor: 1 }
    refused(() => look.arrived('10.0.0.1', told()))
    rules = { overrides: readOverrides('reads.address=2/30'), factor: 1 }
    for (let i = 0; i < 2; i++) look.arrived('10.0.0.1', told())
    refused(() => look.arrived('10.0.0.1', told()))
  })

  test('among all processes by the length of the window too: those that follow a change a moment later count apart', () => {
    const nameOf = (seconds: number) => counts('reads.address', { calls: 1, seconds }).of('a', 0).name
    assert.deepEqual([nameOf(60), nameOf(30)], ['reads.address/60:a', 'reads.address/30:a'])
  })

  test('by account, wherever it comes from', () => {
    const { by } = limitsOf('reads.account=2/60').of(route())
    by('m1', told())
    by('m1', told())
    refused(() => by('m1', told()))
    by('m2', told())
  })

  test('by route: all of a class together, one route by itself, and one for everybody', () => {
    const all = limitsOf('reads.address=100/60,demo.look.address=2/60,demo.look.all=3/60')
    const look = all.of(route())
    const other = all.of({ id: 'demo.mine', operation: demo.operations.mine })
    look.arrived('a', told())
    look.arrived('a', told())
    refused(() => look.arrived('a', told()))
    other.arrived('a', told())
    look.arrived('b', told())
    refused(() => look.arrived('c', told()))
  })

  test('with the headers of the draft: policies, and how the tightest stands', () => {
    const look = limitsOf('reads.address=100/60,demo.look.address=4/30').of(route())
    const first = told()
    look.arrived('a', first)
    assert.deepEqual(first.headers, [
      'ratelimit-policy',
      '"reads.address";q=100;w=60, "demo.look.address";q=4;w=30, "reads.account";q=1200;w=60',
      'ratelimit',
      '"demo.look.address";r=3;t=30',
    ])
    look.by('m', first)
    assert.equal(first.headers[3], '"demo.look.address";r=3;t=30', 'the account has more left')
  })

  test('a factor multiplies all, and 0 lifts them', () => {
    const twice = limitsOf('reads.address=1/60', undefined, 2).of(route())
    twice.arrived('a', told())
    twice.arrived('a', told())
    refused(() => twice.arrived('a', told()))
    const none = limitsOf('reads.address=1/60', undefined, 0).of(route())
    const nothing = told()
    for (let i = 0; i < 10; i++) none.arrived('a', nothing)
    assert.deepEqual(nothing.headers, [])
  })

  test('over the whole window, however long nothing comes in between', () => {
    const { arrived } = limitsOf('reads.address=3/60').of(route())
    for (let i = 0; i < 3; i++) {
      arrived('10.0.0.1', told())
      runtime.advance(19_000)
      arrived('10.0.0.2', told())
    }
    refused(() => arrived('10.0.0.1', told()))
  })

  test('from ever new addresses without filling the memory', () => {
    const some = counts('x', { calls: 1, seconds: 60 })
    for (let i = 0; i < 300_000; i++) some.of(`a${i}`, runtime.now())
    assert.ok(some.size() <= 200_000, String(some.size()))
  })
})

describe('settings', () => {
  test('override what contracts say, and lift it', () => {
    const own = { limits: { address: { calls: 5, seconds: 10 }, exact: true } }
    const namesOf = (overrides: string) =>
      policiesOf(route('make', own), { overrides: readOverrides(overrides), factor: 1 }).map(
        ({ name, quota, exact }) => `${name}=${quota.calls}/${quota.seconds}${exact ? '!' : ''}`,
      )
    assert.deepEqual(namesOf(''), ['writes.address=1200/60', 'demo.make.address=5/10!', 'writes.account=240/60'])
    assert.deepEqual(namesOf('demo.make.address=7/10,writes.account=off,writes.address=off'), [
      'demo.make.address=7/10!',
    ])
  })

  test('that name no route stop the start', () => {
    const unknown = readOverrides('demo.lok.address=1/1,reads.all=9/9')
    assert.throws(
      () => refuseUnknown(unknown, [{ id: 'demo.look' }]),
      (error) =>
        error instanceof CannotStart &&
        error.message.startsWith('RATE_LIMITS names demo.lok.address, which no route has'),
    )
  })
})

describe('at the edge', () => {
  const ask = (shop: Shop, path: string, init: RequestInit = {}) => fetch(shop.url + path, init)
  const ID = '01900000-0000-7000-8000-0000000000ff'

  test('a request too many is refused with a problem in both languages and when to come again, and is not done', async () => {
    const done: unknown[] = []
    const metrics = metricsOf({ defaults: false })
    const shop = await openShop({
      metrics,
      settings: { rateLimits: readOverrides('demo.make.address=2/60') },
      endpoints: { demo: { call: async (...given) => done.push(given) } },
    })
    const make = () =>
      ask(shop, '/api/things', {
        method: 'POST',
        body: '{"name":"a"}',
        headers: { 'content-type': 'application/json' },
      })
    const first = await make()
    assert.equal(first.status, 201)
    assert.match(first.headers.get('ratelimit')!, /^"demo\.make\.address";r=1;t=\d+$/)
    await make()
    const third = await make()
    assert.equal(third.status, 429)
    assert.ok(Number(third.headers.get('retry-after')) > 0)
    const problem: any = await third.json()
    assert.equal(problem.code, 'RATE_LIMITED')
    assert.deepEqual(Object.keys(problem.message), ['ko', 'en'])
    assert.equal(done.length, 2)
    assert.match(
      await metrics.registry.metrics(),
      /^jangteo_limit_refused_total\{operation="demo.make",limit="demo.make.address"\} 1$/m,
    )
    // Another route of the shop is open to the same client.
    assert.equal((await ask(shop, `/api/things/${ID}`)).status, 200)
    await shop.stop()
  })

  test('an account is limited even if it comes from many addresses; health is never', async () => {
    const shop = await openShop({
      settings: { rateLimits: readOverrides('reads.account=2/60,reads.address=5/60'), trustProxy: 'loopback' },
    })
    const headers = { authorization: `Bearer ${await shop.token()}` }
    const mine = (from: string) => ask(shop, '/api/mine', { headers: { ...headers, 'x-forwarded-for': from } })
    assert.deepEqual([(await mine('10.0.0.1')).status, (await mine('10.0.0.2')).status], [200, 200])
    assert.equal((await mine('10.0.0.3')).status, 429)
    for (let i = 0; i < 10; i++) assert.equal((await ask(shop, '/health/live')).status, 200)
    await shop.stop()
  })

  test('behind a proxy a client is one address, with or without a port; garbage counts as the proxy', async () => {
    const shop = await openShop({ settings: { trustProxy: true, rateLimits: readOverrides('reads.address=2/60') } })
    const look = async (from?: string) =>
      (await ask(shop, `/api/things/${ID}`, from === undefined ? {} : { headers: { 'x-forwarded-for': from } })).status
    assert.deepEqual(
      [await look('10.0.0.1:1111'), await look('[::ffff:10.0.0.1]:2222'), await look('10.0.0.1:3333')],
      [200, 200, 429],
    )
    assert.deepEqual(
      [await look('[2001:db8::1]:80'), await look('2001:db8::2'), await look('[2001:DB8:0:0:1::1]')],
      [200, 200, 429],
    )
    assert.deepEqual(
      [await look(), await look('garbage'), await look('10.0.0.9, unknown'), await look('_x:1')],
      [200, 200, 429, 429],
    )
    await shop.stop()
  })

  test('a client cannot choose its address where no proxy is trusted', async () => {
    const shop = await openShop({ settings: { rateLimits: readOverrides('reads.address=2/60') } })
    const look = (from: string) => ask(shop, `/api/things/${ID}`, { headers: { 'x-forwarded-for': from } })
    await look('10.0.0.1')
    await look('10.0.0.2')
    assert.equal((await look('10.0.0.3')).status, 429)
    await shop.stop()
  })
})
