import fastify from 'fastify'
import { after } from 'node:test'

const closing: (() => Promise<unknown>)[] = []
// Registered while the file loads: inside a hook it would run after the hook.
after(async () => {
  for (const close of closing) await close()
})

/**
 * A payment provider that captures whatever it is asked to, twice too. Toss would refuse a second capture of an order;
 * here nobody stands behind our own guards.
 */
export const startObligingProvider = async () => {
  const captured: string[] = []
  const paymentOf = (paymentKey: string, orderId: string, amount: number, status = 'DONE') => ({
    paymentKey,
    orderId,
    status,
    method: '카드',
    totalAmount: amount,
    balanceAmount: status === 'DONE' ? amount : 0,
    approvedAt: '2026-11-20T12:00:00+09:00',
    lastTransactionKey: `transaction of ${paymentKey}`,
  })
  const known = new Map<string, ReturnType<typeof paymentOf>>()
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
  app.post<{ Params: { key: string } }>('/v1/payments/:key/cancel', async ({ params }) => {
    const { paymentKey, orderId, totalAmount } = known.get(params.key)!
    return paymentOf(paymentKey, orderId, totalAmount, 'CANCELED')
  })
  const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 })
  closing.push(() => app.close())
  return { baseUrl, capturesOf: (orderId: string) => captured.filter((each) => each === orderId).length }
}
