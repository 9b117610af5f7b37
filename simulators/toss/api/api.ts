import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { microBatcher } from '#kernel/batch.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database } from '#kernel/store.ts'
import { wholeNumberOf } from '#kernel/input/decimal.ts'
import { languageOf, refuse } from './answer.ts'
import { BANKS, cancel } from '../payments/cancel.ts'
import { HOUR, koreanTime } from '../clock.ts'
import { confirm, issueAccount, type ConfirmRequest, type ConfirmTwist } from '../payments/confirm.ts'
import { lapse } from '../payments/deposit.ts'
import type { Asked, Exchange, Plan } from './exchange.ts'
import type { Faults } from '../faults/faults.ts'
import { DEPOSIT_FOR, opened } from '../window/open.ts'
import { shown, type Payment } from '../payments/payment.ts'
import { paymentOfOrder, paymentsByKey, transactionsBetween } from '../payments/record-store.ts'
import { aliasBody, cancelBody, confirmBody, jsonValue, koreanInstant, parsed, virtualAccountBody } from './requests.ts'

interface Given {
  readonly db: Database
  readonly runtime: Runtime
  readonly faults: Faults
  readonly exchange: Exchange
  readonly origin: () => string
}

const param = (request: FastifyRequest, name: string): string => (request.params as Record<string, string>)[name] ?? ''

/** A key or id out of an address that can be looked up at all. */
const searchable = (value: string): boolean => value.length > 0 && value.length <= 200 && !value.includes('\0')

const approved = new Set(['DONE', 'WAITING_FOR_DEPOSIT', 'CANCELED', 'PARTIAL_CANCELED'])

