import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type Client, instant } from '#kernel/contract.ts'
import { secretsFrom } from '#kernel/secrets/secrets.ts'
import type { Database } from '#kernel/store.ts'
import { cart } from '#services/cart/contract.ts'
import { catalog } from '#services/catalog/contract.ts'
import { email } from '#services/email/contract.ts'
import { member } from '#services/member/contract.ts'
import { order, type Order } from '#services/order/contract.ts'
import { paymentTransitions } from '#services/order/paying/payment-transitions.ts'
import type { Views } from '#services/order/views.ts'
import { endings } from '#services/payment/capture/attempt-outcomes.ts'
import { payment } from '#services/payment/contract.ts'
import { paymentId } from '#services/payment/payment.ts'
import { findPaymentsById, startPayments } from '#services/payment/store.ts'
import { product } from '#services/product/contract.ts'
import { memberActor, staffActor, type TestHost } from '../support/host.ts'
import { address } from '../support/purchases.ts'
import { testSettings } from '../support/settings.ts'
import type { Poison, Poisoner } from './poison.ts'

/** Inputs that meet in one batch. */
export const TOGETHER = 8

/** How a batch is filled. */
export interface Filled {
  /** Calls it for the nth of those that meet. */
  readonly call: (n: number) => Promise<unknown>
  /** What must be poisoned so that the nth fails. */
  readonly poison: (n: number) => string
  /** The statement of the batch that carries it; any unless told. */
  readonly statement?: RegExp
  /** Fails unless it is the right answer for the nth. */
  readonly isRight: (answer: any, n: number) => void
}

/** Makes `count` of something, one after another's index. */
const many = <T>(make: (n: number) => Promise<T> | T): Promise<T[]> =>
  Promise.all(Array.from({ length: TOGETHER }, (_, n) => make(n)))

/** Puts a product of one SKU on sale. */
const skuOf = async (host: TestHost): Promise<{ productId: string; skuId: string }> => {
  const staff = host.as(product, staffActor(randomUUID(), 'catalog'))
  const made = await staff.create({ name: '무선 이어폰', skus: [{ price: 1_000, onHand: 100 }] })
  return { productId: made.id, skuId: made.skus[0]!.id }
}

interface Buyer {
  readonly memberId: string
  readonly orders: Client<typeof order>
  readonly payments: Client<typeof payment>
  readonly carts: Client<typeof cart>
}

const buyersAt = (host: TestHost): Promise<Buyer[]> =>
  many(() => {
    const memberId = randomUUID()
    const actor = memberActor(memberId)
    return {
      memberId,
      orders: host.as(order, actor),
      payments: host.as(payment, actor),
      carts: host.as(cart, actor),
    }
  })

const placing = (skuId: string, idempotencyKey: string, recipient = address.recipient) => ({
  items: [{ skuId, quantity: 1 }],
  shippingAddress: { ...address, recipient },
  idempotencyKey,
})

/** An order of each of those that meet, and a key to pay it by. */
export const placedBy = async (host: TestHost): Promise<{ buyer: Buyer; order: Order; paymentKey: string }[]> => {
  const { skuId } = await skuOf(host)
  const all = await buyersAt(host)
  return Promise.all(
    all.map(async (buyer) => ({
      buyer,
      order: await buyer.orders.place(placing(skuId, randomUUID())),
      paymentKey: `key-${randomUUID()}`,
    })),
  )
}

/** Holds of one SKU until an instant; answers their ids. */
export const heldBy = async (host: TestHost, expiresAt: number): Promise<string[]> => {
  const { skuId } = await skuOf(host)
  return many(async () => {
    const reservationId = randomUUID()
    await host.inside(product).reserve({ reservationId, lines: [{ skuId, quantity: 1 }], expiresAt })
    return reservationId
  })
}

