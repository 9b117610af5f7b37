import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import type { Database } from '#kernel/store.ts'
import { wholeNumber } from '#kernel/input/whole-number.ts'
import { tossError } from '../api/errors.ts'
import { deposit, passDue, reverseDeposit } from '../payments/deposit.ts'
import { postingUnder } from '../api/exchange.ts'
import { FAULTS, faultsInput, type FaultName, type Faults } from './faults.ts'
import type { Ledger } from '../payments/ledger.ts'
import type { Merchant, Merchants } from '../merchants.ts'
import { authenticate, opened, WALLETS } from '../window/open.ts'
import { balanceOf, type Payment } from '../payments/payment.ts'
import { paymentOfOrder, paymentPage, paymentsOfOrder } from '../payments/record-store.ts'
import { metadataSchema, orderIdSchema } from '../api/requests.ts'
import type { Chance, Decision } from '../payments/rules.ts'
import { unaccepted } from '../webhooks/webhook-store.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'

interface Given {
  readonly db: Database
  readonly merchants: Merchants
  readonly faults: Faults
  readonly ledger: Ledger
  readonly webhooks: Webhooks
}

const won = z.number().int().min(1).max(100_000_000_000)
const codeSchema = z.string().refine((code) => /^[A-Z_]+$/.test(code))

const approveInput = z.object({
  orderId: orderIdSchema,
  amount: won,
  method: z.enum(['CARD', 'TRANSFER', 'VIRTUAL_ACCOUNT', 'EASY_PAY', 'MOBILE_PHONE']).default('CARD'),
  provider: z.enum(Object.keys(WALLETS) as [string, ...string[]]).optional(),
  orderName: z.string().min(1).max(100).default('주문'),
  customerName: z.string().max(100).nullish(),
  clientKey: z.string().optional(),
  taxFreeAmount: z.number().int().min(0).optional(),
  taxExemptionAmount: z.number().int().min(0).optional(),
  useEscrow: z.boolean().optional(),
  /** Bank of a transfer or a virtual account, and hours for which the latter is open. */
  bankCode: z.string().optional(),
  validHours: z.number().int().min(1).max(2_160).optional(),
  metadata: metadataSchema.nullish(),
  /** The code the issuer will refuse the confirm with. */
  refusal: codeSchema.optional(),
})

const depositInput = z
  .object({
    action: z.enum(['deposit', 'reverse', 'pass-due']).default('deposit'),
    orderId: z.string().optional(),
    paymentKey: z.string().optional(),
    /** Won paid in; another amount than the account was issued for is turned away. */
    amount: won.optional(),
    clientKey: z.string().optional(),
  })
  .refine((body) => (body.orderId === undefined) !== (body.paymentKey === undefined), 'give an orderId or a paymentKey')

const recordInput = z.object({
  cursor: z.string().default(''),
  limit: wholeNumber(1, 1000).default(200),
  orderId: orderIdSchema.optional(),
})

const recorded = (payment: Payment) => ({
  paymentKey: payment.paymentKey,
  mId: payment.mid,
  orderId: payment.orderId,
  status: payment.status,
  method: payment.method,
  totalAmount: payment.totalAmount,
  capturedAmount: payment.captured,
  canceledAmount: payment.refunded,
  balanceAmount: balanceOf(payment),
  requestedAt: payment.requestedAt,
  approvedAt: payment.approvedAt,
  cancels: payment.cancels.map(({ transactionKey, cancelAmount, cancelReason, canceledAt }) => ({
    transactionKey,
    cancelAmount,
    cancelReason,
    canceledAt,
  })),
})

/**
 * What the outside world does, and what is asked of it only in tests: a buyer who pays, a bank that takes a deposit,
 * faults, and the books. Nothing here exists at Toss, so nothing here is under its paths.
 */
