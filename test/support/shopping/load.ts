import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { apiClient, putOnSale, shippingAddress, signUp, type Answer, type ApiClient } from '../client.ts'

/** The same person at another gateway. */
export const at = (origin: string, person: ApiClient): ApiClient =>
  Object.assign(apiClient(origin), { token: person.token })

/** Asks those gateways only that say they are ready, as what stands before them does. */
const followReadiness = (edges: readonly string[]) => {
  const ready = new Set(edges)
  let looking = true
  const look = async (edge: string): Promise<void> => {
    while (looking) {
      const is = await fetch(`${edge}/health/ready`).then(
        (answer) => answer.status === 200,
        () => false,
      )
      if (is) ready.add(edge)
      else ready.delete(edge)
      await sleep(50)
    }
  }
  const looks = Promise.all(edges.map(look))
  let turn = 0
  return {
    next: (): string => [...ready][turn++ % ready.size]!,
    asks: (edge: string): boolean => ready.has(edge),
    stop: async () => {
      looking = false
      await looks
    },
  }
}

/** Customers at work. */
export interface Load {
  /** Requests that were answered, or failed. */
  done(): number
  /** Whether they ask that gateway now. */
  ask(edge: string): boolean
  /** Lets them finish; answers what failed them. */
  stop(): Promise<readonly string[]>
}

/** So many customers look and order at the gateways that are ready, until told to stop. */
export const load = async (edges: readonly string[], staff: ApiClient, customers: number): Promise<Load> => {
  const { skuId } = await putOnSale(staff, 100_000)
  const buyer = await signUp(edges[0]!)
  const balancer = followReadiness(edges)
  let working = true
  let done = 0
  const failures: string[] = []
  const attempt = async (what: string, work: (client: ApiClient) => Promise<Answer>): Promise<void> => {
    const edge = balancer.next()
    const answer = await work(at(edge, buyer)).catch((error: Error) => ({
      status: 0,
      body: String(error.cause ?? error),
    }))
    done++
    if (answer.status >= 400 || answer.status === 0)
      failures.push(`${what} at ${edge}: ${answer.status} ${JSON.stringify(answer.body)}`)
  }
  const all = Array.from({ length: customers }, async () => {
    while (working) {
      await attempt('list', (client) => client.send('GET', '/api/catalog/products'))
      await attempt('order', (client) => {
        const body = { items: [{ skuId, quantity: 1 }], shippingAddress }
        return client.send('POST', '/api/orders', body, { 'idempotency-key': randomUUID() })
      })
    }
  })
  return {
    done: () => done,
    ask: balancer.asks,
    stop: async () => {
      working = false
      await Promise.all(all)
      await balancer.stop()
      return failures
    },
  }
}