/** For each batched operation and each micro-batcher inside a service: how to fill a batch of it. */
export const recipesOf = (host: TestHost, poisoner: Poisoner): Readonly<Record<string, () => Promise<Filled>>> => {
  const sku = () => skuOf(host)
  const buyers = () => buyersAt(host)
  const placed = () => placedBy(host)
  const held = () => heldBy(host, host.runtime.now() + 60_000)
  const inside = {
    members: host.inside(member),
    mails: host.inside(email),
    products: host.inside(product),
  }
  /** Orders that stock was sold to. */
  const sold = async (): Promise<{ orderId: string; skuId: string }[]> => {
    const { skuId } = await sku()
    const reservations = await many(async () => {
      const reservationId = randomUUID()
      const expiresAt = host.runtime.now() + 60_000
      await inside.products.reserve({ reservationId, lines: [{ skuId, quantity: 1 }], expiresAt })
      return reservationId
    })
    await host.db('product').query({
      text: `WITH sold AS (
          UPDATE reservation SET state = 'ALLOCATED', order_id = id WHERE id = ANY ($1::uuid[]) RETURNING sku_ids[1] AS sku_id, id)
        , moved AS (
          INSERT INTO stock_movement (id, sku_id, kind, delta, reason, reference, at)
          SELECT gen_random_uuid(), sku_id, 'SOLD', -1, 'An order was paid', id::text, now() FROM sold)
        UPDATE sku SET on_hand = on_hand - $2, reserved = reserved - $2 WHERE id = $3`,
      values: [reservations, reservations.length, skuId],
    })
    return reservations.map((orderId) => ({ orderId, skuId }))
  }
  const ids = (): Promise<string[]> => many(() => randomUUID())

  const people = async (): Promise<string[]> => {
    const found = await ids()
    for (const [n, id] of found.entries())
      await inside.members.create({ id, email: `${id}@example.com`, name: `홍길동${n}` })
    return found
  }

  const begun = async () => {
    const all = await placed()
    for (const {
      order: { id, amount },
      paymentKey,
      buyer,
    } of all)
      await steps.begin({ orderId: id, paymentKey, amount, memberId: buyer.memberId })
    return all
  }
  const confirm = ({ buyer, order: { id, amount }, paymentKey }: Awaited<ReturnType<typeof placed>>[number]) =>
    buyer.orders.confirmPayment({ orderId: id, paymentKey, amount })
  const steps = paymentTransitions({
    db: poisoner.database(host.db('order') as Database),
    runtime: host.runtime,
    views: { changed: () => {} } as unknown as Views,
    remindBefore: () => 0,
  })
  return {
    'member.me': async () => {
      const all = await people()
      return {
        call: (n) => host.as(member, memberActor(all[n]!)).me({}),
        poison: (n) => all[n]!,
        isRight: (me, n) => assert.equal(me.id, all[n]),
      }
    },
    'member.find': async () => {
      const all = await people()
      return {
        call: (n) => inside.members.find({ id: all[n]! }),
        poison: (n) => all[n]!,
        isRight: (found, n) => assert.equal(found.id, all[n]),
      }
    },
    'email.send': async () => {
      const all = await ids()
      return {
        call: (n) =>
          inside.mails.send({ id: all[n]!, to: `${all[n]}@example.com`, subject: '안내', text: '안녕하세요.' }),
        poison: (n) => all[n]!,
        isRight: (sent, n) => assert.equal(sent.id, all[n]),
      }
    },
    'product.describe': async () => {
      const all = await many(sku)
      return {
        call: (n) => inside.products.describe({ skuIds: [all[n]!.skuId] }),
        poison: (n) => all[n]!.skuId,
        isRight: ({ items }, n) =>
          assert.deepEqual(
            items.map((each: { skuId: string }) => each.skuId),
            [all[n]!.skuId],
          ),
      }
    },
    'product.reserve': async () => {
      const { skuId } = await sku()
      const all = await ids()
      return {
        call: (n) =>
          inside.products.reserve({
            reservationId: all[n]!,
            lines: [{ skuId, quantity: n + 1 }],
            expiresAt: host.runtime.now() + 60_000,
          }),
        poison: (n) => all[n]!,
        statement: /INSERT INTO reservation/,
        isRight: ({ lines }, n) => assert.equal(lines[0].quantity, n + 1),
      }
    },
    'product.secure': async () => {
      const all = await held()
      return {
        call: (n) => inside.products.secure({ reservationId: all[n]! }),
        poison: (n) => all[n]!,
        isRight: (answer, n) => assert.equal(answer.reservationId, all[n]),
      }
    },
    'product.release': async () => {
      const all = await held()
      return {
        call: (n) => inside.products.release({ reservationId: all[n]! }),
        poison: (n) => all[n]!,
        statement: /INSERT INTO reservation/,
        isRight: (answer, n) => assert.equal(answer.reservationId, all[n]),
      }
    },
    'product.restock': async () => {
      const all = await sold()
      const restockIds = await ids()
      return {
        call: (n) =>
          inside.products.restock({
            restockId: restockIds[n]!,
            orderId: all[n]!.orderId,
            lines: [{ skuId: all[n]!.skuId, quantity: 1 }],
            to: 'STOCK',
          }),
        poison: (n) => restockIds[n]!,
        statement: /INSERT INTO restock/,
        isRight: (answer, n) => assert.equal(answer.restockId, restockIds[n]),
      }
    },
    'catalog.detail': async () => {
      const all = await many(sku)
      await host.settled()
      const anyone = host.as(catalog, { kind: 'anonymous' })
      return {
        call: (n) => anyone.get({ id: all[n]!.productId }),
        poison: (n) => all[n]!.productId,
        isRight: (shown, n) => assert.equal(shown.id, all[n]!.productId),
      }
    },
    'cart.get': async () => {
      const { skuId } = await sku()
      const all = await buyers()
      for (const [n, each] of all.entries()) await each.carts.putItem({ skuId, quantity: n + 1 })
      return {
        call: (n) => all[n]!.carts.get({}),
        poison: (n) => all[n]!.memberId,
        isRight: ({ items }, n) => assert.equal(items[0].quantity, n + 1),
      }
    },
    'cart.putItem': async () => {
      const { skuId } = await sku()
      const all = await buyers()
      return {
        call: (n) => all[n]!.carts.putItem({ skuId, quantity: n + 1 }),
        poison: (n) => all[n]!.memberId,
        statement: /INSERT INTO cart_item/,
        isRight: ({ items }, n) => assert.equal(items[0].quantity, n + 1),
      }
    },
    'order.answered': async () => {
      const { skuId } = await sku()
      const all = await buyers()
      const keys = await ids()
      const first = await Promise.all(all.map((each, n) => each.orders.place(placing(skuId, keys[n]!))))
      return {
        call: (n) => all[n]!.orders.place(placing(skuId, keys[n]!)),
        poison: (n) => keys[n]!,
        isRight: (again, n) => assert.equal(again.id, first[n]!.id),
      }
    },
    'order.store': async () => {
      const { skuId } = await sku()
      const all = await buyers()
      return {
        call: (n) => all[n]!.orders.place(placing(skuId, randomUUID(), `받는이 ${n}`)),
        poison: (n) => `받는이 ${n}`,
        statement: /INSERT INTO orders/,
        isRight: (stored, n) => assert.equal(stored.shippingAddress.recipient, `받는이 ${n}`),
      }
    },
    'order.find': async () => {
      const all = await placed()
      return {
        call: (n) => all[n]!.buyer.orders.get({ id: all[n]!.order.id }),
        poison: (n) => all[n]!.order.id,
        isRight: (found, n) => assert.equal(found.id, all[n]!.order.id),
      }
    },
    'order.begin-payment': async () => {
      const all = await placed()
      return {
        call: (n) => confirm(all[n]!),
        poison: (n) => all[n]!.order.id,
        statement: /SET status = 'PAYING'|FOR (NO KEY )?UPDATE/,
        isRight: (answer, n) => assert.deepEqual([answer.orderId, answer.status], [all[n]!.order.id, 'PAID']),
      }
    },
    // Answers of the provider come one after another: to meet in one batch, outcomes are stored by what stores them.
    'order.complete-payment': async () => {
      const all = await begun()
      return {
        call: (n) =>
          steps.complete({ orderId: all[n]!.order.id, paymentKey: all[n]!.paymentKey, paymentId: randomUUID() }),
        poison: (n) => all[n]!.order.id,
        isRight: (status) => assert.equal(status, 'PAID'),
      }
    },
    'order.await-deposit': async () => {
      const all = await begun()
      const dueAt = instant(host.runtime.now() + 86_400_000)
      return {
        call: (n) => {
          const { order, paymentKey } = all[n]!
          return steps.awaitDeposit({ orderId: order.id, paymentKey, bank: '88', dueAt })
        },
        poison: (n) => all[n]!.order.id,
        statement: /FOR (NO KEY )?UPDATE/,
        isRight: (status) => assert.equal(status, 'AWAITING_DEPOSIT'),
      }
    },
    'order.fail-payment': async () => {
      const all = await begun()
      return {
        call: (n) => steps.fail({ orderId: all[n]!.order.id, paymentKey: all[n]!.paymentKey }),
        poison: (n) => all[n]!.order.id,
        statement: /FOR (NO KEY )?UPDATE/,
        isRight: (status) => assert.equal(status, 'PENDING_PAYMENT'),
      }
    },
    'payment.start': async () => {
      const all = await placed()
      return {
        call: (n) => confirm(all[n]!),
        poison: (n) => all[n]!.order.id,
        statement: /INSERT INTO payment/,
        isRight: (answer, n) => assert.deepEqual([answer.orderId, answer.status], [all[n]!.order.id, 'PAID']),
      }
    },
    'payment.find': async () => {
      const all = await placed()
      for (const each of all) await confirm(each)
      const toss = host.as(payment, { kind: 'anonymous' })
      return {
        call: (n) =>
          toss.tossWebhook({
            eventType: 'PAYMENT_STATUS_CHANGED',
            data: { paymentKey: all[n]!.paymentKey, orderId: all[n]!.order.id, status: 'DONE' },
          } as never),
        poison: (n) => paymentId(all[n]!.paymentKey, all[n]!.order.id),
        isRight: (answer) => assert.deepEqual(answer, { received: true }),
      }
    },
    // Answers of the provider come one after another: to meet in one batch, captures are stored by what stores them.
    'payment.store-capture': async () => {
      const db = host.db('payment') as Database
      const end = endings({
        db: poisoner.database(db),
        runtime: host.runtime,
        secrets: secretsFrom(testSettings.JANGTEO_SECRET, host.runtime),
        depositHours: () => 24,
      })
      const now = host.runtime.now()
      const starts = await many(() => {
        const [orderId, paymentKey, memberId] = [randomUUID(), `key-${randomUUID()}`, randomUUID()]
        return { id: paymentId(paymentKey, orderId), orderId, paymentKey, memberId, amount: 1_000 }
      })
      const attempts = await startPayments(db, starts, now, now + 600_000)
      return {
        call: async (n) => {
          const { id, memberId } = starts[n]!
          await end.capture(attempts.get(id)!, memberId, { method: '카드' } as never)
          return (await findPaymentsById(db, [id])).get(id)!.state
        },
        poison: (n) => starts[n]!.id,
        statement: /SET state = 'CAPTURED'/,
        isRight: (state) => assert.equal(state, 'CAPTURED'),
      }
    },
  }
}

/** The poison for the nth of those that meet. */
export const poisonOf = ({ poison, statement = /./ }: Filled, n: number): Poison => ({ value: poison(n), statement })