/** The API at the paths of api.tosspayments.com (domain.md §1.4). */
export const tossApi =
  ({ db, runtime, faults, exchange, origin }: Given): FastifyPluginAsync =>
  async (app) => {
    const byKey = microBatcher<string, Payment | undefined>({ concurrency: 2, max: 200 }, async (keys) => {
      const found = new Map((await paymentsByKey(db, keys)).map((each) => [each.paymentKey, each]))
      return keys.map((key) => found.get(key))
    }).call

    const twistOf = async (): Promise<ConfirmTwist> => {
      if (faults.list().length === 0) return {}
      const refused = await faults.strike('refuse-card', 'confirm')
      return {
        ...(refused && { refuse: refused.code ?? 'REJECT_CARD_COMPANY', keepOpen: refused.keepOpen }),
        amountMismatch: (await faults.strike('amount-mismatch-code', 'confirm'))?.code,
        orderMismatch: (await faults.strike('order-mismatch-code', 'confirm'))?.code,
      }
    }

    const confirming = async (paymentKey: string, request: ConfirmRequest): Promise<Plan> => {
      const twist = await twistOf()
      return {
        paymentKey,
        orderId: request.orderId,
        decide: (payment, approvedKey, chance) => confirm(payment, request, approvedKey, twist, chance),
      }
    }

    const looked = async (asked: Asked, payment: Payment | undefined): Promise<Plan> => {
      if (!payment || payment.mid !== asked.merchant.mid) return 'NOT_FOUND_PAYMENT'
      if (!approved.has(payment.status) && (await faults.strike('hide-unapproved', 'get'))) return 'NOT_FOUND_PAYMENT'
      const keepWaiting = faults.list().some((each) => each.name === 'keep-waiting-past-due')
      return { status: 200, body: JSON.stringify(shown(lapse(payment, runtime.now(), keepWaiting), origin())) }
    }

    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    app.setErrorHandler((error, request, reply) => {
      const status = (error as { statusCode?: number }).statusCode ?? 500
      if (status >= 500) request.log.error(error)
      const code = status < 500 ? 'INVALID_REQUEST' : 'FAILED_INTERNAL_SYSTEM_PROCESSING'
      const answer = refuse(code, languageOf(request.headers['accept-language']))
      return reply.code(answer.status).header('content-type', 'application/json;charset=utf-8').send(answer.body)
    })
    app.setNotFoundHandler(exchange.handle('any', () => 'NOT_FOUND'))

    app.post(
      '/v1/payments/confirm',
      exchange.handle('confirm', ({ request, merchant }) => {
        const body = parsed(confirmBody, jsonValue(request.body))
        return body ? confirming(body.paymentKey, { ...body, mid: merchant.mid }) : 'INVALID_REQUEST'
      }),
    )

    // What needs a further contract with Toss, which this merchant does not have.
    const uncontracted = exchange.handle('any', () => 'NOT_SUPPORTED_METHOD')
    app.post('/v1/payments/key-in', uncontracted)
    app.all('/v1/billing/*', uncontracted)

    app.post(
      '/v1/payments/:paymentKey',
      exchange.handle('confirm', ({ request, merchant }) => {
        const body = parsed(aliasBody, jsonValue(request.body))
        const paymentKey = param(request, 'paymentKey')
        if (!body || !searchable(paymentKey)) return 'INVALID_REQUEST'
        return confirming(paymentKey, { ...body, mid: merchant.mid })
      }),
    )

    app.get(
      '/v1/payments/:paymentKey',
      exchange.handle('get', async (asked) => {
        const key = param(asked.request, 'paymentKey')
        return looked(asked, searchable(key) ? await byKey(key) : undefined)
      }),
    )

    app.get(
      '/v1/payments/orders/:orderId',
      exchange.handle('get', async (asked) => {
        const orderId = param(asked.request, 'orderId')
        return looked(asked, searchable(orderId) ? await paymentOfOrder(db, asked.merchant.mid, orderId) : undefined)
      }),
    )

    app.post(
      '/v1/payments/:paymentKey/cancel',
      exchange.handle('cancel', ({ request, merchant }) => {
        const body = parsed(cancelBody, jsonValue(request.body))
        const paymentKey = param(request, 'paymentKey')
        if (!body) return 'INVALID_REQUEST'
        if (!searchable(paymentKey)) return 'NOT_FOUND_PAYMENT'
        const wanted = {
          mid: merchant.mid,
          cancelReason: body.cancelReason,
          cancelAmount: body.cancelAmount ?? undefined,
          taxFreeAmount: body.taxFreeAmount ?? 0,
          refundableAmount: body.refundableAmount ?? undefined,
          currency: body.currency ?? undefined,
          refundReceiveAccount: body.refundReceiveAccount ?? undefined,
        }
        return { paymentKey, decide: (payment, _approvedKey, chance) => cancel(payment, wanted, chance) }
      }),
    )

    app.post(
      '/v1/virtual-accounts',
      exchange.handle('virtual-accounts', ({ request, merchant }) => {
        const body = parsed(virtualAccountBody, jsonValue(request.body))
        if (!body) return 'INVALID_REQUEST'
        if (!Object.hasOwn(BANKS, body.bank)) return 'INVALID_BANK'
        const now = runtime.now()
        const dueAt =
          body.dueDate == null ? now + (body.validHours ?? DEPOSIT_FOR / HOUR) * HOUR : koreanInstant(body.dueDate)
        if (!(dueAt > now && dueAt <= now + 720 * HOUR)) return 'INVALID_REQUEST'
        if (body.amount < 200) return 'BELOW_MINIMUM_AMOUNT'
        return {
          orderId: body.orderId,
          decide: (_payment, approvedKey, chance) => {
            if (approvedKey !== undefined) return { refused: 'DUPLICATED_ORDER_ID' }
            const payment = opened(
              {
                mid: merchant.mid,
                orderId: body.orderId,
                orderName: body.orderName,
                amount: body.amount,
                method: 'VIRTUAL_ACCOUNT',
                customerName: body.customerName,
                taxFreeAmount: body.taxFreeAmount ?? 0,
                useEscrow: body.useEscrow ?? false,
              },
              chance,
            )
            return issueAccount({ ...payment, bankCode: body.bank }, dueAt, chance)
          },
        }
      }),
    )

    app.get(
      '/v1/transactions',
      exchange.handle('any', async ({ request, merchant }) => {
        const query = request.query as Record<string, string | undefined>
        const [from, to] = [query.startDate, query.endDate].map((each) => koreanInstant(each ?? ''))
        const limit = wholeNumberOf(query.limit || '100')
        // A Z suffix was refused by the real service; an explicit offset is taken (domain.md §1.4.11).
        const zulu = [query.startDate, query.endDate].some((each) => each?.endsWith('Z'))
        if (zulu || Number.isNaN(from) || Number.isNaN(to)) return 'INVALID_DATE'
        if (limit === undefined || limit < 1 || limit > 5000) return 'INVALID_REQUEST'
        const rows = await transactionsBetween(db, merchant.mid, from!, to!, query.startingAfter ?? null, limit)
        const body = rows.map((row) => ({
          mId: merchant.mid,
          transactionKey: row.transaction_key,
          paymentKey: row.payment_key,
          orderId: row.order_id,
          method: row.method,
          customerKey: null,
          useEscrow: false,
          receiptUrl: `${origin()}/simulators/toss/receipts/${row.payment_key}`,
          status: row.status,
          transactionAt: koreanTime(row.at),
          currency: 'KRW',
          amount: row.amount,
        }))
        return { status: 200, body: JSON.stringify(body) }
      }),
    )
  }
