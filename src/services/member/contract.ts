import { z } from 'zod'
import { contract, event, instantSchema, nothing } from '#kernel/contract.ts'
import { fault } from '#kernel/fault.ts'
import { nameText, oneLine, textProblem } from '#kernel/text/one-line.ts'
import { phoneDigitsOf } from '#kernel/text/phone.ts'

/** Why an order keeps its buyer from leaving. */
export const openReason = z.enum([
  /** It is not paid yet, and can be. */
  'UNPAID',
  /** It awaits a deposit into a virtual account. */
  'AWAITING_DEPOSIT',
  /** Money may be moving: what became of a payment is not known yet. */
  'PAYMENT_UNDER_WAY',
  /** Money is on its way back, or should be. */
  'UNREFUNDED',
  /** It is paid, and may be on its way to the buyer. */
  'UNDELIVERED',
])
export type OpenReason = z.output<typeof openReason>

/** What keeps a member from leaving: each reason with how many orders, and the newest of them. */
export const openOrders = z.array(
  z.object({
    reason: openReason,
    count: z.number().int().min(1),
    orders: z.array(z.object({ id: z.uuid(), number: z.string() })),
  }),
)
export type OpenOrders = z.output<typeof openOrders>

const inKorean: Readonly<Record<OpenReason, string>> = {
  UNPAID: '결제하지 않은 주문',
  AWAITING_DEPOSIT: '입금을 기다리는 주문',
  PAYMENT_UNDER_WAY: '결제를 확인하고 있는 주문',
  UNREFUNDED: '환불이 끝나지 않은 주문',
  UNDELIVERED: '배송 중인 주문',
}
const inEnglish: Readonly<Record<OpenReason, string>> = {
  UNPAID: 'not paid yet',
  AWAITING_DEPOSIT: 'awaiting a deposit',
  PAYMENT_UNDER_WAY: 'with a payment under way',
  UNREFUNDED: 'not refunded yet',
  UNDELIVERED: 'on their way to you',
}

export const ORDERS_OPEN = fault(
  'ORDERS_OPEN',
  409,
  {
    ko: ({ open }) =>
      `진행 중인 주문이 있어 탈퇴할 수 없습니다(${open.map(({ reason, count }) => `${inKorean[reason]} ${count}건`).join(', ')}). 모두 끝난 뒤 다시 시도해 주세요.`,
    en: ({ open }) =>
      `You have orders in progress (${open.map(({ reason, count }) => `${count} ${inEnglish[reason]}`).join(', ')}). Please withdraw once they have ended.`,
  },
  z.object({ open: openOrders }),
)
export const ADDRESS_LIMIT = fault('ADDRESS_LIMIT', 409, {
  ko: '배송지는 20개까지 저장할 수 있습니다.',
  en: 'You can keep up to 20 addresses.',
})

export const MEMBER_WITHDRAWN = fault('MEMBER_WITHDRAWN', 410, {
  ko: '탈퇴한 회원입니다.',
  en: 'This membership has ended.',
})

/** A person's name: one field, as long as foreign names are. */
export const personName = nameText(60)

/** A Korean phone number however it is typed, kept as digits. */
export const phoneNumber = z
  .string()
  .max(40)
  .meta({ examples: ['010-1234-5678'] })
  .transform((text, context) => {
    const digits = phoneDigitsOf(text)
    if (digits !== undefined) return digits
    context.issues.push({
      code: 'custom',
      input: text,
      message: 'phone_number',
      params: {
        ko: '전화번호를 확인해 주세요. 예: 010-1234-5678, 02-123-4567',
        en: 'Please check the phone number, e.g. 010-1234-5678 or 02-123-4567.',
      },
    })
    return z.NEVER
  })

/** A line that may be left out; null means the same. */
const optionalLine = oneLine(0, 200)
  .nullish()
  .transform((text) => text ?? undefined)
  .pipe(z.string().optional())

/** Lines of a note. */
const MEMO_LINES = 10
/** What programs end a line with. */
const LINE_ENDS = /\r\n|[\r\n\v\f\u0085\u2028\u2029]/

