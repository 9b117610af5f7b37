import type { Fault } from '#kernel/fault.ts'
import { OUT_OF_STOCK, SKU_NOT_FOUND } from '../contract.ts'
import type { Offer } from '../stock/stock-store.ts'

/** SKUs as they are sold now, by id. */
export type Offers = ReadonlyMap<string, Offer>

const nameOf = ({ productId, productName, options }: Offer) => ({ productId, productName, options })

/** OUT_OF_STOCK for these shortages, each with the name of its SKU. */
export const outOfStock = (
  shortages: readonly { skuId: string; requested: number; available: number }[],
  offers: Offers,
): Fault => OUT_OF_STOCK({ shortages: shortages.map((each) => ({ ...each, ...nameOf(offers.get(each.skuId)!) })) })

/** SKU_NOT_FOUND for these SKUs, with the names of those that were for sale once. */
export const skuNotFound = (skuIds: readonly string[], offers: Offers): Fault =>
  SKU_NOT_FOUND({
    skuIds: [...skuIds],
    items: skuIds.flatMap((skuId) => {
      const offer = offers.get(skuId)
      return offer ? [{ skuId, ...nameOf(offer) }] : []
    }),
  })
