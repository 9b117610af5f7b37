import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { z } from 'zod'
import { eventually } from '#test/support/eventually.ts'
import { silent } from '#test/support/silent.ts'
import { clientOf, serveLocally, systemContext, type Endpoint } from '#kernel/call.ts'
import { contract, nothing, type Contract } from '#kernel/contract.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { remoteEndpoint } from '../client/endpoint.ts'
import type { Place } from './registry.ts'
import { startInternalServer, type InternalServer } from '../server/server.ts'
import { callerTokens } from '../security/token.ts'
import { isChosen, versionChoices } from './versions.ts'

const runtime = systemRuntime()
const tokens = callerTokens(['a secret of many characters'], runtime)
const common = { tokens, runtime, log: silent }
const goods = contract('goods', {
  which: { summary: 'Its version.', method: 'GET', access: 'service', input: nothing, output: z.string() },
})
const front = contract('front', {
  ask: { summary: 'Asks goods.', method: 'GET', access: 'service', input: nothing, output: z.string() },
})

const closing: (() => Promise<void>)[] = []
after(async () => {
  for (const close of closing.reverse()) await close()
})
const host = async (of: Contract, endpoint: Endpoint): Promise<InternalServer> => {
  const served = (service: string) => (service === of.name ? { contract: of, endpoint } : undefined)
  const server = await startInternalServer({ host: '127.0.0.1', port: 0, served, ...common })
  closing.push(server.close)
  return server
}
/** A process that runs goods in a version. */
const goodsIn = async (version: string | undefined): Promise<Place & { close(): Promise<void> }> => {
  const server = await host(goods, serveLocally(goods, { which: () => version ?? 'none' }, common))
  const { origin } = server
  return { origin, weight: 100, ...(version !== undefined && { version }), close: server.close }
}
const reach = (of: Contract, origins: readonly Place[]): Endpoint => {
  const made = remoteEndpoint({ contract: of, origins, ...common })
  closing.push(made.close)
  return made
}

const places = [await goodsIn('1.1'), await goodsIn('1.2'), await goodsIn(undefined)]
const direct = reach(goods, places)
const asked = async (endpoint: Endpoint, operation: string, versions?: string): Promise<Set<unknown>> => {
  const context = { ...systemContext('test', runtime), ...(versions !== undefined && { versions }) }
  return new Set(await Promise.all(Array.from({ length: 60 }, () => endpoint.call(operation, {}, context))))
}

/** Sooner or later all of these answer, and nobody else: which are asked first depends on how fast they were. */
const reaches = async (endpoint: Endpoint, operation: string, versions: string | undefined, all: readonly string[]) => {
  const seen = new Set<unknown>()
  await eventually(
    async () => {
      for (const each of await asked(endpoint, operation, versions)) seen.add(each)
      assert.deepEqual(
        [...seen].filter((each) => !all.includes(String(each))),
        [],
      )
      return seen.size === all.length
    },
    `all of ${all.join(', ')} are asked`,
  )
}
const EVERY = ['1.1', '1.2', 'none']

describe('a call that somebody chose a version for', () => {
  test('goes to instances of that version, or to any but these', async () => {
    assert.deepEqual(await asked(direct, 'which', 'goods@1.2'), new Set(['1.2']))
    await reaches(direct, 'which', 'goods!1.2', ['1.1', 'none'])
    await reaches(direct, 'which', 'other@1.2', EVERY)
    await reaches(direct, 'which', undefined, EVERY)
  })

  test('goes to another where nobody runs that version: a canary that is away is no outage', async () => {
    await reaches(direct, 'which', 'goods@9', EVERY)
    const dying = await goodsIn('2')
    const both = reach(goods, [places[0]!, dying])
    assert.deepEqual(await asked(both, 'which', 'goods@2'), new Set(['2']))
    await dying.close()
    const context = () => ({ ...systemContext('test', runtime), versions: 'goods@2' })
    for (let i = 0; i < 10; i++) assert.equal(await both.call('which', {}, context()), '1.1')
  })

  test('goes on with the choice through other hosts', async () => {
    const inner = clientOf(goods, 'front', () => direct, runtime)
    const between = await host(front, serveLocally(front, { ask: () => inner.which({}) }, common))
    const outer = reach(front, [{ origin: between.origin, weight: 100 }])
    assert.deepEqual(await asked(outer, 'ask', 'goods@1.2'), new Set(['1.2']))
    await reaches(outer, 'ask', undefined, EVERY)
  })
})

test('what is no choice is passed over', () => {
  assert.deepEqual(
    [...versionChoices('goods@1.2, x, @3,order!,a@b@c,front!2')],
    [
      ['goods', { version: '1.2', wanted: true }],
      ['front', { version: '2', wanted: false }],
    ],
  )
  assert.equal(isChosen(undefined, { version: '1', wanted: false }), true)
  assert.equal(isChosen(undefined, { version: '1', wanted: true }), false)
})
