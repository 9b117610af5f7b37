import { z } from 'zod'
import { contract, event, instantSchema, nothing, pageInput, pageOf, staff } from '#kernel/contract.ts'
import { fault } from '#kernel/fault.ts'
import { sumSchema, wonSchema } from '#kernel/money.ts'
import { lookKey, nameText, oneLine, shortProse } from '#kernel/text/one-line.ts'
import { expectedVersion, MAX_VERSION, VERSION_CONFLICT } from '#kernel/input/versions.ts'

/** Units of one SKU in one order line. */
export const quantity = z.number().int().min(1).max(999)

/** More units of one SKU than any shop has, and far inside PostgreSQL's integers. */
export const MAX_ON_HAND = 1_000_000_000

/** An id as a caller gives it: upper case means the same. */
const uuid = z.uuid().toLowerCase()

/** Names of options, and the values they are chosen from. */
const optionName = nameText(40)
const optionValue = nameText(60)

const isPair = (each: unknown): each is { readonly name: string; readonly value: unknown } =>
  typeof (each as { name?: unknown } | null)?.name === 'string'

const repeatedOption = {
  ko: '같은 옵션 이름이 두 번 들어 있습니다. 하나만 남겨 주세요.',
  en: 'An option is named twice. Please leave one of them.',
}

/** Option name → value, such as `{ 색상: '검정' }`. A list of `{ name, value }` is taken too. */
export const skuOptions = z.preprocess(
  (given, context) => {
    const pairs =
      Array.isArray(given) && given.every(isPair) ? given.map((each) => [each.name, each.value] as const) : null
    const names: string[] =
      pairs?.map(([name]) => name) ?? (typeof given === 'object' && given ? Object.keys(given) : [])
    // As members of an object they would become one, and the last value would silently win.
    if (new Set(names.map(lookKey)).size < names.length)
      context.addIssue({ code: 'custom', message: 'repeated_option', params: repeatedOption, input: given })
    return pairs ? Object.fromEntries(pairs) : given
  },
  z.record(optionName, optionValue),
)

/** The choices a product offers, as they were stored: `[{ name: '색상', values: ['검정', '흰색'] }]`. */
const storedOptions = z
  .array(
    z.object({
      name: z.string().trim().min(1).max(40),
      values: z.array(z.string().trim().min(1).max(60)).min(1).max(50),
    }),
  )
  .max(5)

/** Values of an option, each listed once. */
const optionValues = z
  .array(optionValue)
  .max(50)
  .overwrite((values) => [...new Set(values)])

/** The choices a product offers, as staff give them. */
const productOptions = z.array(z.object({ name: optionName, values: optionValues.min(1) })).max(5)

/** The choices as whoever makes a product may say them: also as names alone, whose values follow from the SKUs. */
const offeredOptions = z
  .array(
    z.preprocess(
      (given) => (typeof given === 'string' ? { name: given } : given),
      z.object({ name: optionName, values: optionValues.default([]) }),
    ),
  )
  .max(5)

/** What a SKU is called, for people; left out of faults where nothing is known of it. */
const skuName = { productId: z.uuid(), productName: z.string(), options: z.record(z.string(), z.string()) }

interface Named {
  readonly productName?: string | undefined
  readonly options?: Readonly<Record<string, string>> | undefined
}

/** Names said in one sentence; the data of a fault name all. */
const NAMED_AT_MOST = 3

/** What SKUs are called, as a part of a sentence in brackets; empty when no name is known. */
const inBrackets = (skus: readonly Named[], more: (count: number) => string): string => {
  const names = skus.flatMap(({ productName, options }) =>
    productName ? [[productName, ...Object.values(options ?? {})].join(' / ')] : [],
  )
  if (names.length === 0) return ''
  const rest = names.length - NAMED_AT_MOST
  return ` (${names.slice(0, NAMED_AT_MOST).join(', ')}${rest > 0 ? more(rest) : ''})`
}
const moreKo = (count: number): string => ` 외 ${count}종`
const moreEn = (count: number): string => ` and ${count} more`