/** A note of a few lines, each ended by LF and trimmed, without blank ones around; null and nothing mean none. */
const memoText = z
  .string()
  .meta({ maxLength: 200 })
  .transform((text) =>
    text
      .normalize('NFC')
      .split(LINE_ENDS)
      .map((line) => line.replaceAll('\t', ' ').trim())
      .join('\n')
      .replace(/^\n+|\n+$/g, ''),
  )
  .pipe(z.string().max(200))
  .superRefine((text, context) => {
    const problem = text.split('\n').map(textProblem).find(Boolean)
    if (problem) context.addIssue({ code: 'custom', message: problem.code, params: problem.message, input: text })
  })
  .refine((text) => text.split('\n').length <= MEMO_LINES, {
    message: 'too_many_lines',
    params: { ko: `${MEMO_LINES}줄까지 입력할 수 있습니다.`, en: `This may have at most ${MEMO_LINES} lines.` },
  })
  .nullish()
  .transform((text) => text || undefined)
  .pipe(z.string().optional())

/** Where a parcel goes. Five-digit postcode (in force since 2015-08-01). */
export const shippingAddress = z.object({
  recipient: personName,
  phone: phoneNumber,
  postcode: z.string().regex(/^\d{5}$/),
  address1: oneLine(1, 200),
  address2: optionalLine,
  memo: memoText,
})

/** An address as it is stored and shown: what was taken once is not judged again, whatever today's rules say of it. */
export const storedAddress = z.object({
  recipient: z.string(),
  phone: z.string(),
  postcode: z.string(),
  address1: z.string(),
  address2: z.string().optional(),
  memo: z.string().optional(),
})
export type ShippingAddress = z.output<typeof storedAddress>

export const memberOutput = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  phone: z.string().nullable(),
  grade: z.enum(['WELCOME', 'SILVER', 'GOLD', 'VIP']),
  marketingConsent: z.boolean(),
  createdAt: instantSchema,
})
export type Member = z.output<typeof memberOutput>

export const addressOutput = storedAddress.extend({ id: z.uuid(), isDefault: z.boolean() })
export type Address = z.output<typeof addressOutput>

export const member = contract('member', {
  me: {
    summary: 'The signed-in member.',
    method: 'GET',
    path: '/members/me',
    access: 'member',
    input: nothing,
    output: memberOutput,
  },
  updateMe: {
    summary: 'Changes the profile; members left out stay as they are.',
    method: 'PATCH',
    path: '/members/me',
    access: 'member',
    repeatable: true,
    input: z.object({
      name: personName.optional(),
      phone: phoneNumber.nullable().optional(),
      marketingConsent: z.boolean().optional(),
    }),
    output: memberOutput,
  },
  withdraw: {
    summary: 'Ends the membership. Personal data is destroyed, but for what the law has us keep, which is set apart.',
    method: 'DELETE',
    path: '/members/me',
    access: 'member',
    status: 204,
    input: nothing,
    output: z.void(),
    faults: [ORDERS_OPEN],
  },
  addresses: {
    summary: 'The address book, default first.',
    method: 'GET',
    path: '/members/me/addresses',
    access: 'member',
    input: nothing,
    output: z.object({ items: z.array(addressOutput) }),
  },
  addAddress: {
    summary: 'Adds an address.',
    method: 'POST',
    path: '/members/me/addresses',
    access: 'member',
    status: 201,
    input: shippingAddress.extend({ isDefault: z.boolean().default(false) }),
    output: addressOutput,
    faults: [ADDRESS_LIMIT],
  },
  updateAddress: {
    summary: 'Replaces an address.',
    method: 'PUT',
    path: '/members/me/addresses/{id}',
    access: 'member',
    repeatable: true,
    input: shippingAddress.extend({ id: z.uuid(), isDefault: z.boolean().default(false) }),
    output: addressOutput,
  },
  deleteAddress: {
    summary: 'Deletes an address.',
    method: 'DELETE',
    path: '/members/me/addresses/{id}',
    access: 'member',
    status: 204,
    repeatable: true,
    input: z.object({ id: z.uuid() }),
    output: z.void(),
  },
  create: {
    summary: 'Makes the profile of a new member; repeating it finds the first, unless it has been withdrawn since.',
    method: 'POST',
    access: 'service',
    repeatable: true,
    input: z.object({ id: z.uuid(), email: z.string(), name: personName }),
    output: memberOutput,
    faults: [MEMBER_WITHDRAWN],
  },
  find: {
    summary: 'A member by id, for services that write to them; null once withdrawn.',
    method: 'GET',
    access: 'service',
    input: z.object({ id: z.uuid() }),
    output: memberOutput.nullable(),
  },
})

export const memberWithdrawn = event('member.withdrawn', {
  version: 1,
  key: 'memberId',
  summary: 'A member ended the membership; services forget what the law does not have them keep.',
  payload: z.object({ memberId: z.uuid(), at: instantSchema }),
})
