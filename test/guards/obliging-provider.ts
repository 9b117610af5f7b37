import fastify from 'fastify'
import { after } from 'node:test'

const closing: (() => Promise<unknown>)[] = []
// Registered while the file loads: inside a hook it would run after the hook.
after(async () => {
  for (const close of closing) await close()
})

interface Cancel {
  readonly transactionKey: string
  readonly cancelAmount: number
  readonly cancelReason: string
  readonly canceledAt: string
}

/**
 * A payment provider that captures and gives back whatever it is asked to, twice too. Toss would refuse a second capture of
 * an order, and more than was paid; here nobody stands behind our own guards.
 */
export const startObligingProvider = async () => {
  const captured: string[] = []
  const paymentOf = (paymentKey: string, orderId: string, amount: number, cancels: readonly Cancel[] = []) => {
    const balanceAmount = cancels.reduce((left, each) => Math.max(0, left - each.cancelAmount), amount)
    return {
      paymentKey,
      orderId,
      status: cancels.length === 0 ? 'DONE' : balanceAmount === 0 ? 'CANCELED' : 'PARTIAL_CANCELED',
      method: '카드',
      totalAmount: amount,
      balanceAmount,
      approvedAt: '2026-11-20T12:00:00+09:00',
      lastTransactionKey: cancels.at(-1)?.transactionKey ?? `transaction of ${paymentKey}`,
      cancels,
    }
  }
  const known = new Map<string, ReturnType<typeof paymentOf>>()
  /** Cancels of a payment that wait to be let through. */
  const held: (() => void)[] = []
  let isHeld = false
  const app = fastify()
  app.post<{ Body: { paymentKey: string; orderId: string; amount: number } }>(
    '/v1/payments/confirm',
    async (request) => {
      const { paymentKey, orderId, amount } = request.body
      captured.push(orderId)
      const payment = paymentOf(paymentKey, orderId, amount)
      known.set(paymentKey, payment)
      return payment
    },
  )
  app.get<{ Params: { key: string } }>('/v1/payments/:key', async ({ params }, reply) => {
    const payment = known.get(params.key)
    return payment ?? reply.code(404).send({ code: 'NOT_FOUND_PAYMENT', message: '' })
  })
  app.post<{ Params: { key: string }; Body: { cancelAmount?: number; cancelReason: string } }>(
    '/v1/payments/:key/cancel',
    async ({ params, headers, body }) => {
      if (isHeld) await new Promise<void>((resolve) => held.push(resolve))
      const { paymentKey, orderId, totalAmount, balanceAmount, cancels } = known.get(params.key)!
      const transactionKey = `cancel ${String(headers['idempotency-key'])}`
      if (cancels.some((each) => each.transactionKey === transactionKey)) return known.get(params.key)
      const { cancelReason, cancelAmount = balanceAmount } = body
      const cancel = { transactionKey, cancelAmount, cancelReason, canceledAt: '2026-11-20T12:00:00+09:00' }
      const payment = paymentOf(paymentKey, orderId, totalAmount, [...cancels, cancel])
      known.set(paymentKey, payment)
      return payment
    },
  )
  const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 })
  closing.push(() => app.close())
  return {
    baseUrl,
    capturesOf: (orderId: string) => captured.filter((each) => each === orderId).length,
    /** From now on cancels wait until they are let through. */
    holdCancels: (): void => void (isHeld = true),
    /** How many wait. */
    heldCancels: (): number => held.length,
    letCancelsThrough: (): void => {
      isHeld = false
      for (const go of held.splice(0)) go()
    },
  }
}