export const OUT_OF_STOCK = fault(
  'OUT_OF_STOCK',
  409,
  {
    ko: ({ shortages }) =>
      `재고가 부족한 상품이 있습니다${inBrackets(shortages, moreKo)}. 수량을 줄이거나 다른 옵션을 골라 주세요.`,
    en: ({ shortages }) =>
      `Some items are out of stock${inBrackets(shortages, moreEn)}. Please lower the quantity or choose another option.`,
  },
  z.object({
    shortages: z.array(
      z.object({
        skuId: z.uuid(),
        requested: z.number().int(),
        available: z.number().int(),
        ...z.object(skuName).partial().shape,
      }),
    ),
  }),
)
export const SKU_NOT_FOUND = fault(
  'SKU_NOT_FOUND',
  404,
  {
    ko: ({ items = [] }) => `판매하지 않는 상품이 들어 있습니다${inBrackets(items, moreKo)}.`,
    en: ({ items = [] }) => `An item is not for sale${inBrackets(items, moreEn)}.`,
  },
  z.object({
    skuIds: z.array(z.string()),
    /** Those of them that were for sale once, by name. */
    items: z.array(z.object({ skuId: z.uuid(), ...skuName })).optional(),
  }),
)
export const RESERVATION_CONFLICT = fault('RESERVATION_CONFLICT', 409, {
  ko: '같은 요청 번호로 다른 내용을 예약할 수 없습니다.',
  en: 'This reservation already exists with other contents.',
})
export const RESERVATION_ENDED = fault('RESERVATION_ENDED', 409, {
  ko: '재고 예약 시간이 지났습니다. 다시 주문해 주세요.',
  en: 'The reservation has ended. Please place the order again.',
})
export const RESERVATION_LENT = fault(
  'RESERVATION_LENT',
  409,
  {
    ko: '이 주문의 다른 변경이 진행 중입니다. 잠시 뒤 다시 시도해 주세요.',
    en: 'Another change of this order is under way. Please try again shortly.',
  },
  z.object({ reservationId: z.string() }),
)
export const ORDER_NOT_SOLD = fault('ORDER_NOT_SOLD', 409, {
  ko: '이 주문으로 판매된 상품이 없어 재입고할 수 없습니다. 주문 번호를 확인해 주세요.',
  en: 'Nothing was sold to this order, so nothing can come back of it. Please check the order.',
})
export const RESTOCK_EXCEEDS_SOLD = fault(
  'RESTOCK_EXCEEDS_SOLD',
  409,
  {
    ko: '이 주문에 판매되어 아직 돌아오지 않은 수량보다 많이 재입고할 수 없습니다. 수량을 확인해 주세요.',
    en: 'More units cannot come back than were sold to this order and have not come back yet. Please check the quantity.',
  },
  z.object({
    /** The SKUs of which there would be too many, with what can still come back of each. */
    lines: z.array(z.object({ skuId: z.uuid(), requested: z.number().int(), left: z.number().int() })),
  }),
)
export const RESTOCK_CONFLICT = fault('RESTOCK_CONFLICT', 409, {
  ko: '같은 재입고 번호로 다른 내용을 보낼 수 없습니다.',
  en: 'This restock exists with other contents.',
})
export const STOCK_NEGATIVE = fault(
  'STOCK_NEGATIVE',
  409,
  {
    ko: '재고는 예약된 수량보다 적어질 수 없습니다.',
    en: 'Stock cannot fall below what is reserved.',
  },
  z.object({ onHand: z.number().int(), reserved: z.number().int() }),
)
export const STOCK_CHANGED = fault(
  'STOCK_CHANGED',
  409,
  {
    ko: '그사이 재고가 바뀌어 저장하지 않았습니다. 지금 재고를 확인한 뒤 다시 입력해 주세요.',
    en: 'Stock has moved meanwhile; nothing was stored. Please look at the present stock and enter it again.',
  },
  z.object({
    skus: z.array(
      z.object({
        skuId: z.uuid(),
        expectedOnHand: z.number().int(),
        onHand: z.number().int(),
        reserved: z.number().int(),
      }),
    ),
  }),
)
export const STOCK_MOVEMENT_CONFLICT = fault('STOCK_MOVEMENT_CONFLICT', 409, {
  ko: '같은 Idempotency-Key로 다른 재고 변동을 보낼 수 없습니다.',
  en: 'This Idempotency-Key was used for another stock movement.',
})
export const CATEGORY_TOO_DEEP = fault('CATEGORY_TOO_DEEP', 400, {
  ko: '카테고리는 3단계까지 만들 수 있고, 자기 하위 카테고리 아래에 둘 수 없습니다.',
  en: 'Categories go three levels deep, and none can lie below itself.',
})
export const CATEGORY_NOT_FOUND = fault('CATEGORY_NOT_FOUND', 400, {
  ko: '없는 카테고리입니다.',
  en: 'There is no such category.',
})
export const SKU_OPTIONS_INVALID = fault('SKU_OPTIONS_INVALID', 400, {
  ko: '옵션 조합이 상품의 옵션과 맞지 않거나 중복됩니다.',
  en: 'A combination of options does not match the product or is repeated.',
})

