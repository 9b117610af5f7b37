import { z } from 'zod'
import { unstorableAt } from '#kernel/text/storable-text.ts'

/** A parsed request body, or undefined where it is not what Toss takes; members nobody asked for are ignored. */
export const parsed = <T extends z.ZodType>(schema: T, body: unknown): z.output<T> | undefined => {
  const result = schema.safeParse(body)
  return result.success ? result.data : undefined
}

/** JSON text as a value; undefined when it is none, or holds text that no database takes. */
export const jsonValue = (text: unknown): unknown => {
  if (typeof text !== 'string') return undefined
  try {
    const value: unknown = JSON.parse(text)
    return unstorableAt(value) === undefined ? value : undefined
  } catch {
    return undefined
  }
}

/** An order id: 6 to 64 of `A–Z a–z 0–9 - _ =` (domain.md §1.5). */
export const orderIdSchema = z.string().regex(/^[A-Za-z0-9\-_=]{6,64}$/)

const won = z.number().int().min(0).max(100_000_000_000)

export const confirmBody = z.object({
  paymentKey: z.string().min(1).max(200),
  orderId: z.string().min(1).max(64),
  amount: won,
})

/** Body of the older confirm, whose payment key is in the address. */
export const aliasBody = confirmBody.omit({ paymentKey: true })

export const cancelBody = z.object({
  cancelReason: z.string().min(1).max(200),
  cancelAmount: won.min(1).nullish(),
  taxFreeAmount: won.nullish(),
  refundableAmount: won.nullish(),
  currency: z.string().nullish(),
  refundReceiveAccount: z.looseObject({}).nullish(),
})

export const virtualAccountBody = z
  .object({
    amount: won.min(1),
    orderId: orderIdSchema,
    orderName: z.string().min(1).max(100),
    customerName: z.string().min(1).max(100),
    bank: z.string(),
    validHours: z.number().int().min(1).max(720).nullish(),
    dueDate: z.string().nullish(),
    taxFreeAmount: won.nullish(),
    useEscrow: z.boolean().nullish(),
  })
  .refine((body) => !(body.validHours != null && body.dueDate != null))

const HAS_OFFSET = /(Z|[+-]\d{2}:\d{2})$/

/** Epoch milliseconds of a date and time as Toss takes it: Korea time unless it carries an offset. NaN when it is none. */
export const koreanInstant = (text: string): number => Date.parse(HAS_OFFSET.test(text) ? text : `${text}+09:00`)

export const metadataSchema = z
  .record(z.string().max(40), z.string().max(2000))
  .refine((metadata) => Object.keys(metadata).length <= 5)
