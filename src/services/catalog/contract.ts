import { z } from 'zod'
import { contract, instantSchema, nothing, pageInput, pageOf, staff } from '#kernel/contract.ts'
import { wonSchema } from '#kernel/money.ts'

const card = z.object({
  id: z.uuid(),
  name: z.string(),
  brand: z.string().nullable(),
  /** The lowest price among its SKUs on sale. */
  price: wonSchema,
  imageUrl: z.string().nullable(),
  soldOut: z.boolean(),
  categoryId: z.string().nullable(),
  createdAt: instantSchema,
})
export type ProductCard = z.output<typeof card>

const detail = card.extend({
  description: z.string(),
  imageUrls: z.array(z.string()),
  categoryPath: z.array(z.object({ id: z.string(), name: z.string(), nameEn: z.string() })),
  options: z.array(z.object({ name: z.string(), values: z.array(z.string()) })),
  skus: z.array(
    z.object({ id: z.uuid(), options: z.record(z.string(), z.string()), price: wonSchema, soldOut: z.boolean() }),
  ),
})
export type ProductDetail = z.output<typeof detail>

export const sortOrder = z.enum(['newest', 'popular', 'price-asc', 'price-desc', 'relevance'])

export const catalog = contract('catalog', {
  list: {
    summary: 'Products on sale, filtered, sorted and paged by keyset. `category` takes in its sub-categories.',
    method: 'GET',
    path: '/catalog/products',
    access: 'public',
    input: z.object({
      ...pageInput,
      q: z.string().trim().max(100).optional(),
      category: z.string().max(60).optional(),
      minPrice: z.coerce.number().int().min(0).max(1e11).optional(),
      maxPrice: z.coerce.number().int().min(0).max(1e11).optional(),
      inStock: z.stringbool().or(z.boolean()).optional(),
      sort: sortOrder.optional(),
    }),
    output: pageOf(card),
  },
  get: {
    summary: 'A product with its options and SKUs.',
    method: 'GET',
    path: '/catalog/products/{id}',
    access: 'public',
    input: z.object({ id: z.uuid().toLowerCase() }),
    output: detail,
  },
  suggest: {
    summary: 'Completes what is being typed: whole or half syllables, initial consonants, or the wrong keyboard.',
    method: 'GET',
    path: '/catalog/suggestions',
    access: 'public',
    input: z.object({ q: z.string().max(100).default(''), limit: z.coerce.number().int().min(1).max(20).default(10) }),
    output: z.object({ items: z.array(z.object({ text: z.string() })) }),
  },
  categories: {
    summary: 'The tree of categories as the shop shows it.',
    method: 'GET',
    path: '/catalog/categories',
    access: 'public',
    input: nothing,
    output: z.object({
      items: z.array(
        z.object({ id: z.string(), name: z.string(), nameEn: z.string(), parentId: z.string().nullable() }),
      ),
    }),
  },
  rebuild: {
    summary: 'Makes the read model anew from the log of events.',
    method: 'POST',
    path: '/catalog/rebuild',
    access: staff('operations'),
    status: 202,
    repeatable: true,
    input: nothing,
    output: z.object({ events: z.number().int() }),
    deadline: 120_000,
  },
})
