import { randomUUID } from 'node:crypto'
import type { Connection } from '../http-client.ts'
import { closedLoop, summarize } from '../load.ts'
import { expect, type Ground, type Scenario } from './scenario.ts'

const shippingAddress = {
  recipient: '홍길동',
  phone: '01012345678',
  postcode: '04524',
  address1: '서울특별시 중구 세종대로 110',
}

const place = (connection: Connection, authorization: string, skuIds: readonly string[]) =>
  connection.request(
    'POST',
    '/api/orders',
    `${authorization}idempotency-key: ${randomUUID()}\r\n`,
    JSON.stringify({ items: skuIds.map((skuId) => ({ skuId, quantity: 1 })), shippingAddress }),
  )

/** Two different SKUs for a turn. */
const twoSkus = ({ skuIds }: Ground, who: number, turn: number): readonly [string, string] => {
  const first = (who * 7919 + turn * 104_729) % skuIds.length
  return [skuIds[first]!, skuIds[(first + 1 + (turn % (skuIds.length - 1))) % skuIds.length]!]
}

export const addToCart: Scenario = {
  name: 'add to cart',
  limit: 'http',
  sample: async () => JSON.stringify({ items: [], amount: 0 }),
  run: (ground) =>
    closedLoop(ground.connections, ground.seconds, async (connection, who, turn) => {
      const sku = ground.skuIds[turn % 20]!
      const quantity = (turn % 9) + 1
      const path = `/api/cart/items/${sku}`
      const cart = expect(
        await connection.request('PUT', path, ground.members[who]!.authorization, JSON.stringify({ quantity })),
        200,
      )
      if (!cart.items.some((each: any) => each.skuId === sku && each.quantity === quantity))
        throw new Error('Not in the cart')
    }),
}

export const placeOrder: Scenario = {
  name: 'place order',
  limit: 'order',
  sample: async () => '',
  run: (ground) =>
    closedLoop(ground.connections, ground.seconds, async (connection, who, turn) => {
      const order = expect(await place(connection, ground.members[who]!.authorization, twoSkus(ground, who, turn)), 201)
      if (order.status !== 'PENDING_PAYMENT' || order.lines.length !== 2) throw new Error('Not placed')
    }),
}

export const completePurchase: Scenario = {
  name: 'complete purchase',
  limit: 'order',
  sample: async () => '',
  run: (ground) =>
    closedLoop(ground.connections, ground.seconds, async (connection, who, turn) => {
      const { authorization } = ground.members[who]!
      const { id: orderId, amount } = expect(await place(connection, authorization, twoSkus(ground, who, turn)), 201)
      const approved = await connection.request(
        'POST',
        '/simulators/toss/approve',
        '',
        JSON.stringify({ orderId, amount }),
      )
      const { paymentKey } = expect(approved, 200)
      const confirm = JSON.stringify({ paymentKey, orderId, amount })
      const confirmed = expect(await connection.request('POST', '/api/payments/confirm', authorization, confirm), 200)
      if (confirmed.status !== 'PAID') throw new Error(`Confirmed as ${confirmed.status}`)
      const seen = expect(await connection.request('GET', `/api/orders/${orderId}`, authorization), 200)
      if (seen.status !== 'PAID') throw new Error(`Seen as ${seen.status}`)
    }),
}

/** Units of the hot SKU: enough for a few seconds. */
const HOT_STOCK = 8_000

export const hotSku: Scenario = {
  name: 'hot SKU',
  limit: 'order',
  sample: async () => '',
  run: async (ground) => {
    const sku = await ground.putOnSale(HOT_STOCK)
    const times: number[] = []
    const began = performance.now()
    let soldOutAt = began
    await Promise.all(
      ground.connections.map(async (connection, who) => {
        for (;;) {
          const start = performance.now()
          const response = await place(connection, ground.members[who]!.authorization, [sku])
          if (response.status === 409 && response.body.includes('OUT_OF_STOCK')) return
          expect(response, 201)
          soldOutAt = performance.now()
          times.push(soldOutAt - start)
        }
      }),
    )
    if (times.length !== HOT_STOCK) throw new Error(`Sold ${times.length} of ${HOT_STOCK}`)
    return summarize(times, (soldOutAt - began) / 1_000)
  },
}