/** A total in won as a caller expects it. Without the limit of an order: what is too much is refused as such. */
export const expectedAmount = z.number().int().min(0).meta({
  description: 'What the customer was shown, in won; when it costs something else nothing is held (PRICE_CHANGED)',
})

const sku = z.object({
  id: z.uuid(),
  options: z.record(z.string(), z.string()),
  price: wonSchema,
  onHand: z.number().int(),
  reserved: z.number().int(),
  status: z.enum(['ON_SALE', 'STOPPED']),
})
const productOutput = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string(),
  brand: z.string().nullable(),
  categoryId: z.string().nullable(),
  imageUrls: z.array(z.string()),
  options: storedOptions,
  status: z.enum(['ON_SALE', 'STOPPED']),
  skus: z.array(sku),
  version: z.number().int(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
})
export type Product = z.output<typeof productOutput>

/** A brand; a blank one is none. */
const brand = oneLine(0, 80)
  .nullable()
  .overwrite((text) => text || null)

const details = {
  name: nameText(200),
  description: z.string().max(20_000),
  brand,
  categoryId: z.string().max(60).nullable(),
  imageUrls: z
    .array(
      z
        .string()
        .max(500)
        .regex(/^(\/|https:\/\/)/),
    )
    .max(20),
}
const price = wonSchema
  .refine((value) => value >= 10, {
    message: 'at_least_10',
    params: { ko: '10원 이상이어야 합니다.', en: 'This must be 10 won or more.' },
  })
  .meta({ minimum: 10 })

const newSku = z.object({ options: skuOptions.default({}), price, onHand: z.number().int().min(0).max(10_000_000) })
const newProduct = z.object({
  ...details,
  description: details.description.default(''),
  brand: details.brand.default(null),
  categoryId: details.categoryId.optional(),
  imageUrls: details.imageUrls.default([]),
  options: offeredOptions.default([]),
  skus: z.array(newSku).min(1).max(200),
})

/** A category as staff give it. Its id stands in addresses of pages. */
const category = z.object({
  id: z.string().regex(/^[a-z0-9-]{1,60}$/),
  name: nameText(60),
  nameEn: nameText(60),
  parentId: z.string().max(60).nullable().default(null),
  position: z.number().int().min(0).max(10_000).default(0),
})

/** One SKU and how many units of it. */
export const stockLine = z.object({ skuId: uuid, quantity })

/** Where units go that come back: to be sold again, or nowhere. */
const restockDestination = z.enum(['STOCK', 'WRITE_OFF'])

