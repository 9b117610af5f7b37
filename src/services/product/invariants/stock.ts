import { check } from '#kernel/invariant.ts'
import {
  countRestocks,
  countStock,
  impossibleStock,
  overdueHolds,
  wrongLendings,
  wrongMovements,
  wrongOnHand,
  wrongReserved,
  wrongRestocks,
} from './stock-books-store.ts'

/** The books of stock, looked at by themselves. */
export const stock = check({
  family: 'stock',
  needs: ['product'],
  invariants: [
    'what is on hand is the sum of its movements',
    'what is reserved is the sum of its live reservations',
    'what a reservation borrows, the one it is to replace lends',
    'no stock is negative, nor more reserved than there is',
    'each sale and each return moved stock once',
    'each restock returned what it names',
    'each hold ends',
  ],
  examine: async (view, tally) => {
    const db = view.store('product')
    const { skus, reservations, holds } = await countStock(db)

    const onHand = tally('what is on hand is the sum of its movements')
    onHand.looked = skus
    onHand.wrongAll(await wrongOnHand(db))

    const reserved = tally('what is reserved is the sum of its live reservations')
    reserved.looked = skus
    reserved.wrongAll(await wrongReserved(db))

    const lent = tally('what a reservation borrows, the one it is to replace lends')
    lent.looked = reservations
    lent.wrongAll(await wrongLendings(db))

    const possible = tally('no stock is negative, nor more reserved than there is')
    possible.looked = skus
    possible.wrongAll(await impossibleStock(db))

    const moved = tally('each sale and each return moved stock once')
    moved.looked = reservations
    moved.wrongAll(await wrongMovements(db))

    const restocked = tally('each restock returned what it names')
    restocked.looked = await countRestocks(db)
    restocked.wrongAll(await wrongRestocks(db))

    const ends = tally('each hold ends')
    ends.looked = holds
    for (const { id, at } of await overdueHolds(db, view.now))
      ends.wrongSince(at, id, `held past its deadline, ${new Date(at).toISOString()}`)
  },
})
