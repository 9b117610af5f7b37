import { randomUUID } from 'node:crypto'
import fastify from 'fastify'
import { after } from 'node:test'
import type { OpenCaches } from '#engines/cache/caches.ts'
import type { Client } from '#kernel/contract.ts'
import { developmentKeys } from '#simulators/toss/simulator.ts'
import { simulatorStore, startSimulator } from '#simulators/toss/simulator.fixture.ts'
import { order, type Order } from '#services/order/contract.ts'
import { orderService } from '#services/order/service.ts'
import { payment } from '#services/payment/contract.ts'
import { paymentService } from '#services/payment/service.ts'
import { product } from '#services/product/contract.ts'
import { productService } from '#services/product/service.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import type { ServiceDefinition } from '#kernel/service.ts'
import { memberActor, staffActor, startTestHost, type TestHost } from './host.ts'
import { testSettings } from './settings.ts'

export const address = {
  recipient: '홍길동',
  phone: '010-1234-5678',
  postcode: '04524',
  address1: '서울특별시 중구 세종대로 110',
}

/** A member who buys. */
export interface Buyer {
  readonly memberId: string
  readonly orders: Client<typeof order>
  readonly payments: Client<typeof payment>
  /** Places an order of one SKU under a new key, or the one given. */
  place(skuId: string, quantity?: number, key?: string): Promise<Order>
  /** Finishes the payment window for an order; answers the payment key. */
  approve(order: Order, amount?: number): Promise<string>
  /** Approves and captures. */
  pay(order: Order): Promise<string>
}

/** Product, order and payment on a real database, and Toss's simulator on its own, with webhooks in between. */
export interface PurchaseHost extends TestHost {
  readonly simulator: Awaited<ReturnType<typeof startSimulator>>
  /** Puts a SKU on sale; answers its id. */
  sku(onHand: number, price?: number, name?: string): Promise<string>
  buyer(memberId?: string): Buyer
  /** On hand and reserved. */
  stock(skuId: string): Promise<[onHand: number, reserved: number]>
  /** Sets faults of Toss; see `simulators/toss/faults/faults.ts`. */
  faults(given: object): Promise<void>
  /** What Toss has captured and not given back, for an order. */
  takenByToss(orderId: string): Promise<number[]>
}

export const startPurchases = async (
  given: {
    readonly webhooks?: boolean
    readonly caches?: OpenCaches
    /** The order service, where it is another than the shop's. */
    readonly orders?: ServiceDefinition<any>
    /** Others beside the three that sell. */
    readonly also?: readonly ServiceDefinition<any>[]
  } = {},
): Promise<PurchaseHost> => {
  const { db } = await simulatorStore(systemRuntime())
  let webhookUrl: string | undefined
  const simulator = await startSimulator({ db, runtime: systemRuntime(), webhookUrl: () => webhookUrl })
  const host = await startTestHost(
    [productService, given.orders ?? orderService, paymentService, ...(given.also ?? [])],
    {
      settings: {
        JANGTEO_SECRET: testSettings.JANGTEO_SECRET,
        TOSS_BASE_URL: `${simulator.origin}/simulators/toss/api`,
        TOSS_SECRET_KEY: developmentKeys[0]!.secretKey,
        ORDER_PAY_MINUTES: 10,
      },
      ...(given.caches && { caches: given.caches }),
    },
  )
  if (given.webhooks ?? true) {
    const receiver = fastify()
    const hook = host.as(payment, { kind: 'anonymous' })
    receiver.post('/', async ({ body }) => hook.tossWebhook(body as never))
    webhookUrl = await receiver.listen({ host: '127.0.0.1', port: 0 })
    after(() => receiver.close())
  }

  const staff = host.as(product, staffActor(randomUUID(), 'catalog'))
  const control = async (method: 'PUT' | 'DELETE' | 'POST' | 'GET', path: string, body?: unknown) => {
    const answer = await simulator.call(method, path, body)
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`)
    return answer.body
  }

  const buyer = (memberId: string = randomUUID()): Buyer => {
    const orders = host.as(order, memberActor(memberId))
    const payments = host.as(payment, memberActor(memberId))
    const approve = async ({ id, amount: due }: Order, amount: number = due): Promise<string> =>
      (await control('POST', '/approve', { orderId: id, amount })).paymentKey
    return {
      memberId,
      orders,
      payments,
      place: (skuId, quantity = 1, key = randomUUID()) =>
        orders.place({ items: [{ skuId, quantity }], shippingAddress: address, idempotencyKey: key }),
      approve,
      pay: async (placed) => {
        const paymentKey = await approve(placed)
        await orders.confirmPayment({ paymentKey, orderId: placed.id, amount: placed.amount })
        return paymentKey
      },
    }
  }

  return {
    ...host,
    simulator,
    buyer,
    sku: async (onHand, price = 1_000, name = '무선 이어폰') =>
      (await staff.create({ name, skus: [{ price, onHand }] })).skus[0]!.id,
    stock: async (skuId) => {
      const [row] = await host.db('product').query<{ on_hand: number; reserved: number }>({
        text: 'SELECT on_hand, reserved FROM sku WHERE id = $1',
        values: [skuId],
      })
      return [row!.on_hand, row!.reserved]
    },
    faults: async (faults) => void (await control('PUT', '/faults', faults)),
    takenByToss: async (orderId) => {
      const { items } = await control('GET', `/record?orderId=${orderId}`)
      return items
        .filter((each: { capturedAmount: number }) => each.capturedAmount > 0)
        .map((each: { capturedAmount: number; canceledAmount: number }) => each.capturedAmount - each.canceledAmount)
    },
  }
}