/** A line as it is sold: what it is called and what it costs, as the seller said and at the instant of reserving. */
export const soldLine = stockLine.extend({
  productId: z.uuid(),
  productName: z.string(),
  imageUrl: z.string().nullable(),
  options: z.record(z.string(), z.string()),
  unitPrice: wonSchema,
})
export type SoldLine = z.output<typeof soldLine>

export const PRICE_CHANGED = fault(
  'PRICE_CHANGED',
  409,
  {
    ko: '그 사이 가격이 바뀌었습니다. 바뀐 금액을 확인하고 다시 주문해 주세요.',
    en: 'The price has changed meanwhile. Please check the new amount and order again.',
  },
  z.object({
    expected: z.number().int(),
    amount: z.number().int(),
    /** The lines as they would be sold now; of one SKU there may be several, at different prices. */
    lines: z.array(soldLine),
  }),
)

const digits = new Intl.NumberFormat('en-US')

export const AMOUNT_TOO_LARGE = fault(
  'AMOUNT_TOO_LARGE',
  422,
  {
    ko: ({ most }) => `한 번에 ${digits.format(most)}원까지 주문할 수 있습니다. 수량을 줄이거나 나누어 주문해 주세요.`,
    en: ({ most }) => `One order can cost up to ₩${digits.format(most)}. Please lower the quantity or split the order.`,
  },
  z.object({ amount: sumSchema, most: wonSchema }),
)

