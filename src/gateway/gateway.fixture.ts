import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import pino from 'pino'
import { z } from 'zod'
import { serveLocally, type Endpoint } from '#kernel/call.ts'
import type { CallContext } from '#kernel/context.ts'
import { contract, nothing, staff } from '#kernel/contract.ts'
import { fault } from '#kernel/fault.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { wholeNumber } from '#kernel/input/whole-number.ts'
import { auth, REFRESH_INVALID } from '#services/auth/contract.ts'
import { atEnd } from '#test/support/at-end.ts'
import { gateway, type GatewayOptions } from './gateway.ts'

/** A shop of one made-up service and a made-up auth service behind a real gateway on a real port; for tests of the edge. */

export const TOO_MANY = fault(
  'TOO_MANY',
  409,
  { ko: '너무 많습니다.', en: 'Too many.' },
  z.object({ limit: z.number() }),
)

export const demo = contract('demo', {
  look: {
    summary: 'Looks at a thing.',
    method: 'GET',
    path: '/things/{id}',
    access: 'public',
    input: z.object({ id: z.uuid(), limit: wholeNumber(-1_000, 1_000).optional(), tag: z.string().optional() }),
    output: z.any(),
  },
  make: {
    summary: 'Makes a thing.',
    method: 'POST',
    path: '/things',
    access: 'public',
    status: 201,
    input: z.object({ name: z.string().min(1), count: z.number().int().optional(), key: z.string().optional() }),
    headers: { key: 'idempotency-key' },
    output: z.any(),
    faults: [TOO_MANY],
  },
  change: {
    summary: 'Changes a thing.',
    method: 'PUT',
    path: '/things/{id}',
    access: 'guest',
    input: z.object({ id: z.uuid(), name: z.string().optional() }),
    output: z.any(),
  },
  mine: { summary: 'Mine.', method: 'GET', path: '/mine', access: 'member', input: nothing, output: z.any() },
  rule: { summary: 'Staff.', method: 'POST', path: '/rule', access: staff('orders'), input: nothing, output: z.any() },
  slow: {
    summary: 'Slow.',
    method: 'GET',
    path: '/slow',
    access: 'public',
    deadline: 150,
    input: nothing,
    output: z.any(),
  },
  broken: { summary: 'Broken.', method: 'GET', path: '/broken', access: 'public', input: nothing, output: z.any() },
  drop: {
    summary: 'Drops.',
    method: 'DELETE',
    path: '/things/{id}',
    access: 'public',
    status: 204,
    input: z.object({ id: z.uuid() }),
    output: z.void(),
  },
  loose: {
    summary: 'Anything.',
    method: 'POST',
    path: '/loose',
    access: 'public',
    input: z.looseObject({}),
    output: z.any(),
  },
  hidden: {
    summary: 'Inside only.',
    method: 'POST',
    path: '/hidden',
    access: 'service',
    input: nothing,
    output: z.any(),
  },
  inner: { summary: 'No path.', method: 'POST', access: 'public', input: nothing, output: z.any() },
})

const seen = (input: unknown, context: CallContext) => ({ input, actor: context.actor, locale: context.locale })

export interface Shop {
  readonly url: string
  readonly log: string[]
  readonly access: string[]
  /** Calls made to the auth service, by operation. */
  readonly asked: string[]
  readonly merged: unknown[]
  /** Session ids that ended, as auth will tell. */
  readonly ended: { id: string; at: number }[]
  /** Makes the auth service unreachable. */
  authAway: boolean
  /** The same for the cart service. */
  cartAway: boolean
  token(
    claims?: Record<string, unknown>,
    options?: { kid?: string; expiresIn?: string; key?: 'other'; audience?: string },
  ): Promise<string>
  stop(): Promise<void>
}

export const MEMBER = '01900000-0000-7000-8000-000000000001'
export const SESSION = '01900000-0000-7000-8000-00000000000a'
export const GUEST_ID = '01900000-0000-7000-8000-00000000000b'

