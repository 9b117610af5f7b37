import { memberOf, type CallContext } from '#kernel/context.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database } from '#kernel/store.ts'
import type { ShippingAddress } from '#services/member/contract.ts'
import { refusalOf } from './change-items.ts'
import type { Order } from '../contract.ts'
import { toView } from '../order.ts'
import { lockOrders, saveShipping } from '../store.ts'
import type { Views } from '../views.ts'

/** Sets where an unpaid order is to be delivered to. No event: nobody acts on the address of an order not yet paid. */
export const readdressing =
  ({ db, runtime, views }: { readonly db: Database; readonly runtime: Runtime; readonly views: Views }) =>
  (input: { id: string; shippingAddress: ShippingAddress }, { actor }: CallContext): Promise<Order> =>
    db.tx('order.change-address', async (tx) => {
      const memberId = memberOf(actor)
      const order = (await lockOrders(tx, [input.id])).get(input.id)
      const refused = refusalOf(order, memberId, runtime.now())
      if (refused) throw refused
      const next = { ...order!, shipping: input.shippingAddress }
      await tx.query(saveShipping(next))
      views.changed(tx, [next])
      return toView(next)
    })
