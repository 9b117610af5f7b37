import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { systemRuntime } from '#kernel/runtime.ts'
import { holdingSleeps, steerableRuntime } from '#test/support/clock.ts'
import { eventually } from '#test/support/eventually.ts'
import { rawConnection, sendRaw } from '#test/support/raw-http.ts'
import { startTestShop } from '#test/support/shop.ts'

/** A pause that nothing else in the shop takes. */
const GRACE = 4_321

describe('a shop in one process that is to end', () => {
  test('is unready and still answers for its grace, finishes what is under way, and is gone', async () => {
    const { runtime, held, wake } = holdingSleeps(systemRuntime(), GRACE)
    const shop = await startTestShop({ runtime })
    const origin = shop.origin.replace('localhost', '127.0.0.1')
    const get = (path: string) => sendRaw(origin, [`GET ${path} HTTP/1.1`, 'host: a'])
    assert.equal((await get('/health/ready'))[0], 200)

    const body = JSON.stringify({ email: 'nobody@example.com', password: 'wrong password' })
    const slow = rawConnection(origin)
    slow.say(
      `POST /api/auth/sign-in HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
    )
    // It is under way once a request behind it on another connection was answered.
    assert.equal((await get('/health/live'))[0], 200)

    let gone = false
    const stopping = shop.stop(GRACE).then(() => (gone = true))
    await eventually(() => held() === 1, 'it waits')
    const [status, text] = await get('/health/ready')
    assert.deepEqual([status, JSON.parse(text).status], [503, 'closing'])
    assert.equal((await get('/health/live'))[0], 200)
    assert.equal((await get('/api/catalog/products'))[0], 200)

    wake()
    await eventually(async () => (await get('/health/live'))[0] === 0, 'it takes nobody any more')
    assert.equal(gone, false, 'a request is under way')
    slow.say(body.slice(5))
    const [answer] = await slow.heard(1)
    assert.ok(answer!.status > 0 && answer!.status < 500, `${answer!.status} ${answer!.body}`)
    slow.end()
    await stopping
  })
})

describe('a shop whose clock is twenty minutes off', () => {
  test('says so and is unready, never dead: customers are sent where the clock is right', async () => {
    const runtime = steerableRuntime()
    runtime.advance(20 * 60_000)
    const shop = await startTestShop({ runtime })
    const origin = shop.origin.replace('localhost', '127.0.0.1')
    const get = (path: string) => sendRaw(origin, [`GET ${path} HTTP/1.1`, 'host: a'])
    const [status, text] = await get('/health/ready')
    assert.equal(status, 503)
    const down = JSON.parse(text).dependencies.filter((each: { status: string }) => each.status === 'down')
    assert.deepEqual(
      down.map((each: { name: string }) => each.name),
      ['clock'],
    )
    assert.equal((await get('/health/live'))[0], 200)
    const [, metrics] = await get('/metrics')
    assert.match(metrics, /^jangteo_clock_skew_seconds (1199|1200|1201)(\.\d+)?$/m)
  })
})
