import { z } from 'zod'
import { contract, instantSchema, nothing, pageInput, pageOf, staff } from '#kernel/contract.ts'
import { fault } from '#kernel/fault.ts'
import { wonSchema } from '#kernel/money.ts'
import { wholeNumber } from '#kernel/input/whole-number.ts'

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

/** Who searched: the engine the shop is set to, or PostgreSQL in its place while that one is away. */
export const searchedBy = z.enum(['embedded', 'opensearch'])

export const SEARCH_IS_EMBEDDED = fault('SEARCH_IS_EMBEDDED', 409, {
  ko: '검색 엔진이 설정되어 있지 않아 다시 만들 색인이 없습니다.',
  en: 'No search engine is set: there is no index to make anew.',
})
export const REBUILD_UNDER_WAY = fault('REBUILD_UNDER_WAY', 409, {
  ko: '색인을 이미 다시 만들고 있습니다. 끝난 뒤에 다시 시도해 주세요.',
  en: 'The index is being made anew already. Please try again when that is done.',
})

const searchIndexState = z.object({
  /** Who answers searches now. */
  searchedBy,
  /** Whether a search engine is set at all. */
  engineSet: z.boolean(),
  /** Names of the index that is searched, and of the one being made. */
  live: z.string().nullable(),
  building: z.string().nullable(),
  /** Whether a new index was asked for and is not begun yet. */
  wanted: z.boolean(),
  /** Documents the new index will have, and how many it has yet to get. */
  total: z.number().int(),
  remaining: z.number().int(),
  /** Changes the index has yet to hear of, up to 10,000, and milliseconds since the oldest of them. */
  changesBehind: z.number().int(),
  behindMs: z.number(),
  /** Documents the engine does not take. */
  refused: z.number().int(),
  /** Why the last try to begin a new index failed. */
  failure: z.string().nullable(),
})

export const catalog = contract('catalog', {
  list: {
    summary: 'Products on sale, filtered, sorted and paged by keyset. `category` takes in its sub-categories.',
    method: 'GET',
    path: '/catalog/products',
    access: 'public',
    limits: { address: { calls: 1_800, seconds: 60 } },
    input: z.object({
      ...pageInput,
      q: z.string().trim().max(100).optional(),
      category: z.string().max(60).optional(),
      minPrice: wholeNumber(0, 1e11).optional(),
      maxPrice: wholeNumber(0, 1e11).optional(),
      inStock: z.stringbool().or(z.boolean()).optional(),
      sort: sortOrder.optional(),
    }),
    output: pageOf(card).extend({ searchedBy }),
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
    limits: { address: { calls: 3_000, seconds: 60 } },
    input: z.object({ q: z.string().max(100).default(''), limit: wholeNumber(1, 20).default(10) }),
    output: z.object({ items: z.array(z.object({ text: z.string() })), searchedBy }),
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
    output: z.object({
      events: z.number().int(),
      /** Events that do not fit their schema: what is shown of their products and categories stayed as it was. */
      unreadable: z.array(z.object({ event: z.string(), name: z.string(), key: z.string(), reason: z.string() })),
    }),
    deadline: 120_000,
  },
  searchIndex: {
    summary: 'How far the search index is: what is searched, what it has yet to hear of, how far a new one is.',
    method: 'GET',
    path: '/catalog/search-index',
    access: staff('operations'),
    input: nothing,
    output: searchIndexState,
  },
  rebuildSearchIndex: {
    summary: 'Has a new search index made beside the one that is searched, and searched once it is complete.',
    method: 'POST',
    path: '/catalog/search-index/rebuild',
    access: staff('operations'),
    status: 202,
    input: nothing,
    output: searchIndexState,
    faults: [SEARCH_IS_EMBEDDED, REBUILD_UNDER_WAY],
  },
})
