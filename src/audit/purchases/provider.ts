import { check, NIL, pages } from '#kernel/invariant.ts'
import { ourCaptures, ourPaymentsOf, theirCaptures, theirPaymentsOf } from './provider-store.ts'

/** Name of the provider's simulator: in development its own record can be looked into. */
const PROVIDER = 'simulator_toss'

/**
 * Our books against those of the provider, in both directions. In production the provider's books are reached by
 * settlement files only; there this has nothing to look at.
 */
export const provider = check({
  family: 'money',
  needs: ['payment', PROVIDER],
  invariants: ['what the provider captured and gave back is what we recorded', 'what we recorded the provider did'],
  examine: async (view, tally) => {
    const ours = view.store('payment')
    const theirs = view.store(PROVIDER)

    const recorded = tally('what the provider captured and gave back is what we recorded')
    await pages(
      (after, limit) => theirCaptures(theirs, after, limit),
      '',
      async (rows) => {
        recorded.looked += rows.length
        const known = await ourPaymentsOf(
          ours,
          rows.map((each) => each.id),
        )
        for (const { id, orderId, captured, refunded, at } of rows) {
          const matching = known.filter((each) => each.paymentKey === id && each.orderId === orderId)
          const mine = matching.find((each) => each.state === 'CAPTURED')
          if (!mine) {
            const state = matching[0]?.state ?? 'unknown here'
            recorded.wrongSince(at, id, `captured ${captured} won for order ${orderId}; the payment is ${state}`)
          } else if (mine.amount !== captured)
            recorded.wrong(id, `captured ${captured} won; recorded as ${mine.amount}`)
          else if (mine.refunded !== refunded)
            recorded.wrongSince(at, id, `gave back ${refunded} won; recorded as ${mine.refunded}`)
        }
      },
    )

    const done = tally('what we recorded the provider did')
    await pages(
      (after, limit) => ourCaptures(ours, after, limit),
      NIL,
      async (rows) => {
        done.looked += rows.length
        const known = new Map(
          (
            await theirPaymentsOf(
              theirs,
              rows.map((each) => each.paymentKey),
            )
          ).map((each) => [each.id, each]),
        )
        for (const { id, paymentKey, orderId, amount, refunded } of rows) {
          const their = known.get(paymentKey)
          if (!their || their.captured !== amount || their.orderId !== orderId)
            done.wrong(id, `recorded as captured, ${amount} won; the provider says ${their?.captured ?? 'nothing'}`)
          else if (their.refunded < refunded)
            done.wrong(id, `recorded as refunded, ${refunded} won; the provider says ${their.refunded}`)
        }
      },
    )
  },
})
