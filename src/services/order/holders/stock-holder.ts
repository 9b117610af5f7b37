import type { Client } from '#kernel/contract.ts'
import type { product } from '#services/product/contract.ts'
import type { Holder } from './holder.ts'

/** Stock: holds units at their present prices. The first of an order's holders, because it decides what is sold. */
export const stockHolder = (stock: Client<typeof product>): Holder => ({
  name: 'stock',
  hold: async ({ holdId, items, expiresAt, expectedAmount, replaces }) => {
    const lines = [...items]
    // Compared where the price is fixed: an order refused for its price has held nothing, and its key is as good as new.
    const held = await stock.reserve({ reservationId: holdId, lines, expiresAt, expectedAmount, replaces })
    return { lines: held.lines }
  },
  secure: async (holdId) => void (await stock.secure({ reservationId: holdId })),
  release: async (holdId) => void (await stock.release({ reservationId: holdId })),
})
