import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { InputOf } from '#kernel/contract.ts'
import type { ServiceDefinition } from '#kernel/service.ts'
import { connect } from '#engines/postgres/connection/connection.ts'
import { order, type Order } from '#services/order/contract.ts'
import { orderService } from '#services/order/service.ts'
import { payment } from '#services/payment/contract.ts'
import { paymentService } from '#services/payment/service.ts'
import { product } from '#services/product/contract.ts'
import { productService } from '#services/product/service.ts'
import { audit, type Finding } from '#src/audit/audit.ts'
import { settled } from '../audit/settled.ts'
import { waiting } from '../support/blocked.ts'
import { memberActor, staffActor, startTestHost, type TestHost } from '../support/host.ts'
import { address } from '../support/purchases.ts'
import { testSettings } from '../support/settings.ts'
import { meeting } from './meeting.ts'
import { startObligingProvider } from './obliging-provider.ts'

/** Product, order and payment, whose guards can be taken away, and an audit to see what comes of it. */
export const startGuarded = async (given: { readonly orders?: ServiceDefinition<any> } = {}) => {
  const provider = await startObligingProvider()
  const meet = meeting(async () => (await waiting(host.db('order'))) > 0)
  const services = [productService, given.orders ?? orderService, paymentService]
  const host: TestHost = await startTestHost(services, {
    settings: {
      JANGTEO_SECRET: testSettings.JANGTEO_SECRET,
      TOSS_BASE_URL: provider.baseUrl,
      TOSS_SECRET_KEY: 'unused',
      ORDER_PAY_MINUTES: 10,
    },
    onStep: meet.onStep,
  })
  const staff = host.as(product, staffActor(randomUUID(), 'catalog'))
  const look = () => audit({ services, adminOf: () => host.admin, runtime: host.runtime, grace: 0 })

  return {
    ...host,
    provider,
    /** Makes two transactions of a step meet before their commits. */
    meetAt: meet.at,
    /** Resolves once the first of them is there. */
    begun: meet.begun,
    buyer: (memberId = randomUUID()) => ({
      orders: host.as(order, memberActor(memberId)),
      payments: host.as(payment, memberActor(memberId)),
      place: (skuId: string, quantity = 1, idempotencyKey: string = randomUUID()): Promise<Order> =>
        host.as(order, memberActor(memberId)).place({
          items: [{ skuId, quantity }],
          shippingAddress: address,
          idempotencyKey,
        } satisfies InputOf<typeof order.operations.place>),
    }),
    sku: async (onHand: number): Promise<string> =>
      (await staff.create({ name: '무선 이어폰', skus: [{ price: 1_000, onHand }] })).skus[0]!.id,
    /** Takes a guard away, in the words of the database. */
    withoutGuard: async (text: string): Promise<void> => {
      const client = await connect(host.admin, 'guards')
      await client.query(text).finally(() => client.end())
      meet.unguarded()
    },
    /** Fails unless everything holds once all is settled. */
    holds: () => settled(look),
    /** What the audit finds wrong with an invariant now. */
    found: async (invariant: string): Promise<Finding> => {
      const { findings } = await look()
      const finding = findings.find((each) => each.invariant === invariant)
      assert.ok(finding, invariant)
      return finding
    },
  }
}

export type Guarded = Awaited<ReturnType<typeof startGuarded>>
