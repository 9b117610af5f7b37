import { existingSkus, readSkusInCarts } from './carts-store.ts'
import { check, NIL, pages } from '#kernel/invariant.ts'

/** Carts against what there is to buy. */
export const carts = check({
  family: 'catalogue',
  needs: ['cart', 'product'],
  invariants: ['what lies in a cart exists'],
  examine: async (view, tally) => {
    const exists = tally('what lies in a cart exists')
    await pages(
      (after, limit) => readSkusInCarts(view.store('cart'), after, limit),
      NIL,
      async (rows) => {
        exists.looked += rows.length
        const known = await existingSkus(
          view.store('product'),
          rows.map((each) => each.id),
        )
        for (const { id } of rows) if (!known.has(id)) exists.wrong(id, 'a cart holds a SKU that does not exist')
      },
    )
  },
})
