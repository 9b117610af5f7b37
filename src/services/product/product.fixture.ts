import { randomUUID } from 'node:crypto'
import type { InputOf, OutputOf } from '#kernel/contract.ts'
import type { Queryable } from '#kernel/store.ts'
import {
  orderCanceled,
  orderExpired,
  orderItemsChanged,
  orderLinesCanceled,
  orderPaid,
} from '#services/order/contract.ts'
import { staffActor, startTestHost } from '#test/support/host.ts'
import { teller } from '#test/support/shopping/teller.ts'
import { product } from './contract.ts'
import { productService } from './service.ts'

type Created = OutputOf<typeof product.operations.create>

/** What an order's events say, for a reservation; stock needs no more of it. */
export const orderFacts = (reservationId: string) => ({
  orderId: reservationId,
  number: 'T-1',
  memberId: reservationId,
  reservationId,
  amount: 1_000,
  orderName: 'test',
  at: new Date(0).toISOString(),
  lines: [],
})

/** The product service on a database of its own, with someone to tell it what became of orders. */
export const startProductHost = async () => {
  const orders = teller('order', [orderPaid, orderLinesCanceled, orderCanceled, orderExpired, orderItemsChanged])
  const host = await startTestHost([productService, orders.service])
  const staff = host.as(product, staffActor(randomUUID(), 'catalog'))
  const inside = host.inside(product)
  const db = host.db('product')
  /** Tells what became of orders, and waits until it has had its effect. */
  const tell = async (...events: readonly { name: string; payload: unknown }[]): Promise<void> => {
    await host.inside(orders.contract).tell({ events: [...events] })
    await host.settled()
  }
  const paid = (reservationId: string) => ({ name: 'order.paid', payload: orderFacts(reservationId) })
  const linesCanceled = (
    reservationId: string,
    cancellationId: string,
    ...lines: readonly [skuId: string, quantity: number][]
  ) => ({
    name: 'order.lines_canceled',
    payload: {
      ...orderFacts(reservationId),
      cancellationId,
      lines: lines.map(([skuId, quantity], i) => ({
        number: i + 1,
        skuId,
        productId: skuId,
        quantity,
        unitPrice: 1_000,
        amount: 1_000 * quantity,
      })),
      reason: 'test',
    },
  })
  const canceled = (reservationId: string, wasPaid: boolean) => ({
    name: 'order.canceled',
    payload: { ...orderFacts(reservationId), wasPaid, reason: 'test' },
  })
  const expired = (reservationId: string) => ({ name: 'order.expired', payload: orderFacts(reservationId) })
  const changed = (formerReservationId: string) => ({
    name: 'order.items_changed',
    payload: { ...orderFacts(formerReservationId), reservationId: host.runtime.id(), formerReservationId },
  })
  const stateOf = async (id: string): Promise<string | undefined> =>
    (await db.query<{ state: string }>({ text: 'SELECT state FROM reservation WHERE id = $1', values: [id] }))[0]?.state

  /** Puts a product with one SKU on sale; answers the SKU's id. */
  const sku = async (onHand: number, more: Partial<InputOf<typeof product.operations.create>> = {}): Promise<string> =>
    (await create({ skus: [{ price: 1_000, onHand }], ...more })).skus[0]!.id
  const create = (more: Partial<InputOf<typeof product.operations.create>> = {}): Promise<Created> =>
    staff.create({ name: '무선 이어폰', skus: [{ price: 1_000, onHand: 10 }], ...more })

  const reserve = (
    lines: readonly [skuId: string, quantity: number][],
    reservationId: string = host.runtime.id(),
    ms = 600_000,
    replaces?: string,
  ) =>
    inside
      .reserve({
        reservationId,
        lines: lines.map(([skuId, quantity]) => ({ skuId, quantity })),
        expiresAt: host.runtime.now() + ms,
        ...(replaces && { replaces }),
      })
      .then((answer) => ({ reservationId, ...answer }))

  return {
    ...host,
    staff,
    inside,
    tell,
    paid,
    linesCanceled,
    canceled,
    expired,
    changed,
    stateOf,
    db,
    sku,
    create,
    reserve,
    stockOf: (id: string) => stockOf(db, id),
  }
}

/** What is on hand and reserved of a SKU. */
export const stockOf = async (db: Queryable, skuId: string): Promise<[onHand: number, reserved: number]> => {
  const [row] = await db.query<{ on_hand: number; reserved: number }>({
    text: 'SELECT on_hand, reserved FROM sku WHERE id = $1',
    values: [skuId],
  })
  return [row!.on_hand, row!.reserved]
}

/** SKUs whose stock is not what ledger and live reservations say. Must always be empty. */
export const wrongStock = (db: Queryable): Promise<unknown[]> =>
  db.query({
    text: `
      SELECT sku.id, on_hand, reserved, moved, held FROM sku
      LEFT JOIN (SELECT sku_id, sum(delta) AS moved FROM stock_movement GROUP BY sku_id) AS m ON m.sku_id = sku.id
      LEFT JOIN (
        SELECT line.sku_id, sum(quantity - coalesce(units, 0)) AS held
        FROM reservation, unnest(sku_ids, quantities, borrowed) AS line (sku_id, quantity, units)
        WHERE state IN ('HELD', 'SECURED') GROUP BY line.sku_id) AS r ON r.sku_id = sku.id
      WHERE on_hand <> coalesce(moved, 0) OR reserved <> coalesce(held, 0) OR reserved < 0 OR on_hand < reserved`,
    values: [],
  })

/** Events the product service has told, oldest first. */
export const toldBy = async (db: Queryable): Promise<{ name: string; payload: any }[]> =>
  db.query({ text: 'SELECT name, payload FROM outbox ORDER BY xid, id', values: [] })
