import { randomUUID } from 'node:crypto'
import type { InputOf, OutputOf } from '#kernel/contract.ts'
import type { Queryable } from '#kernel/store.ts'
import { orderCanceled, orderExpired, orderItemsChanged, orderPaid } from '#services/order/contract.ts'
import { staffActor, startTestHost } from '#test/support/host.ts'
import { teller } from '#test/support/teller.ts'
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
  const orders = teller('order', [orderPaid, orderCanceled, orderExpired, orderItemsChanged])
  const host = await startTestHost([productService, orders.service])
  const staff = host.as(product, staffActor(randomUUID(), 'catalog'))
  const inside = host.inside(product)
  const tell = host.inside(orders.contract)
  const db = host.db('product')

  /** Puts a product with one SKU on sale; answers the SKU's id. */
  const sku = async (onHand: number, more: Partial<InputOf<typeof product.operations.create>> = {}): Promise<string> =>
    (await create({ skus: [{ price: 1_000, onHand }], ...more })).skus[0]!.id
  const create = (more: Partial<InputOf<typeof product.operations.create>>): Promise<Created> =>
    staff.create({ name: '무선 이어폰', skus: [{ price: 1_000, onHand: 10 }], ...more })

  const reserve = (
    lines: readonly [skuId: string, quantity: number][],
    reservationId: string = host.runtime.id(),
    ms = 600_000,
  ) =>
    inside
      .reserve({
        reservationId,
        lines: lines.map(([skuId, quantity]) => ({ skuId, quantity })),
        expiresAt: host.runtime.now() + ms,
      })
      .then((answer) => ({ reservationId, ...answer }))

  return { ...host, staff, inside, tell, db, sku, create, reserve, stockOf: (id: string) => stockOf(db, id) }
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
      LEFT JOIN LATERAL (SELECT coalesce(sum(delta), 0) AS moved FROM stock_movement WHERE sku_id = sku.id) AS m ON true
      LEFT JOIN LATERAL (
        SELECT coalesce(sum(quantity), 0) AS held
        FROM reservation, unnest(sku_ids, quantities) AS line (sku_id, quantity)
        WHERE state IN ('HELD', 'SECURED') AND line.sku_id = sku.id) AS r ON true
      WHERE on_hand <> moved OR reserved <> held OR reserved < 0 OR on_hand < reserved`,
    values: [],
  })
