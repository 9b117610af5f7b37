import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'

/** What an edge answered. */
export interface Answered {
  readonly status: number
  readonly body: any
}

/**
 * Stands where a load balancer stands in front of several edges: asks each whether it is ready, gives requests to those
 * that are in turn, and tries another only where a connection could not even be made. It hides nothing else.
 */
export interface Balancer {
  send(method: string, path: string, headers?: Readonly<Record<string, string>>, body?: unknown): Promise<Answered>
  /** Waits until every edge is ready. */
  allReady(): Promise<void>
  close(): Promise<void>
}

const LOOK = 200
/** Milliseconds a customer waits for an answer. */
const PATIENCE = 20_000

const refusedToConnect = (error: unknown): boolean =>
  ['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT'].includes(String((error as { code?: unknown }).code))

export const balancer = (edges: readonly string[]): Balancer => {
  const all = edges.map((origin) => ({
    pool: new Pool(origin, { connections: 64, bodyTimeout: PATIENCE, headersTimeout: PATIENCE }),
    probe: new Pool(origin, { connections: 1, bodyTimeout: 1_000, headersTimeout: 1_000 }),
    ready: false,
  }))
  type Edge = (typeof all)[number]

  const look = async (edge: Edge): Promise<void> => {
    try {
      const answer = await edge.probe.request({ method: 'GET', path: '/health/ready' })
      await answer.body.dump()
      edge.ready = answer.statusCode === 200
    } catch {
      edge.ready = false
    }
  }
  const timers = all.map((edge) => setInterval(() => void look(edge), LOOK))

  let turn = 0
  const send: Balancer['send'] = async (method, path, headers = {}, body) => {
    const ready = all.filter((each) => each.ready)
    const candidates = ready.length > 0 ? ready : all
    const first = turn++
    for (let n = 0; ; n++) {
      const edge = candidates[(first + n) % candidates.length]!
      try {
        const answer = await edge.pool.request({
          method: method as 'GET',
          path,
          headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        })
        const text = await answer.body.text()
        const json = String(answer.headers['content-type'] ?? '').includes('json')
        return { status: answer.statusCode, body: json && text ? JSON.parse(text) : text }
      } catch (error) {
        if (!refusedToConnect(error) || n + 1 >= candidates.length) throw error
        edge.ready = false
      }
    }
  }

  return {
    send,
    allReady: async () => {
      for (;;) {
        await Promise.all(all.map(look))
        if (all.every((each) => each.ready)) return
        await sleep(LOOK)
      }
    },
    close: async () => {
      for (const each of timers) clearInterval(each)
      await Promise.all(all.flatMap((each) => [each.pool.destroy(), each.probe.destroy()]))
    },
  }
}