export const controls =
  ({ db, merchants, faults, ledger, webhooks }: Given): FastifyPluginAsync =>
  async (app) => {
    const merchantOf = (clientKey: string | undefined): Merchant | undefined =>
      clientKey === undefined ? merchants.first : merchants.ofClientKey(clientKey)

    const execute = async (
      merchant: Merchant,
      paymentKey: string | undefined,
      orderId: string | undefined,
      decide: (payment: Payment | undefined, approvedKey: string | undefined, chance: Chance) => Decision,
    ) => {
      // A buyer who approves changes nothing that a shop is told of, and so uses up no fault.
      const posting = paymentKey === undefined ? {} : await postingUnder(faults, 'deposit')
      const outcome = await ledger.execute({ mid: merchant.mid, language: 'ko', paymentKey, orderId, decide, posting })
      webhooks.send(outcome.webhooks)
      return outcome
    }

    app.setErrorHandler((error, request, reply) => {
      const problem = error as { issues?: unknown; statusCode?: number; message: string }
      const status = problem.issues ? 400 : (problem.statusCode ?? 500)
      if (status >= 500) request.log.error(error)
      return reply.code(status).send({ code: status < 500 ? 'INVALID_REQUEST' : 'FAILED', message: problem.message })
    })

    const refused = (code: string) => {
      const { status, ko } = tossError(code)
      return { status, body: { code, message: ko } }
    }

    app.post('/approve', async (request, reply) => {
      const body = approveInput.parse(request.body)
      const merchant = merchantOf(body.clientKey)
      if (!merchant) return reply.code(400).send(refused('INVALID_API_KEY').body)
      const outcome = await execute(merchant, undefined, body.orderId, (_payment, approvedKey, chance) => {
        if (approvedKey !== undefined) return { refused: 'DUPLICATED_ORDER_ID' }
        const payment = opened({ ...body, mid: merchant.mid }, chance)
        const { method, provider, bankCode, refusal } = body
        return authenticate(payment, { method, provider, bankCode, refusal }, chance)
      })
      if (outcome.refused) return reply.code(400).send(refused(outcome.refused).body)
      return { paymentKey: outcome.payment!.paymentKey }
    })

    app.post('/deposits', async (request, reply) => {
      const body = depositInput.parse(request.body)
      const merchant = merchantOf(body.clientKey)
      if (!merchant) return reply.code(400).send(refused('INVALID_API_KEY').body)
      const paymentKey = body.paymentKey ?? (await paymentOfOrder(db, merchant.mid, body.orderId!))?.paymentKey
      const keepWaiting = faults.list().some((each) => each.name === 'keep-waiting-past-due')
      const outcome = await execute(merchant, paymentKey, undefined, (payment, _approvedKey, chance) => {
        if (payment && payment.mid !== merchant.mid) return { refused: 'NOT_FOUND_PAYMENT' }
        if (body.action === 'deposit') return deposit(payment, body.amount, chance)
        if (body.action === 'reverse') return reverseDeposit(payment, chance)
        return passDue(payment, keepWaiting, chance)
      })
      if (!outcome.refused) return { paymentKey: outcome.payment!.paymentKey, status: outcome.payment!.status }
      const { status, body: problem } = refused(outcome.refused)
      return reply.code(status).send(problem)
    })

    app.get('/record', async (request) => {
      const { cursor, limit, orderId } = recordInput.parse(request.query)
      if (orderId !== undefined) {
        const found = await paymentsOfOrder(db, merchants.mids, orderId)
        return { items: found.map(recorded), nextCursor: null }
      }
      const page = await paymentPage(db, cursor, limit + 1)
      const items = page.slice(0, limit)
      return { items: items.map(recorded), nextCursor: page.length > limit ? items.at(-1)!.paymentKey : null }
    })

    app.get('/webhooks', async () => ({ items: await unaccepted(db, 200) }))

    const listed = () => ({ faults: faults.list(), known: FAULTS })
    app.get('/faults', async () => listed())
    app.put('/faults', async (request) => {
      await faults.set(faultsInput.parse(request.body))
      return listed()
    })
    app.delete('/faults', async () => {
      await faults.clear()
      return listed()
    })
    app.delete('/faults/:name', async (request) => {
      await faults.clear((request.params as { name: FaultName }).name)
      return listed()
    })
  }
