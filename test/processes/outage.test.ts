import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { Instance, Topology } from '#services/status/contract.ts'
import {
  apiClient,
  placeOrder,
  putOnSale,
  shippingAddress,
  signInStaff,
  signUp,
  type Answer,
  type ApiClient,
} from '../support/client.ts'
import { eventually } from '../support/eventually.ts'
import { allServices, startHosts, type HostsShop } from '../support/processes/hosts.ts'

let shop: HostsShop
let staff: ApiClient
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
  staff = await signInStaff(shop.origin)
  ;({ productId, skuId } = await putOnSale(staff, 1_000))
  buyer = await signUp(shop.origin)
  await placeOrder(buyer, skuId)
  await eventually(
    async () => (await buyer.send('GET', `/api/catalog/products/${productId}`)).status === 200,
    'the product is in the window',
  )
})
after(() => shop?.stop())

const goods = () => shop.processes.findLast((each) => each.name === 'goods')!

const order = (): Promise<Answer> => {
  const body = { items: [{ skuId, quantity: 1 }], shippingAddress }
  return buyer.send('POST', '/api/orders', body, { 'idempotency-key': randomUUID() })
}

/** The breaker of the rest towards product, as metrics tell it: 0 closed, 1 half-open, 2 open. */
const breaker = async (): Promise<string | undefined> => {
  const metrics = await (await fetch(`${shop.internal('rest')}/metrics`)).text()
  return /^jangteo_remote_breaker\{service="product",instance="[^"]+"\} (\d)$/m.exec(metrics)?.[1]
}

/** How often that breaker opened, let a call through to see, and closed again, as metrics tell it. */
const changes = async (): Promise<Readonly<Record<string, number>>> => {
  const metrics = await (await fetch(`${shop.internal('rest')}/metrics`)).text()
  const found = metrics.matchAll(
    /^jangteo_remote_breaker_changes_total\{service="product",instance="[^"]+",to="([^"]+)"\} (\d+)$/gm,
  )
  return Object.fromEntries([...found].map(([, to, times]) => [to, Number(times)]))
}

/** What staff see of a host, and of the instances of product from where it stands. */
const seen = async (name: string) => {
  const items: Instance[] = (await staff.must('GET', '/api/status/instances')).items
  const host = items.find((each) => each.name === name)!
  return { ...host, product: host.report!.remotes.find((each) => each.service === 'product')?.instances[0] }
}

const topology = async () => {
  const all: Topology = await staff.must('GET', '/api/status/topology')
  return {
    product: all.nodes.find((each) => each.name === 'product')!,
    edge: all.edges.find((each) => each.from === 'order' && each.to === 'product')!,
  }
}

const windowAnswers = async (): Promise<void> => {
  const visitor = apiClient(shop.origin)
  assert.equal((await visitor.send('GET', '/api/catalog/products')).status, 200)
  assert.equal((await visitor.send('GET', `/api/catalog/products/${productId}`)).status, 200)
}

/** A breaker that opened again and again looks every half a minute: that time is made to pass. */
const ordersAreTaken = (): Promise<void> =>
  eventually(async () => {
    if ((await order()).status === 201) return true
    await shop.advance(10_000)
    return false
  }, 'orders are taken again')

describe('a service that is away', () => {
  test('dead, it stops orders with a sentence for customers, and nothing else; it comes back by itself', async () => {
    try {
      goods().kill('SIGKILL')
      await goods().ended
      await windowAnswers()
      for (let n = 0; n < 8; n++) {
        // Whoever had waited for it until the deadline would be told 504.
        const { status, headers, body } = await order()
        assert.equal(status, 503)
        assert.equal(body.code, 'UNAVAILABLE')
        assert.match(body.message.en, /^The product service is not available\. Please try again later\.$/)
        assert.match(body.message.ko, /잠시 후 다시/)
        assert.ok(Number(headers.get('retry-after')) > 0)
      }
      await eventually(async () => (await breaker()) !== '0', 'the breaker is open')
      await windowAnswers()
      const from = await changes()
      assert.ok(from['open']! >= 1, JSON.stringify(from))
      await eventually(async () => {
        const { product } = await seen('rest')
        return product !== undefined && product.breaker !== 'closed' && product.opened >= 1
      }, 'staff see that the breaker is open')
      await eventually(async () => {
        const { why, state } = await seen('goods')
        return why === 'refused' && state === 'silent'
      }, 'staff see that nobody is there')
      await eventually(async () => {
        const { product, edge } = await topology()
        // What failed a minute ago is no longer in the picture: somebody goes on trying.
        await order()
        return product.state === 'down' && edge.errors >= 5
      }, 'the picture shows it')

      // Trials while it is away: half-open, and open again. Nobody closes it before there is an answer.
      await eventually(async () => {
        assert.equal((await order()).status, 503)
        const { 'half-open': tried, open, closed } = await changes()
        return tried! >= 1 && open! > from['open']! && closed === 0
      }, 'the breaker lets a call through to see, and opens again')
    } finally {
      await shop.start('goods')
    }
    await ordersAreTaken()
    assert.equal(await breaker(), '0')
    assert.ok((await changes())['closed']! >= 1)
    await eventually(async () => {
      const { product } = await seen('rest')
      return product?.breaker === 'closed' && product.closed >= 1 && (await topology()).product.state === 'up'
    }, 'staff see that it is back')
  })

  test('hanging, it costs callers no more than their deadline, and then nothing', async () => {
    goods().kill('SIGSTOP')
    try {
      const first: Answer[] = []
      for (let n = 0; n < 6; n++) void order().then((each) => first.push(each))
      await eventually(() => first.length === 6, 'all are answered while it hangs')
      for (const { status } of first) assert.ok(status === 503 || status === 504, String(status))
      await windowAnswers()
      await eventually(async () => (await seen('goods')).why === 'late', 'staff see that it hangs')
      // Whoever asks it waits for the deadline and is told 504, and is counted where the breaker let the call through.
      await eventually(async () => {
        const { 'half-open': tried } = await changes()
        const next = await Promise.all(Array.from({ length: 6 }, order))
        const refused = next.every(({ status, body }) => status === 503 && body.data.service === 'product')
        return refused && (await changes())['half-open'] === tried
      }, 'orders are refused without asking it')
      assert.notEqual(await breaker(), '0')
    } finally {
      goods().kill('SIGCONT')
    }
    await ordersAreTaken()
  })
})
