import { check } from '#kernel/invariant.ts'
import { countOrders, wrongKeys, wrongLines, wrongTotals, wrongUnits } from './invariants-store.ts'

/** What must always hold about orders, looked at by themselves. */
const orders = check({
  family: 'orders',
  needs: ['order'],
  invariants: [
    'an order costs what is paid for its lines and charges',
    'an order and its lines are in the states that follow from its payment and their units',
    'units are canceled by the cancellations that name them, and once',
    'each order was placed under one idempotency key, and each key placed one order',
  ],
  examine: async (view, tally) => {
    const db = view.store('order')
    const count = await countOrders(db)

    const totals = tally('an order costs what is paid for its lines and charges')
    totals.looked = count
    totals.wrongAll(await wrongTotals(db))

    const states = tally('an order and its lines are in the states that follow from its payment and their units')
    states.looked = count
    states.wrongAll(await wrongLines(db))

    const units = tally('units are canceled by the cancellations that name them, and once')
    units.looked = count
    units.wrongAll(await wrongUnits(db))

    const keys = tally('each order was placed under one idempotency key, and each key placed one order')
    keys.looked = count
    keys.wrongAll(await wrongKeys(db))
  },
})

export const orderInvariants = [orders]
