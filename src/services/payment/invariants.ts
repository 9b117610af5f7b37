import { check } from '#kernel/invariant.ts'
import {
  captures,
  countPostings,
  doubleCaptures,
  openOutcomes,
  refundsAtOnce,
  sharedCancels,
  unbalancedEntries,
  wrongBalances,
  wrongRefunds,
} from './invariants-store.ts'

/** What must always hold about money, looked at by itself. */
const money = check({
  family: 'money',
  needs: ['payment'],
  invariants: [
    'postings of each entry, and all together, sum to zero',
    'captured − refunded is what the ledger says, for each payment and order',
    'refunds never exceed captures',
    'an order is captured at most once',
    'refunds of a payment are made one after another, each by a cancel of its own',
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

    const inTurn = tally('refunds of a payment are made one after another, each by a cancel of its own')
    inTurn.looked = total.refunds
    inTurn.wrongAll(await refundsAtOnce(db))
    inTurn.wrongAll(await sharedCancels(db))

    const known = tally('each outcome becomes known')
    known.looked = total.payments + total.refunds
    for (const { id, kind, at } of await openOutcomes(db)) {
      // A deposit that is not due yet is waited for: neither wrong nor in flight.
      if (kind !== 'AWAITING_DEPOSIT' || at <= view.now)
        known.wrongSince(at, id, `${kind} since ${new Date(at).toISOString()}`)
    }
  },
})

export const paymentInvariants = [money]