/** Starts such a shop. It stops after the file's last test at the latest, cutting whoever still listens. */
export const openShop = async (
  options: Partial<GatewayOptions> & { endpoints?: Record<string, Endpoint> } = {},
): Promise<Shop> => {
  const runtime = options.runtime ?? systemRuntime()
  const keys = await generateKeyPair('EdDSA', { extractable: true })
  const other = await generateKeyPair('EdDSA', { extractable: true })
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'EdDSA', use: 'sig' }
  const lines: string[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) })
  const access: string[] = []
  const asked: string[] = []
  const merged: unknown[] = []
  const ended: { id: string; at: number }[] = []
  const shop = { authAway: false, cartAway: false }

  const token: Shop['token'] = (claims = {}, given = {}) =>
    new SignJWT({ sid: SESSION, roles: [], ...claims })
      .setProtectedHeader({ alg: 'EdDSA', kid: given.kid ?? 'k1' })
      .setSubject((claims['sub'] as string) ?? MEMBER)
      .setIssuer('jangteo')
      .setAudience(given.audience ?? 'jangteo')
      .setIssuedAt(Math.floor(runtime.now() / 1_000) - 60)
      .setExpirationTime(given.expiresIn ?? '15m')
      .sign(given.key === 'other' ? other.privateKey : keys.privateKey)

  const session = async () => ({
    member: { id: MEMBER, email: 'a@b.kr', name: '김장터', roles: [] },
    accessToken: await token(),
    refreshToken: 'refresh-2',
    expiresIn: 900,
  })
  const authEndpoint: Endpoint = {
    call: async (operation, input) => {
      asked.push(operation)
      if (shop.authAway) throw new Error('auth is away')
      if (operation === 'keys') return { keys: [jwk] }
      if (operation === 'revocations') return { sessions: ended, now: runtime.now() }
      if (/^(refresh|renew)$/.test(operation) && (input as { refreshToken?: string }).refreshToken !== 'refresh-1')
        throw REFRESH_INVALID()
      return session()
    },
  }
  const cartEndpoint: Endpoint = {
    call: async (_operation, input) => {
      if (shop.cartAway) throw new Error('cart is away')
      merged.push(input)
    },
  }
  const demoEndpoint = serveLocally(
    demo,
    {
      look: seen,
      make: (input, context) => {
        if (input.name === 'refuse') throw TOO_MANY({ limit: 3 })
        return seen(input, context)
      },
      change: seen,
      mine: seen,
      rule: seen,
      slow: async () => {
        await systemRuntime().sleep(300)
        throw new Error('too late')
      },
      broken: () => {
        throw new Error('secret detail')
      },
      drop: () => {},
      loose: seen,
      hidden: seen,
      inner: seen,
    },
    { runtime, log },
  )
  const endpoints: Record<string, Endpoint> = {
    auth: authEndpoint,
    cart: cartEndpoint,
    demo: demoEndpoint,
    ...options.endpoints,
  }
  const { app } = await gateway({
    contracts: [demo, auth],
    roles: ['orders', 'operations'],
    endpointOf: (service) => endpoints[service]!,
    runtime,
    log,
    accessLog: (chunk) => void access.push(...chunk.trimEnd().split('\n')),
    ...options,
    settings: { revocationPoll: 50, ...options.settings },
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  if (!app.server.listening) await once(app.server, 'listening')
  const { port } = app.server.address() as AddressInfo
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => (stopped ??= app.close().then(() => {}))
  atEnd(async () => {
    const stopping = stop()
    // A listener that does not hear it would be waited for.
    app.server.closeAllConnections()
    await stopping
  })
  return Object.assign(shop, {
    url: `http://127.0.0.1:${port}`,
    log: lines,
    access,
    asked,
    merged,
    ended,
    token,
    stop,
  })
}
