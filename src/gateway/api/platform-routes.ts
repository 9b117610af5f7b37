import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { systemContext } from '#kernel/call.ts'
import { ROUTE_NOT_FOUND, UNAUTHENTICATED } from '#kernel/faults.ts'
import { auth } from '#services/auth/contract.ts'
import { docsPage } from '../docs/docs-page.ts'
import type { Documents } from '../docs/documents.ts'
import type { Edge } from '../edge.ts'
import { mayRead } from '#src/observability/metrics/metrics-token.ts'
import { begin, JSON_TYPE, type Exchange } from './exchange.ts'
import { readiness, type Checks } from '#src/observability/health/health.ts'

type Answer = (exchange: Exchange, request: FastifyRequest) => Promise<void> | void

/** Addresses that belong to no service: health, metrics, keys, and what the API says of itself. */
export const platformRoutes = (
  app: FastifyInstance,
  edge: Edge,
  documents: Documents,
  { checks, config }: { readonly checks: Checks; readonly config: () => unknown },
): void => {
  const ready = readiness(checks, edge.runtime)
  const { settings } = edge

  const get = (path: string, answer: Answer): void => {
    const handler = (request: FastifyRequest, reply: FastifyReply): void => {
      const exchange = begin(edge, path, request, reply, 5_000)
      void (async () => answer(exchange, request))().catch(exchange.fail)
    }
    app.route({ method: ['GET', 'HEAD'], url: path, handler })
  }

  // Live means that this process answers at all; whether it is of use is what ready tells.
  get('/health/live', (exchange) => exchange.succeed(200, { status: 'up' }))

  const mayLookInside = ({ raw }: FastifyRequest): boolean =>
    settings.metrics !== 'nobody' && mayRead(settings.metrics, raw.headers.authorization)

  // Anybody may know whether it is ready; of what it stands on, only who may read metrics.
  get('/health/ready', async (exchange, request) => {
    const state = await ready()
    const status = edge.closing() ? 'closing' : state.ready ? 'up' : 'down'
    exchange.succeed(
      status === 'up' ? 200 : 503,
      mayLookInside(request) ? { status, dependencies: state.dependencies, config: config() } : { status },
    )
  })

  get('/metrics', async (exchange, request) => {
    if (settings.metrics === 'nobody') throw ROUTE_NOT_FOUND()
    if (!mayLookInside(request)) throw UNAUTHENTICATED()
    const { registry } = edge.metrics
    exchange.say(200, registry.contentType, await registry.metrics())
  })

  get('/.well-known/jwks.json', async (exchange) => {
    const keys = await edge.endpointOf(auth.name).call('keys', {}, systemContext('gateway', edge.runtime, 5_000))
    exchange.succeed(200, keys)
  })

  get('/api/openapi.json', (exchange) => exchange.say(200, JSON_TYPE, documents.openApiBytes()))

  get('/api/asyncapi.json', (exchange) => exchange.say(200, JSON_TYPE, documents.asyncApiBytes()))

  get('/api/docs', (exchange) => {
    const nonce = Buffer.from(edge.runtime.random(16)).toString('base64')
    exchange.headers.push(
      'content-security-policy',
      `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    )
    const page = docsPage(documents.openApi(), documents.faults(), exchange.locale(), nonce)
    exchange.say(200, 'text/html; charset=utf-8', page)
  })
}
