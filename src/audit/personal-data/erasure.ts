import { check, NIL, pages, type View } from '#kernel/invariant.ts'
import { leftBehind, overdue, type Place, placesOf, readWithdrawn } from './erasure-store.ts'

const GONE = 'nothing is left of members who withdrew'
const FORGOTTEN = 'what was kept for a while is forgotten in time'

/** Milliseconds after its end for which something may be remembered (proofs: a day), and a day for sweeps to get round to it. */
const SWEPT = 48 * 3_600_000

const placesIn = (view: View): readonly Place[] => placesOf.filter((each) => view.has(each.service))

/** Members who left, and what was kept of people only for a time. */
export const erasure = check({
  family: 'access',
  needs: ['member'],
  invariants: [GONE, FORGOTTEN],
  examine: async (view, tally) => {
    const gone = tally(GONE)
    await pages(
      (after, limit) => readWithdrawn(view.store('member'), after, limit),
      NIL,
      async (members) => {
        gone.looked += members.length
        const since = new Map(members.map((each) => [each.id, each.at]))
        for (const place of placesIn(view))
          for (const id of await leftBehind(view.store(place.service), place, [...since.keys()]))
            gone.wrongSince(since.get(id)!, id, `withdrew, but is still in ${place.service}.${place.table}`)
      },
    )

    const forgotten = tally(FORGOTTEN)
    for (const service of ['member', 'email', 'payment'] as const) {
      if (!view.has(service)) continue
      const { looked, late } = await overdue(view.store(service), service, view.now - SWEPT)
      forgotten.looked += looked
      for (const { id, what } of late) forgotten.wrong(id, what)
    }
  },
})
