import { readFile } from 'node:fs/promises'
import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database } from '#kernel/store.ts'
import { BANKS } from '../payments/cancel.ts'
import { deposit, passDue } from '../payments/deposit.ts'
import { tossError } from '../api/errors.ts'
import type { Faults } from '../faults/faults.ts'
import { postingUnder } from '../api/exchange.ts'
import type { Ledger } from '../payments/ledger.ts'
import type { Merchants } from '../merchants.ts'
import { abort, authenticate, CARD_COMPANIES, opened, WALLETS, type Choice } from './open.ts'
import { bankPage, receiptPage, windowOver, windowPage } from './pages.ts'
import type { Payment } from '../payments/payment.ts'
import { openAccounts, paymentsByKey } from '../payments/record-store.ts'
import { jsonValue, metadataSchema, orderIdSchema } from '../api/requests.ts'
import type { Posting, Webhooks } from '../webhooks/webhooks.ts'

interface Given {
  readonly db: Database
  readonly runtime: Runtime
  readonly merchants: Merchants
  readonly faults: Faults
  readonly ledger: Ledger
  readonly webhooks: Webhooks
}

const isAddress = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)

const methods = z.enum(['CARD', 'TRANSFER', 'VIRTUAL_ACCOUNT', 'EASY_PAY', 'MOBILE_PHONE'])

/** What the SDK opens a window with; each wrong member has the error code the SDK would have. */
const openingInput = z.object({
  clientKey: z.string('INVALID_CLIENT_KEY'),
  orderId: orderIdSchema,
  orderName: z.string('INVALID_ORDER_NAME').min(1, 'INVALID_ORDER_NAME').max(100, 'INVALID_ORDER_NAME'),
  amount: z.number('INCORRECT_AMOUNT_FORMAT').int('INCORRECT_AMOUNT_FORMAT').min(1, 'BELOW_ZERO_AMOUNT'),
  successUrl: z.string('INCORRECT_SUCCESS_URL_FORMAT').refine(isAddress, 'INCORRECT_SUCCESS_URL_FORMAT'),
  failUrl: z.string('INCORRECT_FAIL_URL_FORMAT').refine(isAddress, 'INCORRECT_FAIL_URL_FORMAT'),
  method: methods.nullish(),
  provider: z.string().nullish(),
  customerName: z.string().max(100, 'INVALID_CUSTOMER_NAME').nullish(),
  taxFreeAmount: z.number().int().min(0).nullish(),
  taxExemptionAmount: z.number().int().min(0).nullish(),
  useEscrow: z.boolean().nullish(),
  cultureExpense: z.boolean().nullish(),
  validHours: z.number().int().min(1).max(2_160).nullish(),
  metadata: metadataSchema.nullish(),
})

/** Codes of members whose schemas are shared with the API. */
const codesOf: Readonly<Record<string, string>> = { orderId: 'INVALID_ORDER_ID', metadata: 'INVALID_METADATA' }

const formInput = z.object({
  action: z.enum(['pay', 'refuse', 'close']),
  method: methods.default('CARD'),
  issuerCode: z
    .string()
    .refine((code) => Object.hasOwn(CARD_COMPANIES, code))
    .optional(),
  provider: z
    .string()
    .refine((name) => Object.hasOwn(WALLETS, name))
    .optional(),
  transferBank: z
    .string()
    .refine((code) => Object.hasOwn(BANKS, code))
    .optional(),
  accountBank: z
    .string()
    .refine((code) => Object.hasOwn(BANKS, code))
    .optional(),
  refusal: z
    .string()
    .regex(/^[A-Z_]*$/)
    .optional(),
})

const bankInput = z.object({ action: z.enum(['deposit', 'pass-due']), paymentKey: z.string().max(200) })

const withQuery = (address: string, query: Readonly<Record<string, string>>): string => {
  const url = new URL(address)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url.href
}

const CANCELED = { code: 'PAY_PROCESS_CANCELED', message: '사용자에 의해 결제가 취소되었습니다.' }

const choiceOf = (form: z.output<typeof formInput>): Choice => ({
  method: form.method,
  provider: form.provider,
  issuerCode: form.issuerCode,
  bankCode: form.method === 'TRANSFER' ? form.transferBank : form.accountBank,
  refusal: form.refusal === '' ? undefined : form.refusal,
})

