import Fastify from 'fastify'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import { pino } from 'pino'
import { request } from 'undici'
import type { ConnectionSettings } from '#engines/postgres/connection/connection.ts'
import { openDatabase, type PostgresDatabase } from '#engines/postgres/database.ts'
import { eventually } from '#test/support/eventually.ts'
import { freshDatabase } from '#engines/postgres/embedded/database.fixture.ts'
import { migrate } from '#engines/postgres/schema/migrate.ts'
import { provision, serviceConnection } from '#engines/postgres/schema/provision.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { developmentKeys, TOSS_SIMULATOR, tossSimulator, tossSimulatorMigrations } from './simulator.ts'

/** A store for the simulator on a fresh database. Closes after the file's tests. */
export const simulatorStore = async (
  runtime: Runtime,
): Promise<{ db: PostgresDatabase; another: () => PostgresDatabase; settings: ConnectionSettings }> => {
  const { connection } = await freshDatabase()
  await provision(connection, [TOSS_SIMULATOR])
  const settings = serviceConnection(connection, TOSS_SIMULATOR)
  await migrate(settings, TOSS_SIMULATOR, tossSimulatorMigrations)
  const opened: PostgresDatabase[] = []
  after(() => Promise.all(opened.map((each) => each.close())))
  const another = (): PostgresDatabase => {
    const db = openDatabase(settings, { name: TOSS_SIMULATOR, runtime })
    opened.push(db)
    return db
  }
  return { db: another(), another, settings }
}

/** A webhook as a shop received it. */
export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: any
}

/** A shop's webhook address: writes down what arrives and answers with the status it is told, or never. */
export const webhookReceiver = async () => {
  const received: Received[] = []
  let status: number | 'never' = 200
  const server = createServer((incoming, response) => {
    let text = ''
    incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    incoming.on('end', () => {
      received.push({ headers: incoming.headers, body: JSON.parse(text) })
      if (status !== 'never') response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  after(close)
  return {
    received,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    answerWith: (next: number | 'never') => void (status = next),
    /** The first `count` webhooks, once they are there. */
    first: async (count: number): Promise<readonly Received[]> => {
      await eventually(() => received.length >= count, `${count} webhooks have arrived`)
      return received.slice(0, count)
    },
  }
}

export interface Answered {
  readonly status: number
  readonly text: string
  readonly body: any
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

const basic = (secretKey: string): string => `Basic ${Buffer.from(`${secretKey}:`).toString('base64')}`

/** Keys of a merchant in earnest. */
export const liveKeys = { clientKey: 'live_gck_jangteo', secretKey: 'live_gsk_jangteo' }

/** The simulator on an address of its own, and short ways to call it. */
export const startSimulator = async (given: {
  readonly db: PostgresDatabase
  readonly runtime: Runtime
  readonly webhookUrl?: () => string | undefined
  readonly webhookAnswerWithin?: number
}) => {
  let origin = ''
  const simulator = tossSimulator({
    webhookUrl: () => undefined,
    ...given,
    log: pino({ level: process.env['TEST_LOG'] ?? 'silent' }),
    publicOrigin: () => origin,
    keys: [...developmentKeys, liveKeys],
  })
  const app = Fastify()
  await app.register(simulator.plugin)
  await simulator.start()
  origin = await app.listen({ host: '127.0.0.1', port: 0 })
  let stopped = false
  const stop = async (): Promise<void> => {
    if (stopped) return
    stopped = true
    await simulator.stop()
    app.server.closeAllConnections()
    await app.close()
  }
  after(stop)

  const call = async (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answered> => {
    const answer = await request(`${origin}/simulators/toss${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.body.text()
    let parsed: unknown
    try {
      parsed = JSON.parse(text)
    } catch {
      parsed = undefined
    }
    return { status: answer.statusCode, text, body: parsed, headers: answer.headers }
  }
  const [keys] = developmentKeys
  const withKey = (headers: Record<string, string> = {}) => ({ authorization: basic(keys!.secretKey), ...headers })

  return {
    simulator,
    origin,
    stop,
    call,
    basic,
    post: (path: string, body: unknown, headers?: Record<string, string>) =>
      call('POST', `/api${path}`, body, withKey(headers)),
    get: (path: string, headers?: Record<string, string>) => call('GET', `/api${path}`, undefined, withKey(headers)),
    faults: (faults: unknown) => call('PUT', '/faults', faults),
    calm: () => call('DELETE', '/faults'),
    /** A buyer who has been through the payment window; answers the payment key. */
    approve: async (orderId: string, amount: number, more: object = {}): Promise<string> =>
      (await call('POST', '/approve', { orderId, amount, ...more })).body.paymentKey,
    confirm: (paymentKey: string, orderId: string, amount: number, headers?: Record<string, string>) =>
      call('POST', '/api/v1/payments/confirm', { paymentKey, orderId, amount }, withKey(headers)),
    cancel: (paymentKey: string, body: object, headers?: Record<string, string>) =>
      call('POST', `/api/v1/payments/${paymentKey}/cancel`, { cancelReason: '단순 변심', ...body }, withKey(headers)),
  }
}

/** A payment approved in the books, by its key. */
export const paid = async (
  simulator: Awaited<ReturnType<typeof startSimulator>>,
  orderId: string,
  amount: number,
  more: object = {},
): Promise<string> => {
  const paymentKey = await simulator.approve(orderId, amount, more)
  const answer = await simulator.confirm(paymentKey, orderId, amount)
  if (answer.status !== 200) throw new Error(`The payment was not approved: ${answer.text}`)
  return paymentKey
}
