import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { before, test } from 'node:test'
import { pino } from 'pino'
import { z } from 'zod'
import { serveLocally } from '#kernel/call.ts'
import { contract, nothing } from '#kernel/contract.ts'
import type { Fault } from '#kernel/fault.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { atEnd } from '#test/support/at-end.ts'
import { remoteEndpoint } from '../client/endpoint.ts'
import { isAlive } from '../instances/probe.ts'
import { startInternalServer, type InternalServer } from '../server/server.ts'
import type { HostTls } from './tls.ts'
import { callerTokens } from './token.ts'

// Certificates for 127.0.0.1 by two authorities that know nothing of each other; they are for tests alone.
const file = (name: string): string =>
  readFileSync(new URL(`../../../../test/support/certificates/${name}.pem`, import.meta.url), 'utf8')
const shop: HostTls = { key: file('shop-key'), cert: file('shop-cert'), ca: file('shop-ca') }
const stranger: HostTls = { key: file('stranger-key'), cert: file('stranger-cert'), ca: file('stranger-ca') }

const stock = contract('stock', {
  read: { summary: 'Reads.', method: 'GET', access: 'public', input: nothing, output: z.string() },
})
const runtime = systemRuntime()
const tokens = callerTokens(['a secret of many characters'], runtime)
const told: string[] = []
const log = pino({ level: 'warn' }, { write: (line: string) => void told.push(line) })
let server: InternalServer

const startServer = async (tls: HostTls): Promise<InternalServer> => {
  const made = await startInternalServer({
    host: '127.0.0.1',
    port: 0,
    served: () => ({ contract: stock, endpoint: serveLocally(stock, { read: () => 'read' }, { runtime, log }) }),
    tokens,
    tls,
    runtime,
    log,
    plugins: [async (app) => void app.get('/health/live', () => 'up')],
  })
  atEnd(made.close)
  return made
}
before(async () => {
  server = await startServer(shop)
})

const read = async (tls: HostTls | undefined, origin = server.origin): Promise<unknown> => {
  const remote = remoteEndpoint({
    contract: stock,
    origins: [origin],
    tokens,
    tls,
    runtime,
    log,
    limits: { retries: 0 },
  })
  atEnd(remote.close)
  const context = {
    actor: { kind: 'system' },
    caller: 'order',
    deadline: runtime.now() + 5_000,
    locale: 'ko',
    requestId: 'r',
  } as const
  return remote.call('read', {}, context).catch((error: Fault) => error.code)
}

test('hosts with certificates of one authority call each other', async () => {
  assert.match(server.origin, /^https:/)
  assert.equal(await read(shop), 'read')
})

test('a good token without a certificate, or with one of another authority, is refused', async () => {
  told.length = 0
  assert.equal(await read({ ca: shop.ca } as HostTls), 'UNAVAILABLE')
  assert.equal(await read({ ...stranger, ca: shop.ca }), 'UNAVAILABLE')
  assert.match(told.join(''), /shows no certificate of ours/)
})

test('a host does not call one that cannot prove itself, nor one without TLS', async () => {
  const impostor = await startServer(stranger)
  assert.equal(await read(shop, impostor.origin), 'UNAVAILABLE')
  assert.equal(await read(undefined, server.origin.replace('https', 'http')), 'UNAVAILABLE')
})

test('who only asks for health needs no certificate', async () => {
  const status = await new Promise((resolve, reject) => {
    request(`${server.origin}/health/live`, { ca: shop.ca }, (answer) => resolve(answer.resume().statusCode))
      .on('error', reject)
      .end()
  })
  assert.equal(status, 200)
})

test('a sign of life is asked for in the same way, and an impostor gives none', async () => {
  const { signal } = new AbortController()
  assert.equal(await isAlive(server.origin, { runtime, tls: shop, signal }), true)
  const impostor = await startServer(stranger)
  assert.equal(await isAlive(impostor.origin, { runtime, tls: shop, signal }), false)
  assert.equal(await isAlive(server.origin, { runtime, tls: shop, signal: AbortSignal.abort() }), false)
})