/** The payment window: what the SDK opens, what the buyer sees and does there, and the way back to the shop. */
export const paymentWindow =
  (given: Given): FastifyPluginAsync =>
  async (app) => {
    const { db, merchants, faults, ledger, webhooks, runtime } = given
    const [sdk, css] = await Promise.all(
      ['./sdk.js', './window.css'].map((file) => readFile(new URL(file, import.meta.url), 'utf8')),
    )

    const page = (reply: FastifyReply, status: number, text: string): FastifyReply =>
      reply
        .code(status)
        .header('content-type', 'text/html; charset=utf-8')
        .header('content-security-policy', "default-src 'none'; style-src 'self'; base-uri 'none'")
        .header('cache-control', 'no-store')
        .send(text)

    const find = async (paymentKey: string): Promise<Payment | undefined> =>
      paymentKey.includes('\0') ? undefined : (await paymentsByKey(db, [paymentKey]))[0]

    const execute = async (
      mid: string,
      paymentKey: string | undefined,
      orderId: string | undefined,
      decide: Parameters<Ledger['execute']>[0]['decide'],
      posting: Posting = {},
    ) => {
      const outcome = await ledger.execute({ mid, language: 'ko', paymentKey, orderId, decide, posting })
      webhooks.send(outcome.webhooks)
      return outcome
    }

    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))

    app.get('/sdk.js', async (_request, reply) =>
      reply
        .header('content-type', 'text/javascript; charset=utf-8')
        .header('cross-origin-resource-policy', 'cross-origin')
        .send(sdk),
    )
    app.get('/window.css', async (_request, reply) => reply.header('content-type', 'text/css; charset=utf-8').send(css))

    app.post('/window', async (request, reply) => {
      // Sent as plain text by the script, so that a browser asks no leave first; shops live at other origins.
      reply.header('access-control-allow-origin', '*')
      const input = openingInput.safeParse(jsonValue(request.body))
      if (!input.success) {
        const [issue] = input.error.issues
        const member = String(issue?.path[0] ?? '')
        const code = /^[A-Z_]+$/.test(issue?.message ?? '') ? issue!.message : (codesOf[member] ?? 'INVALID_REQUEST')
        return reply.code(400).send({ code, message: `${member} 값을 확인해 주세요.` })
      }
      const { clientKey, successUrl, failUrl, ...body } = input.data
      const merchant = merchants.ofClientKey(clientKey)
      if (!merchant)
        return reply.code(400).send({ code: 'INVALID_CLIENT_KEY', message: '클라이언트 키가 올바르지 않습니다.' })
      const outcome = await execute(merchant.mid, undefined, body.orderId, (_payment, approvedKey, chance) => {
        if (approvedKey !== undefined) return { refused: 'DUPLICATED_ORDER_ID' }
        const payment = opened(
          {
            mid: merchant.mid,
            orderId: body.orderId,
            orderName: body.orderName,
            amount: body.amount,
            method: body.method ?? null,
            customerName: body.customerName,
            taxFreeAmount: body.taxFreeAmount ?? 0,
            taxExemptionAmount: body.taxExemptionAmount ?? 0,
            useEscrow: body.useEscrow ?? false,
            cultureExpense: body.cultureExpense ?? false,
            validHours: body.validHours,
            metadata: body.metadata,
            window: { successUrl, failUrl },
          },
          chance,
        )
        return { payment: { ...payment, easyPay: body.provider ? { provider: body.provider } : null } }
      })
      if (!outcome.payment)
        return reply.code(400).send({ code: outcome.refused, message: tossError(outcome.refused!).ko })
      return { paymentKey: outcome.payment.paymentKey }
    })

    app.get('/window/:paymentKey', async (request, reply) => {
      const payment = await find((request.params as { paymentKey: string }).paymentKey)
      const open = payment?.window && payment.status === 'READY' && (payment.lapsesAt ?? 0) > runtime.now()
      return open ? page(reply, 200, windowPage(payment)) : page(reply, 410, windowOver())
    })

    app.post('/window/:paymentKey', async (request, reply) => {
      const payment = await find((request.params as { paymentKey: string }).paymentKey)
      const form = formInput.safeParse(Object.fromEntries(new URLSearchParams(String(request.body ?? ''))))
      if (!payment?.window || !form.success) return page(reply, 410, windowOver())
      const { successUrl, failUrl } = payment.window
      if (form.data.action === 'close') return reply.redirect(withQuery(failUrl, CANCELED), 303)
      const refused = { code: 'REJECT_CARD_COMPANY', message: tossError('REJECT_CARD_COMPANY').ko }
      const paying = form.data.action === 'pay'
      const outcome = await execute(
        payment.mid,
        payment.paymentKey,
        undefined,
        (now, _approvedKey, chance) =>
          paying ? authenticate(now, choiceOf(form.data), chance) : abort(now, refused.code, refused.message, chance),
        paying ? {} : await postingUnder(faults, 'any'),
      )
      if (outcome.refused) return page(reply, 410, windowOver())
      if (!paying) return reply.redirect(withQuery(failUrl, { ...refused, orderId: payment.orderId }), 303)
      return reply.redirect(
        withQuery(successUrl, {
          paymentType: 'NORMAL',
          orderId: payment.orderId,
          paymentKey: payment.paymentKey,
          amount: String(payment.totalAmount),
        }),
        303,
      )
    })

    app.get('/bank', async (_request, reply) => page(reply, 200, bankPage(await openAccounts(db, 50))))

    app.post('/bank', async (request, reply) => {
      const form = bankInput.safeParse(Object.fromEntries(new URLSearchParams(String(request.body ?? ''))))
      const payment = form.success ? await find(form.data.paymentKey) : undefined
      if (!form.success || !payment) return page(reply, 410, windowOver())
      const keepWaiting = faults.list().some((each) => each.name === 'keep-waiting-past-due')
      await execute(
        payment.mid,
        payment.paymentKey,
        undefined,
        (now, _approvedKey, chance) =>
          form.data.action === 'deposit' ? deposit(now, undefined, chance) : passDue(now, keepWaiting, chance),
        await postingUnder(faults, 'deposit'),
      )
      return reply.redirect('/simulators/toss/bank', 303)
    })

    app.get('/receipts/:paymentKey', async (request, reply) => {
      const payment = await find((request.params as { paymentKey: string }).paymentKey)
      return payment?.approvedAt == null ? page(reply, 404, windowOver()) : page(reply, 200, receiptPage(payment))
    })
  }
