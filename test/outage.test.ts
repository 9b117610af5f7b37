import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import {
  apiClient,
  placeOrder,
  putOnSale,
  shippingAddress,
  signInStaff,
  signUp,
  type ApiClient,
} from './support/client.ts'
import { eventually } from './support/eventually.ts'
import { allServices, startHosts, type HostsShop } from './support/hosts.ts'

let shop: HostsShop
let buyer: ApiClient
let productId: string
let skuId: string

before(async () => {
  shop = await startHosts({
    hosts: [
      { name: 'goods', runs: ['product'] },
      { name: 'rest', runs: [...allServices.filter((each) => each !== 'product'), 'simulators'] },
      { name: 'edge', runs: ['gateway'] },
    ],
  })
  ;({ productId, skuId } = await putOnSale(await signInStaff(shop.origin), 1_000))
  buyer = await signUp(shop.origin)
  await placeOrder(buyer, skuId)
  await eventually(
    async () => (await buyer.send('GET', `/api/catalog/products/${productId}`)).status === 200,
    'the product is in the window',
  )
})
after(() => shop?.stop())

const goods = () => shop.processes.findLast((each) => each.name === 'goods')!

const order = async () => {
  const began = performance.now()
  const body = { items: [{ skuId, quantity: 1 }], shippingAddress }
  const answer = await buyer.send('POST', '/api/orders', body, { 'idempotency-key': randomUUID() })
  return { ...answer, ms: performance.now() - began }
}

/** The breaker of the rest towards product, as metrics tell it: 0 closed, 1 half-open, 2 open. */
const breaker = async (): Promise<string | undefined> => {
  const metrics = await (await fetch(`${shop.internal('rest')}/metrics`)).text()
  return /^jangteo_remote_breaker\{service="product",instance="[^"]+"\} (\d)$/m.exec(metrics)?.[1]
}

const windowAnswers = async (): Promise<void> => {
  const visitor = apiClient(shop.origin)
  assert.equal((await visitor.send('GET', '/api/catalog/products')).status, 200)
  assert.equal((await visitor.send('GET', `/api/catalog/products/${productId}`)).status, 200)
}

describe('a service that is away', () => {
  test('dead, it stops orders with a sentence for customers, and nothing else; it comes back by itself', async () => {
    goods().kill('SIGKILL')
    await goods().ended
    await windowAnswers()
    for (let n = 0; n < 8; n++) {
      const { status, headers, body, ms } = await order()
      assert.equal(status, 503)
      assert.equal(body.code, 'UNAVAILABLE')
      assert.match(body.message.en, /^The product service is not available\. Please try again later\.$/)
      assert.match(body.message.ko, /잠시 후 다시/)
      assert.ok(Number(headers.get('retry-after')) > 0)
      assert.ok(ms < 1_500, `${ms} ms`)
    }
    await eventually(async () => (await breaker()) !== '0', 'the breaker is open')
    await windowAnswers()

    await shop.start('goods')
    await eventually(async () => (await order()).status === 201, 'orders are taken again', 40)
    assert.equal(await breaker(), '0')
  })

  test('hanging, it costs callers no more than their deadline, and then nothing', async () => {
    goods().kill('SIGSTOP')
    try {
      const first = await Promise.all(Array.from({ length: 6 }, order))
      for (const { status, ms } of first) {
        assert.ok(status === 503 || status === 504, String(status))
        assert.ok(ms < 6_000, `${ms} ms`)
      }
      await eventually(async () => (await breaker()) !== '0', 'the breaker is open')
      await windowAnswers()
      const next = await order()
      assert.equal(next.status, 503)
      assert.ok(next.ms < 500, `${next.ms} ms`)
    } finally {
      goods().kill('SIGCONT')
    }
    await eventually(async () => (await order()).status === 201, 'orders are taken again', 40)
  })
})
