import { check } from './invariant.ts'
import {
  captures,
  countPostings,
  doubleCaptures,
  openOutcomes,
  unbalancedEntries,
  wrongBalances,
  wrongRefunds,
} from './money-store.ts'

/** Milliseconds a virtual account may wait for its deposit: a week, and a day for word of its end to reach us. */
const DEPOSIT_WAIT = 8 * 86_400_000

/** The books of money, looked at by themselves. */
export const money = check({
  family: 'money',
  needs: ['payment'],
  invariants: [
    'postings of each entry, and all together, sum to zero',
    'captured − refunded is what the ledger says, for each payment and order',
    'refunds never exceed captures',
    'an order is captured at most once',
    'each outcome becomes known',
  ],
  examine: async (view, tally) => {
    const db = view.store('payment')
    const balanced = tally('postings of each entry, and all together, sum to zero')
    const { entries, sum } = await countPostings(db)
    balanced.looked = entries
    balanced.wrongAll(await unbalancedEntries(db))
    if (sum !== 0) balanced.wrong('ledger', `all postings together sum to ${sum} won`)

    const total = await captures(db)
    const ledger = tally('captured − refunded is what the ledger says, for each payment and order')
    ledger.looked = total.payments
    ledger.wrongAll(await wrongBalances(db))

    const refunds = tally('refunds never exceed captures')
    refunds.looked = total.payments
    refunds.wrongAll(await wrongRefunds(db))

    const once = tally('an order is captured at most once')
    once.looked = total.orders
    once.wrongAll(await doubleCaptures(db))

    const known = tally('each outcome becomes known')
    known.looked = total.payments + total.refunds
    for (const { id, kind, at } of await openOutcomes(db)) {
      const since = kind === 'AWAITING_DEPOSIT' ? at + DEPOSIT_WAIT : at
      known.wrongSince(since, id, `${kind} since ${new Date(at).toISOString()}`)
    }
  },
})
