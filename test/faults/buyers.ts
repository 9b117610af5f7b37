import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { shippingAddress } from '../support/client.ts'
import type { Answered, Balancer } from './balancer.ts'
import type { Tally } from './tally.ts'

/** Someone who buys. */
export interface Person {
  readonly email: string
  readonly password: string
  token: string
}

/** What is bought, and where. */
export interface Market {
  readonly edge: Balancer
  /** The payment window, which is not ours and stands behind no edge of ours. */
  readonly toss: Balancer
  readonly people: readonly Person[]
  readonly skuIds: readonly string[]
  readonly productIds: readonly string[]
}

const LONGEST_WAIT = 60_000

const codeOf = ({ status, body }: Answered): string => String(body?.code ?? status)

const causeOf = (error: unknown): string => String((error as { code?: unknown }).code ?? (error as Error).message)

/** Steady customers who begin purchases at a fixed rate, however long each takes, and try again as a browser's user would. */
export interface Buyers {
  /** Orders customers were told are paid. */
  readonly paid: string[]
  /** Begins no more purchases, and waits for those under way. */
  stop(): Promise<void>
}

/** Signs everybody in anew: nobody's token runs out while a fault lasts. */
export const signAllIn = async ({ edge, people }: Market): Promise<void> => {
  for (const person of people) {
    const { email, password } = person
    const { status, body } = await edge.send('POST', '/api/auth/sign-in', {}, { email, password })
    if (status >= 300) throw new Error(`${email} cannot sign in: ${status} ${JSON.stringify(body)}`)
    person.token = body.accessToken
  }
}

export const startBuyers = (market: Market, perSecond: number, tally: Tally): Buyers => {
  const { edge, toss, people, skuIds, productIds } = market
  const paid: string[] = []
  const underWay = new Set<Promise<void>>()
  let turn = 0

  /** Does a step until it is done. Each try that fails is an error a customer saw. */
  const step = async (name: string, send: () => Promise<Answered>): Promise<any> => {
    const until = performance.now() + LONGEST_WAIT
    for (let tries = 0; ; tries++) {
      const waits = Symbol(name)
      tally.waiting.add(waits)
      try {
        const answer = await send()
        if (answer.status < 300) {
          tally.request(name)
          return answer.body
        }
        tally.request(name, codeOf(answer))
        if (answer.status < 500 && answer.status !== 429) throw new Error(`${name}: ${JSON.stringify(answer.body)}`)
      } catch (error) {
        if (error instanceof Error && error.message.startsWith(`${name}: `)) throw error
        tally.request(name, causeOf(error))
      } finally {
        tally.waiting.delete(waits)
      }
      if (performance.now() > until) throw new Error(`${name}: given up`)
      await sleep(Math.min(100 * 2 ** tries, 1_000))
    }
  }

  const purchase = async (n: number): Promise<void> => {
    const began = performance.now()
    const me = { authorization: `Bearer ${people[n % people.length]!.token}` }
    const items = [n, n * 7 + 1].map((each) => ({ skuId: skuIds[each % skuIds.length]!, quantity: 1 }))
    const lines = items[0]!.skuId === items[1]!.skuId ? items.slice(1) : items
    const key = randomUUID()
    await step('list', () => edge.send('GET', '/api/catalog/products?limit=20'))
    await step('search', () => edge.send('GET', `/api/catalog/products?q=${encodeURIComponent('이어폰')}`))
    await step('detail', () => edge.send('GET', `/api/catalog/products/${productIds[n % productIds.length]}`))
    const order = await step('place', () =>
      edge.send('POST', '/api/orders', { ...me, 'idempotency-key': key }, { items: lines, shippingAddress }),
    )
    const { id: orderId, amount } = order
    const { paymentKey } = await step('approve', () =>
      toss.send('POST', '/simulators/toss/approve', {}, { orderId, amount }),
    )
    const confirmed = await step('confirm', () =>
      edge.send('POST', '/api/payments/confirm', me, { paymentKey, orderId, amount }),
    )
    const until = performance.now() + LONGEST_WAIT
    for (let { status } = confirmed; status !== 'PAID';) {
      if (performance.now() > until) throw new Error(`look: the order ${orderId} is ${status} for a minute`)
      await sleep(200)
      ;({ status } = await step('look', () => edge.send('GET', `/api/orders/${orderId}`, me)))
    }
    paid.push(orderId)
    tally.purchased(performance.now() - began)
  }

  const begin = (): void => {
    const running: Promise<void> = purchase(turn++)
      .catch((error: unknown) => tally.request('purchase', (error as Error).message))
      .finally(() => underWay.delete(running))
    underWay.add(running)
  }
  const timer = setInterval(begin, 1_000 / perSecond)
  return {
    paid,
    stop: async () => {
      clearInterval(timer)
      await Promise.all(underWay)
    },
  }
}
