import { z } from 'zod'
import { contract, nothing } from '#kernel/contract.ts'
import { fault } from '#kernel/fault.ts'
import { sumSchema, wonSchema } from '#kernel/money.ts'
import { quantity, SKU_NOT_FOUND } from '#services/product/contract.ts'

export const CART_FULL = fault('CART_FULL', 409, {
  ko: '장바구니에는 100종류까지 담을 수 있습니다.',
  en: 'A cart holds up to 100 different items.',
})

/** An id as a caller gives it: upper case means the same. */
const skuId = { skuId: z.uuid().toLowerCase() }

const cartOutput = z.object({
  items: z.array(
    z.object({
      skuId: z.uuid(),
      quantity: z.number().int(),
      productId: z.uuid(),
      productName: z.string(),
      imageUrl: z.string().nullable(),
      options: z.record(z.string(), z.string()),
      unitPrice: wonSchema,
      amount: sumSchema,
      /** Whether that many can be bought now. */
      available: z.boolean(),
      /** Whether it is for sale at all: what is not can only be taken out. */
      onSale: z.boolean(),
      /** Whether it is to be ordered. What is put in is, until its owner says otherwise. */
      chosen: z.boolean(),
    }),
  ),
  /** Sum over the items that can be bought. */
  amount: sumSchema,
  /** Whether what is chosen of them costs more than one order can: it would be refused as a whole. */
  amountTooLarge: z.boolean(),
})
export type Cart = z.output<typeof cartOutput>

export const cart = contract('cart', {
  get: {
    summary: 'The cart of this member or guest, priced now.',
    method: 'GET',
    path: '/cart',
    access: 'guest',
    input: nothing,
    output: cartOutput,
  },
  putItem: {
    summary: 'Sets how many of a SKU are in the cart and, if told, whether it is chosen to be ordered.',
    method: 'PUT',
    path: '/cart/items/{skuId}',
    access: 'guest',
    repeatable: true,
    input: z.object({ ...skuId, quantity, chosen: z.boolean().optional() }),
    output: cartOutput,
    faults: [SKU_NOT_FOUND, CART_FULL],
  },
  choose: {
    summary: 'Sets which items of the cart are chosen to be ordered; those not named stay as they are.',
    method: 'PUT',
    path: '/cart/choice',
    access: 'guest',
    repeatable: true,
    input: z.object({
      items: z
        .array(z.object({ ...skuId, chosen: z.boolean() }))
        .min(1)
        .max(1_000),
    }),
    output: cartOutput,
  },
  removeItem: {
    summary: 'Takes a SKU out of the cart.',
    method: 'DELETE',
    path: '/cart/items/{skuId}',
    access: 'guest',
    repeatable: true,
    input: z.object(skuId),
    output: cartOutput,
  },
  merge: {
    summary: 'Moves a guest cart into a member cart in one transaction: quantities add up, nothing is lost.',
    method: 'POST',
    access: 'service',
    repeatable: true,
    input: z.object({ guestId: z.uuid(), memberId: z.uuid() }),
    output: z.object({ merged: z.number().int() }),
  },
})