export const product = contract('product', {
  create: {
    summary: 'Puts a product with its SKUs on sale.',
    method: 'POST',
    path: '/products',
    access: staff('catalog'),
    status: 201,
    input: newProduct,
    output: productOutput,
    faults: [CATEGORY_NOT_FOUND, SKU_OPTIONS_INVALID],
  },
  importMany: {
    summary:
      'Puts many products on sale in one transaction, under ids the caller chose. A product whose id is known stays as it is, so a load that was cut off is simply run again.',
    method: 'POST',
    access: 'service',
    repeatable: true,
    deadline: 30_000,
    input: z.object({
      products: z
        .array(
          newProduct.extend({
            id: uuid,
            skus: z
              .array(newSku.extend({ id: uuid }))
              .min(1)
              .max(200),
          }),
        )
        .min(1)
        .max(500),
    }),
    output: z.object({ made: z.number().int(), known: z.number().int() }),
    faults: [CATEGORY_NOT_FOUND, SKU_OPTIONS_INVALID],
  },
  update: {
    summary:
      'Changes a product that is still at `expectedVersion`; members left out stay as they are. SKUs are named by id; one without an id is added. `onHand` of a SKU that exists counts only with the `expectedOnHand` that was read.',
    method: 'PATCH',
    path: '/products/{id}',
    access: staff('catalog'),
    input: z.object({
      id: uuid,
      expectedVersion,
      ...z.object(details).partial().shape,
      options: productOptions.optional(),
      status: z.enum(['ON_SALE', 'STOPPED']).optional(),
      skus: z
        .array(
          z.object({
            id: uuid.optional(),
            options: skuOptions.optional(),
            price: price.optional(),
            onHand: z.number().int().min(0).max(MAX_ON_HAND).optional(),
            /** What was on hand when it was read or counted; sales meanwhile must not be undone. */
            expectedOnHand: z.number().int().min(0).max(MAX_ON_HAND).optional(),
            status: z.enum(['ON_SALE', 'STOPPED']).optional(),
          }),
        )
        .max(200)
        .optional(),
    }),
    output: productOutput,
    faults: [VERSION_CONFLICT, CATEGORY_NOT_FOUND, SKU_OPTIONS_INVALID, STOCK_CHANGED, STOCK_NEGATIVE],
  },
  get: {
    summary: 'A product as staff see it, with stock.',
    method: 'GET',
    path: '/products/{id}',
    access: staff('catalog'),
    input: z.object({ id: uuid }),
    output: productOutput,
  },
  list: {
    summary: 'Products as staff see them, newest first.',
    method: 'GET',
    path: '/products',
    access: staff('catalog'),
    input: z.object({ ...pageInput, q: z.string().max(100).optional() }),
    output: pageOf(productOutput),
  },
  moveStock: {
    summary:
      'Adds to or takes from the stock of a SKU, with a reason. Under the same Idempotency-Key it moves once, however often it is sent.',
    method: 'POST',
    path: '/skus/{skuId}/stock-movements',
    access: staff('catalog'),
    status: 201,
    input: z.object({
      skuId: uuid,
      delta: z
        .number()
        .int()
        .min(-10_000_000)
        .max(10_000_000)
        .refine((value) => value !== 0, {
          message: 'not_zero',
          params: { ko: '0이 아니어야 합니다.', en: 'This must not be 0.' },
        })
        .meta({ not: { const: 0 } }),
      reason: shortProse(1, 200),
      idempotencyKey: z.string().min(1).max(200).optional(),
    }),
    headers: { idempotencyKey: 'idempotency-key' },
    output: z.object({
      id: z.uuid(),
      skuId: z.uuid(),
      delta: z.number().int(),
      onHand: z.number().int(),
      reserved: z.number().int(),
    }),
    faults: [STOCK_NEGATIVE, STOCK_MOVEMENT_CONFLICT],
  },
  movements: {
    summary: "A SKU's stock movements, newest first: how many, why, by whom.",
    method: 'GET',
    path: '/skus/{skuId}/stock-movements',
    access: staff('catalog'),
    input: z.object({ skuId: uuid, ...pageInput, cursor: uuid.optional() }),
    output: pageOf(
      z.object({
        id: z.uuid(),
        skuId: z.uuid(),
        kind: z.enum(['RECEIVED', 'ADJUSTED', 'SOLD', 'RETURNED', 'WRITTEN_OFF']),
        delta: z.number().int(),
        reason: z.string(),
        /** What caused it: the reservation of a sale, a restock, a cancellation of lines, or the key staff gave. */
        reference: z.string().nullable(),
        /** The member of staff who made it; null when the shop itself did. */
        memberId: z.uuid().nullable(),
        at: instantSchema,
      }),
    ),
  },
  categories: {
    summary: 'The tree of categories, three levels deep.',
    method: 'GET',
    path: '/categories',
    access: 'public',
    input: nothing,
    output: z.object({
      items: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          nameEn: z.string(),
          parentId: z.string().nullable(),
          position: z.number().int(),
          version: z.number().int(),
        }),
      ),
    }),
  },
  putCategory: {
    summary:
      'Makes a category, or replaces one that is still at `expectedVersion`. For one that is not there yet it is left out or 0.',
    method: 'PUT',
    path: '/categories/{id}',
    access: staff('catalog'),
    input: category.extend({ expectedVersion: z.number().int().min(0).max(MAX_VERSION).optional() }),
    output: z.object({ id: z.string(), version: z.number().int() }),
    faults: [VERSION_CONFLICT, CATEGORY_NOT_FOUND, CATEGORY_TOO_DEEP],
  },
  importCategories: {
    summary: 'Makes many categories in one transaction, in any order. One that is known stays as it is.',
    method: 'POST',
    access: 'service',
    repeatable: true,
    input: z.object({
      categories: z
        .array(category)
        .min(1)
        .max(1_000)
        .refine((all) => new Set(all.map((each) => each.id)).size === all.length, 'repeated_id'),
    }),
    output: z.object({ made: z.number().int(), known: z.number().int() }),
    faults: [CATEGORY_NOT_FOUND, CATEGORY_TOO_DEEP],
  },
  describe: {
    summary: 'What SKUs are called and cost, for carts; unknown ones are left out.',
    method: 'POST',
    access: 'service',
    repeatable: true,
    input: z.object({ skuIds: z.array(uuid).max(500) }),
    output: z.object({
      items: z.array(soldLine.omit({ quantity: true }).extend({ available: z.number().int(), onSale: z.boolean() })),
    }),
  },
  reserve: {
    summary:
      'Holds stock under a reservation until a deadline, all lines or none. Repeating it finds the first. One that replaces the live reservation its order is with borrows from it what both hold, also of what is no longer on sale, until it is known which of them the order goes on with; it can be lent to one at a time.',
    method: 'POST',
    access: 'service',
    repeatable: true,
    input: z.object({
      reservationId: uuid,
      lines: z.array(stockLine).min(1).max(100),
      expiresAt: z.number().int(),
      replaces: uuid.optional(),
      expectedAmount: expectedAmount.optional(),
    }),
    output: z.object({ lines: z.array(soldLine) }),
    faults: [
      OUT_OF_STOCK,
      SKU_NOT_FOUND,
      AMOUNT_TOO_LARGE,
      PRICE_CHANGED,
      RESERVATION_CONFLICT,
      RESERVATION_ENDED,
      RESERVATION_LENT,
    ],
  },
  secure: {
    summary: 'Makes a hold unable to expire, because money is about to move for it.',
    method: 'POST',
    access: 'service',
    repeatable: true,
    input: z.object({ reservationId: uuid }),
    output: z.object({ reservationId: uuid }),
    faults: [RESERVATION_ENDED],
  },
  release: {
    summary: 'Gives back a hold whose order was never made. Repeating it changes nothing.',
    method: 'POST',
    access: 'service',
    repeatable: true,
    input: z.object({ reservationId: uuid }),
    output: z.object({ reservationId: uuid }),
  },
  restock: {
    summary:
      'Takes back units that were sold to an order, once for each restock id: into stock, or only to write them off. Never more than were sold to it and have not come back.',
    method: 'POST',
    access: 'service',
    repeatable: true,
    input: z.object({
      restockId: uuid,
      orderId: uuid,
      lines: z.array(stockLine).min(1).max(100),
      to: restockDestination,
      /** The order's reservation; needed only for orders paid before reservations named their order. */
      reservationId: uuid.optional(),
    }),
    output: z.object({
      restockId: uuid,
      orderId: uuid,
      to: restockDestination,
      /** One for each SKU. */
      lines: z.array(stockLine.extend({ quantity: z.number().int() })),
    }),
    faults: [ORDER_NOT_SOLD, RESTOCK_EXCEEDS_SOLD, RESTOCK_CONFLICT],
  },
})

