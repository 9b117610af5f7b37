import { z } from 'zod'
import type { Caches } from '#kernel/cache.ts'
import type { OutputOf } from '#kernel/contract.ts'
import { NOT_FOUND } from '#kernel/faults.ts'
import type { Tx } from '#kernel/store.ts'
import { order, type Order } from './contract.ts'
import { type OrderRecord, toView } from './order.ts'

type Page = OutputOf<(typeof order.operations)['list']>

/** Orders on the first page: what the buyer's list shows when nobody asks for more or less. */
export const FIRST_PAGE = 20
/** Milliseconds a view is shared at most: how long it may be wrong when Redis failed while it was let go of. */
const BOUND = 10_000

/** What names the views an order is seen in. */
export type Viewed = Pick<OrderRecord, 'id' | 'memberId'>

/** What buyers see of their orders, kept where processes share it, and never older than the last change of theirs. */
export interface Views {
  detail(memberId: string, id: string): Promise<Order>
  firstPage(memberId: string): Promise<Page>
  /**
   * Lets go of what shows these orders, once the transaction is committed and before anybody is told of it. Every
   * transaction that changes an order, or answers as if it had, calls it.
   */
  changed(tx: Tx, orders: Iterable<Viewed>): void
  /** As `changed`, of orders that did not exist before: only lists show them by now. */
  placed(tx: Tx, orders: Iterable<Viewed>): void
  forget(orders: readonly Viewed[]): Promise<void>
}

export const orderViews = (
  cache: Caches,
  load: {
    readonly order: (id: string) => Promise<OrderRecord | undefined>
    readonly page: (memberId: string, limit: number) => Promise<Page>
  },
): Views => {
  const details = cache.validated({
    name: 'details',
    shape: 2,
    schema: z.object({ memberId: z.uuid(), order: order.operations.get.output }),
    load: async (id) => {
      const found = await load.order(id)
      if (!found) throw NOT_FOUND(undefined, { field: 'id' })
      return { memberId: found.memberId, order: toView(found) }
    },
    max: 5_000,
    bound: BOUND,
  })
  const pages = cache.validated({
    name: 'first-pages',
    shape: 2,
    schema: order.operations.list.output,
    load: (memberId) => load.page(memberId, FIRST_PAGE),
    max: 1_000,
    bound: BOUND,
  })
  const forget = async (orders: readonly Viewed[]): Promise<void> => {
    if (orders.length === 0) return
    await Promise.all([
      details.invalidate([...new Set(orders.map((each) => each.id))]),
      pages.invalidate([...new Set(orders.map((each) => each.memberId))]),
    ])
  }
  return {
    detail: async (memberId, id) => {
      const seen = await details.get(id)
      if (seen.memberId !== memberId) throw NOT_FOUND(undefined, { field: 'id' })
      return seen.order
    },
    firstPage: (memberId) => pages.get(memberId),
    changed: (tx, orders) => {
      const all = [...orders]
      tx.committed(() => forget(all))
    },
    placed: (tx, orders) => {
      const members = new Set([...orders].map((each) => each.memberId))
      tx.committed(() => pages.invalidate([...members]))
    },
    forget,
  }
}
