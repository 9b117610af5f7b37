import { check, type Check } from '#kernel/invariant.ts'
import { statesOfOrders } from './orders-store.ts'

const AT_ONCE = 2_000

/** Judges whether orders that customers were told of are there: nothing that was answered may be lost in a crash. */
export const acknowledged = (ids: readonly string[]): Check =>
  check({
    family: 'orders',
    needs: ['order'],
    invariants: ['an order that was acknowledged exists'],
    examine: async (view, tally) => {
      const exist = tally('an order that was acknowledged exists')
      exist.looked = ids.length
      for (let i = 0; i < ids.length; i += AT_ONCE) {
        const some = ids.slice(i, i + AT_ONCE)
        const found = await statesOfOrders(view.store('order'), some)
        for (const id of some) if (!found.has(id)) exist.wrong(id, 'acknowledged, but it is not there')
      }
    },
  })
