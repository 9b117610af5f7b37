import { won } from '#kernel/money.ts'
import type { SoldLine } from '#services/product/contract.ts'
import { plainAllocation, unpaidLines } from '../placing/allocation.ts'
import type { OrderLine } from '../order.ts'

/** Units by SKU, whatever lines they are on: one SKU may be on several, at different prices. */
export const quantitiesOf = (lines: readonly { skuId: string; quantity: number }[]): ReadonlyMap<string, number> => {
  const units = new Map<string, number>()
  for (const { skuId, quantity } of lines) units.set(skuId, (units.get(skuId) ?? 0) + quantity)
  return units
}

/**
 * The lines of an unpaid order once its items are `sold`. Units it held already stay as they were placed, the earliest
 * first; only units that are added cost what they cost now, on a line of their own where that differs. Prices in won.
 */
export const changedLines = (held: readonly OrderLine[], sold: readonly SoldLine[]): OrderLine[] =>
  unpaidLines(
    sold.flatMap((wanted) => {
      let left = wanted.quantity
      const pieces: SoldLine[] = []
      for (const line of held.filter((each) => each.skuId === wanted.skuId)) {
        const quantity = Math.min(left, line.quantity)
        if (quantity > 0) pieces.push({ ...line, quantity })
        left -= quantity
      }
      const last = pieces.at(-1)
      if (left > 0 && last?.unitPrice === wanted.unitPrice)
        pieces.splice(-1, 1, { ...last, quantity: last.quantity + left })
      else if (left > 0) pieces.push({ ...wanted, quantity: left })
      return pieces
    }),
  )

/** The lines of an unpaid order without these units, each under its number and at its price. */
export const remainingLines = (
  lines: readonly OrderLine[],
  without: readonly { readonly number: number; readonly quantity: number }[],
): OrderLine[] => {
  const units = new Map(without.map((each) => [each.number, each.quantity]))
  return lines
    .map((line) => ({ ...line, quantity: line.quantity - (units.get(line.number) ?? 0) }))
    .filter((line) => line.quantity > 0)
    .map((line) => ({ ...line, allocation: plainAllocation(won(line.unitPrice * line.quantity)) }))
}
