import { check } from './invariant.ts'
import { countOrders, wrongKeys, wrongLines, wrongTotals } from './orders-store.ts'

/** The books of orders, looked at by themselves. */
export const orders = check({
  family: 'orders',
  needs: ['order'],
  invariants: [
    'an order costs what its lines cost',
    'an order and its lines are in the same state',
    'each order was placed under one idempotency key, and each key placed one order',
  ],
  examine: async (view, tally) => {
    const db = view.store('order')
    const count = await countOrders(db)

    const totals = tally('an order costs what its lines cost')
    totals.looked = count
    totals.wrongAll(await wrongTotals(db))

    const states = tally('an order and its lines are in the same state')
    states.looked = count
    states.wrongAll(await wrongLines(db))

    const keys = tally('each order was placed under one idempotency key, and each key placed one order')
    keys.looked = count
    keys.wrongAll(await wrongKeys(db))
  },
})
