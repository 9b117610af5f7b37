import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openCaches } from '#engines/cache/caches.ts'
import { startRedis } from '#tools/engines/redis.ts'
import { serviceConnection } from '#engines/postgres/schema/provision.ts'
import { openRedis } from '#engines/redis/connection.ts'
import { withContext } from '#kernel/context.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { order, type OrderStatus } from '#services/order/contract.ts'
import { runSweeps } from '#services/order/order.fixture.ts'
import { orderService } from '#services/order/service.ts'
import { PAYMENT_REFUSED } from '#services/payment/contract.ts'
import { startHost } from '#src/host/process/host.ts'
import { eventually } from '#test/support/eventually.ts'
import { memberActor } from '#test/support/host.ts'
import { startPurchases } from '#test/support/purchases.ts'
import { silent } from '#test/support/silent.ts'

// The order service twice, on one database and one Redis: whatever a buyer does at one, the other shows at once.

const folder = mkdtempSync(join(tmpdir(), 'jangteo-cache-orders-'))
const runtime = systemRuntime()
const redis = await startRedis({ folder })
const open = () => {
  const store = openRedis(redis.url, { name: 'test', log: silent })
  const caches = openCaches({ runtime, log: silent, redis: store })
  return { store, caches }
}
const [here, there] = [open(), open()]
const shop = await startPurchases({ caches: here.caches })
const other = await startHost({
  services: [orderService],
  connection: (service) => serviceConnection(shop.admin, service),
  settings: { ORDER_PAY_MINUTES: 10 },
  runtime: shop.runtime,
  log: silent,
  caches: there.caches,
  elsewhere: (service) => shop.host.endpoint(service),
  background: false,
})
after(async () => {
  await other.stop()
  for (const { store, caches } of [here, there]) {
    await caches.close()
    await store.close()
  }
  await redis.stop()
  rmSync(folder, { recursive: true, force: true })
})

const buyerAt = () => {
  const buyer = shop.buyer()
  const client = other.client(order)
  const asBuyer = <T>(call: () => Promise<T>): Promise<T> =>
    withContext(
      {
        actor: memberActor(buyer.memberId),
        caller: 'edge',
        deadline: shop.runtime.now() + 60_000,
        locale: 'ko',
        requestId: 'test',
      },
      call,
    )
  const views = async (id: string): Promise<OrderStatus[]> => {
    const lists = [await buyer.orders.list({}), await asBuyer(() => client.list({}))]
    const details = [await buyer.orders.get({ id }), await asBuyer(() => client.get({ id }))]
    return [...details, ...lists.map((each) => each.items.find((item) => item.id === id)!)].map((each) => each.status)
  }
  /** All four views say so, at once and again when they are kept. */
  const shows = async (id: string, status: OrderStatus): Promise<void> => {
    for (let look = 0; look < 3; look++)
      assert.deepEqual(await views(id), Array(4).fill(status), `look ${look} after ${status}`)
  }
  /** Does something while its buyer looks all the time: what is in between is kept too. */
  const whileLooking = async <T>(id: string, work: () => Promise<T>): Promise<T> => {
    let done = false
    const looking = (async () => {
      while (!done) await views(id)
    })()
    try {
      return await asBuyer(work)
    } finally {
      done = true
      await looking
    }
  }
  return { ...buyer, client, asBuyer, shows, whileLooking }
}

const hits = (): number =>
  [here, there]
    .flatMap(({ caches }) => caches.counted())
    .filter((each) => each.cache.startsWith('order.') && each.outcome === 'hit')
    .reduce((sum, each) => sum + each.count, 0)

test('views of orders are given from what is shared', async () => {
  const buyer = buyerAt()
  const { id } = await buyer.place(await shop.sku(10))
  await buyer.shows(id, 'PENDING_PAYMENT')
  const before = hits()
  await eventually(async () => {
    await buyer.shows(id, 'PENDING_PAYMENT')
    return hits() - before > 20
  }, 'they are kept')
})

test('whatever happens to an order, its buyer sees it at the next look, at either process', async () => {
  const sku = await shop.sku(100)
  for (let n = 0; n < 5; n++) {
    const buyer = buyerAt()
    const first = await buyer.place(sku)
    await buyer.shows(first.id, 'PENDING_PAYMENT')

    const changed = await buyer.asBuyer(() =>
      buyer.client.changeItems({ id: first.id, items: [{ skuId: sku, quantity: 2 }] }),
    )
    assert.equal((await buyer.orders.get({ id: first.id })).amount, changed.amount)

    const key = await buyer.approve(changed)
    const confirm = () => buyer.orders.confirmPayment({ orderId: first.id, paymentKey: key, amount: changed.amount })
    await shop.faults({ http500: { scope: 'any' } })
    assert.equal((await confirm()).status, 'CONFIRMING')
    await buyer.shows(first.id, 'PAYING')
    await shop.simulator.calm()
    await shop.faults({ 'refuse-card': { scope: 'confirm', code: 'REJECT_CARD_PAYMENT' } })
    await assert.rejects(confirm(), PAYMENT_REFUSED.is)
    await shop.simulator.calm()
    await buyer.shows(first.id, 'PENDING_PAYMENT')
    await buyer.asBuyer(() => buyer.client.cancel({ id: first.id, reason: '변심' }))
    await buyer.shows(first.id, 'CANCELED')

    const second = await buyer.place(sku)
    await buyer.shows(second.id, 'PENDING_PAYMENT')
    const paymentKey = await buyer.approve(second)
    const { id: orderId, amount } = second
    await shop.faults({ http500: { scope: 'any' } })
    assert.equal((await buyer.orders.confirmPayment({ paymentKey, orderId, amount })).status, 'CONFIRMING')
    await buyer.shows(second.id, 'PAYING')
    await shop.simulator.calm()
    await buyer.whileLooking(second.id, () => buyer.orders.confirmPayment({ paymentKey, orderId, amount }))
    await buyer.shows(second.id, 'PAID')
    const canceled = await buyer.whileLooking(second.id, () => buyer.client.cancel({ id: second.id, reason: '변심' }))
    assert.equal(canceled.status, 'CANCELED')
    await buyer.shows(second.id, 'CANCELED')
  }
})

test('an order that ends by itself is shown so', async () => {
  const buyer = buyerAt()
  const { id } = await buyer.place(await shop.sku(10))
  await buyer.shows(id, 'PENDING_PAYMENT')
  shop.runtime.advance(11 * 60_000)
  await runSweeps(shop, 'order')
  await buyer.shows(id, 'EXPIRED')
})

test('nobody sees another’s order from what is kept', async () => {
  const [one, two] = [buyerAt(), buyerAt()]
  const { id } = await one.place(await shop.sku(10))
  await one.shows(id, 'PENDING_PAYMENT')
  await assert.rejects(two.orders.get({ id }), { code: 'NOT_FOUND' })
  await assert.rejects(
    two.asBuyer(() => two.client.get({ id })),
    { code: 'NOT_FOUND' },
  )
})