/** Everything a shop window needs to know of a product. */
export const productChanged = event('product.changed', {
  version: 1,
  kept: true,
  key: 'productId',
  summary: 'A product was made or changed; carries how it now stands.',
  payload: z.object({
    productId: z.uuid(),
    version: z.number().int(),
    name: z.string(),
    description: z.string(),
    brand: z.string().nullable(),
    categoryId: z.string().nullable(),
    imageUrls: z.array(z.string()),
    options: storedOptions,
    status: z.enum(['ON_SALE', 'STOPPED']),
    skus: z.array(
      z.object({
        skuId: z.uuid(),
        options: z.record(z.string(), z.string()),
        price: wonSchema,
        soldOut: z.boolean(),
        /** Times it sold out or came back: of two words about a SKU the one with more flips is the later. */
        flips: z.number().int().default(0),
        status: z.enum(['ON_SALE', 'STOPPED']),
      }),
    ),
    createdAt: instantSchema,
  }),
})
export const availabilityChanged = event('product.availability_changed', {
  version: 1,
  kept: true,
  key: 'productId',
  summary: 'A SKU sold out or came back.',
  payload: z.object({
    productId: z.uuid(),
    skuId: z.uuid(),
    soldOut: z.boolean(),
    flips: z.number().int().default(0),
  }),
})
export const categoryChanged = event('product.category_changed', {
  version: 1,
  kept: true,
  key: 'categoryId',
  summary: 'A category was made or renamed.',
  payload: z.object({
    categoryId: z.string(),
    name: z.string(),
    nameEn: z.string(),
    parentId: z.string().nullable(),
    position: z.number().int(),
  }),
})
