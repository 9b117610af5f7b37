import type { CheckoutLine, LeftOut } from './checkout.server.ts'
import type { Refusal } from '../../shared/server/page.server.ts'

interface Named {
  readonly skuId: string
  readonly productName?: string
  readonly options?: Readonly<Record<string, string>>
}
interface Data {
  readonly items?: readonly Named[]
  readonly skuIds?: readonly string[]
  readonly shortages?: readonly (Named & { readonly available: number })[]
  readonly expected?: number
  readonly amount?: number
  readonly lines?: readonly { readonly skuId: string; readonly quantity: number; readonly unitPrice: number }[]
}

/** What a refused order means for the lines of the page it came back to. */
export interface RefusedOrder {
  /** The lines that can be ordered, at what they cost now. */
  readonly lines: readonly CheckoutLine[]
  /** What they cannot be ordered with. */
  readonly leftOut: readonly LeftOut[]
  /** Whether the order was refused for some of that: the reader is asked to go on without it. */
  readonly asks: boolean
  /** Units left, of lines there is too little of. */
  readonly left: ReadonlyMap<string, number>
  /** Amounts the reader saw before, of lines that cost something else now. */
  readonly before: ReadonlyMap<string, number>
  readonly priceChange: { readonly expected: number; readonly amount: number } | undefined
}

interface Loaded {
  readonly lines: readonly CheckoutLine[]
  readonly leftOut: readonly LeftOut[]
  readonly open: { readonly id: string } | undefined
}

/**
 * Reads a refusal beside the data the page was loaded with anew. The refusal is the truth where the two differ: what a
 * product costs may be shown with some delay. For the same reason what the reader saw last is shown again, until they are
 * told that it changed.
 */
export const readRefusal = (refusal: Refusal | undefined, { lines: loaded, leftOut, open }: Loaded): RefusedOrder => {
  const { code, data: given } = refusal?.problem ?? {}
  const data = (given ?? {}) as Data
  const gone = new Set(code === 'SKU_NOT_FOUND' ? data.skuIds : [])
  const short = code === 'OUT_OF_STOCK' ? (data.shortages ?? []) : []
  const priced = code === 'PRICE_CHANGED' ? (data.lines ?? []) : []

  const now = new Map<string, { quantity: number; amount: number }>()
  for (const { skuId, quantity, unitPrice } of priced) {
    const known = now.get(skuId) ?? { quantity: 0, amount: 0 }
    now.set(skuId, { quantity: known.quantity + quantity, amount: known.amount + quantity * unitPrice })
  }
  // An order that is changed and a new one may cost different amounts.
  const goesOn = refusal !== undefined && (refusal.values['change'] ?? '') === (open?.id ?? '')
  const seenOf = ({ skuId, quantity }: CheckoutLine): number | undefined => {
    const [count, amount] = (refusal?.values[`item.${skuId}`] ?? '').split(':').map(Number)
    return goesOn && count === quantity ? amount : undefined
  }
  const amountOf = (line: CheckoutLine): number => {
    const current = now.get(line.skuId)
    if (current?.quantity === line.quantity) return current.amount
    return seenOf(line) ?? line.amount
  }
  const lines = loaded.filter((line) => !gone.has(line.skuId)).map((line) => ({ ...line, amount: amountOf(line) }))
  const before = new Map(
    lines.flatMap((line): [string, number][] => {
      const seen = seenOf(line)
      return seen !== undefined && seen !== line.amount ? [[line.skuId, seen]] : []
    }),
  )
  const listed = new Set(lines.map((line) => line.skuId))
  const refused = [...(code === 'SKU_NOT_FOUND' ? (data.items ?? []) : []), ...short].filter(
    (each) => !listed.has(each.skuId) && each.productName,
  )
  const named = new Set(refused.map((each) => each.skuId))
  return {
    lines,
    leftOut: [
      ...refused.map(({ skuId, productName, options }) => ({
        skuId,
        productName: productName!,
        options: options ?? {},
        why: gone.has(skuId) ? ('stopped' as const) : ('short' as const),
      })),
      ...leftOut.filter((each) => !named.has(each.skuId)),
    ],
    asks: refused.length > 0,
    left: new Map(short.map((each) => [each.skuId, each.available])),
    before,
    priceChange:
      code === 'PRICE_CHANGED' && data.expected !== undefined && data.amount !== undefined
        ? { expected: data.expected, amount: data.amount }
        : undefined,
  }
}
