import fastify, { type FastifyError, type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import type { Logger } from 'pino'
import { systemContext, type Endpoint } from '#kernel/call.ts'
import type { Contract, EventType, StaffRole } from '#kernel/contract.ts'
import { MALFORMED_BODY, PAYLOAD_TOO_LARGE, ROUTE_NOT_FOUND, UNSUPPORTED_MEDIA_TYPE } from '#kernel/faults.ts'
import { Fault } from '#kernel/fault.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { untraced, type Tracer } from '#kernel/tracing/trace.ts'
import { auth } from '#services/auth/contract.ts'
import { accessLog } from './api/access-log.ts'
import { allowedMethods } from './api/allowed-methods.ts'
import { serve } from './api/serve-operation.ts'
import { canary } from './api/canary.ts'
import { memoize } from './memoize.ts'
import { corsHeaders } from './http/cors.ts'
import { deadlineWatcher } from './api/deadline-watcher.ts'
import { documents } from './docs/documents.ts'
import type { Edge } from './edge.ts'
import { begin, refuseUnrouted } from './api/exchange.ts'
import type { Checks } from '../observability/health/health.ts'
import { BAD_REQUEST, PRECONDITION_FAILED, RANGE_NOT_SATISFIABLE } from './http/faults.ts'
import { parseQuery } from './http/request/query.ts'
import { httpServer } from './http/server.ts'
import { limits } from './limits/limits.ts'
import { refuseUnknown, type Rules } from './limits/policies.ts'
import { distributedCounter, type AddShared } from './limits/distributed-counter.ts'
import { metricsOf, type Metrics } from '../observability/metrics/metrics.ts'
import { platformRoutes } from './api/platform-routes.ts'
import { revocations, type FetchRevocations, type PublishRevocations } from './identity/revocations.ts'
import { routesOf } from './api/routes.ts'
import { apiHeaders, securityHeaders } from './http/security-headers.ts'
import { sessions } from './identity/sessions.ts'
import { gatewayDefaults, type GatewaySettings } from './settings.ts'
import { attachStream } from './stream/stream.ts'
import { isHandshake, refuseWithoutHandshake } from './stream/handshake.ts'
import { tokens, type FetchKeys } from './identity/tokens.ts'
import { unknown } from './http/not-found.ts'

/** What the gateway is given. */
export interface GatewayOptions {
  /** Where each service is reached. */
  readonly endpointOf: (service: string) => Endpoint
  readonly contracts: readonly Contract<any>[]
  /** Roles of staff that tokens may name: those the services declare. */
  readonly roles?: readonly StaffRole[]
  /** What services tell the world, for its document. */
  readonly events?: readonly EventType<any>[]
  /** Begins the names of their topics. */
  readonly topicPrefix?: string
  readonly runtime: Runtime
  readonly log: Logger
  readonly settings?: Partial<GatewaySettings>
  /** What may change while it runs; without it the settings stay as they are. */
  readonly live?: { readonly rules: () => Rules; readonly canary: () => string }
  /** Takes whole lines of the access log; none is kept without it. */
  readonly accessLog?: (lines: string) => void
  readonly metrics?: Metrics
  /** Makes the traces that begin here; none without it. */
  readonly tracer?: Tracer
  /** Tells other gateways at once who signed out; without it they hear when they ask. */
  readonly spreadEndings?: PublishRevocations
  /** Counts calls together with the other gateways; without it each counts for itself. */
  readonly addShared?: AddShared
  /** What `/health/ready` looks at, by name. */
  readonly checks?: Checks
  /** Which configuration this process runs on, for those who watch over it. */
  readonly config?: () => unknown
  /** Whether the host is about to end: readiness says so while requests are still answered. */
  readonly leaving?: () => boolean
  /** Pages, simulators: registered beside the API, in this order, with the headers of all pages. */
  readonly plugins?: (edge: Edge) => readonly FastifyPluginAsync<any>[]
}

/** A gateway: the server, and what pages and streams at the same edge need. */
export interface Gateway {
  readonly app: FastifyInstance
  readonly edge: Edge
}

/** What Fastify itself refuses, as our faults. */
const faultOfFramework = (error: FastifyError): unknown => {
  if (error instanceof Fault) return error
  switch (error.code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return UNSUPPORTED_MEDIA_TYPE()
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return PAYLOAD_TOO_LARGE()
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return MALFORMED_BODY()
    case 'FST_ERR_BAD_URL':
      return BAD_REQUEST()
    case 'FST_ERR_MAX_PARAM_LENGTH':
    case 'FST_ERR_NOT_FOUND':
      return ROUTE_NOT_FOUND()
    default:
      if (error.statusCode === 412) return PRECONDITION_FAILED()
      if (error.statusCode === 416) return RANGE_NOT_SATISFIABLE()
      return error.statusCode !== undefined && error.statusCode < 500 ? BAD_REQUEST() : error
  }
}

/** Milliseconds an idle connection stays open: longer than proxies before us keep theirs. */
const KEEP_ALIVE = 72_000

/** Notes a refusal of what could not be read as a request; answers its id. */
const noteRefusal = (edge: Edge, { status, code }: Fault): string => {
  const requestId = edge.runtime.id()
  edge.metrics.request('unknown', '-', status, 0)
  edge.accessLog?.write({ method: '-', route: 'unknown', status, ms: 0, requestId, code })
  return requestId
}

const edgeOf = (options: GatewayOptions, closing: () => boolean): Edge => {
  const { endpointOf, runtime, log } = options
  const settings = { ...gatewayDefaults, ...options.settings }
  const asGateway = (operation: keyof typeof auth.operations, input: unknown): Promise<unknown> =>
    endpointOf(auth.name).call(operation, input, systemContext('gateway', runtime, 5_000))
  const trusted = new Set(settings.corsOrigins)
  const metrics = options.metrics ?? metricsOf()
  const rules = { overrides: settings.rateLimits, factor: settings.rateLimitFactor }
  const now = options.live ?? { rules: () => rules, canary: () => settings.canary }
  const services = options.contracts.map((each) => each.name)
  const versions = memoize(now.canary, (text) => canary(text, services))
  return {
    settings,
    runtime,
    log,
    contracts: options.contracts,
    endpointOf,
    trusted,
    tokens: tokens((() => asGateway('keys', {})) as FetchKeys, { runtime, log, roles: options.roles ?? [] }),
    revocations: revocations(((since) => asGateway('revocations', { since })) as FetchRevocations, {
      runtime,
      log,
      poll: settings.revocationPoll,
      spread: options.spreadEndings,
    }),
    sessions: sessions({ endpointOf, runtime, log }),
    deadlineWatcher: deadlineWatcher(runtime),
    versions: (headers, actor, address) => versions()(headers, actor, address),
    limits: limits({
      runtime,
      distributedCounter: distributedCounter(options.addShared, { runtime, log }),
      rules: now.rules,
      refused: metrics.limited,
    }),
    metrics,
    tracer: options.tracer ?? untraced,
    allowed: allowedMethods(),
    accessLog: options.accessLog && accessLog(options.accessLog, runtime),
    apiHeaders: apiHeaders(settings, trusted),
    cors: corsHeaders(trusted),
    closing,
  }
}

/**
 * The edge of the shop: every operation with a path, reached by HTTP. It knows routes, identities, languages and limits,
 * and no domain. Call `app.listen`; `app.close` lets what is under way finish.
 */
export const gateway = async (options: GatewayOptions): Promise<Gateway> => {
  let closing = false
  const edge = edgeOf(options, () => closing || (options.leaving?.() ?? false))
  const { runtime, settings } = edge
  const routes = routesOf(options.contracts)
  refuseUnknown(settings.rateLimits, routes)

  const app = fastify({
    logger: false,
    genReqId: () => runtime.id(),
    requestIdHeader: false,
    trustProxy: settings.trustProxy,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: 8_192, querystringParser: parseQuery },
    serverFactory: (handle) =>
      httpServer({
        ...settings,
        handle,
        keepAliveTimeout: KEEP_ALIVE,
        refuse: (request, response, fault) => refuseUnrouted(edge, request, response, fault),
        refused: (fault) => noteRefusal(edge, fault),
        upgrades: isHandshake,
      }),
    // Fastify's own would answer beside the server's.
    clientErrorHandler: () => {},
    frameworkErrors: (error, request, reply) =>
      begin(edge, 'unknown', request as never, reply as never, 1_000).fail(faultOfFramework(error)),
  })

  // Bodies are read by who wants them, within their limits: operations by `readBody`, pages by their own framework.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.setErrorHandler<FastifyError & { readonly headers?: Readonly<Record<string, string>> }>(
    (error, request, reply) => {
      const exchange = begin(edge, 'unknown', request, reply, 1_000)
      const range = error.headers?.['Content-Range']
      if (range !== undefined) exchange.headers.push('content-range', range)
      exchange.fail(faultOfFramework(error))
    },
  )

  app.addHook('onRoute', ({ url, method }) => edge.allowed.add(url, [method].flat()))
  for (const route of routes) {
    const method = route.method === 'GET' ? ['GET', 'HEAD'] : route.method
    app.route({ method, url: route.pattern, handler: serve(edge, route) })
  }
  platformRoutes(app, edge, documents(options.contracts, options.events ?? [], options.topicPrefix), {
    checks: options.checks ?? {},
    config: options.config ?? (() => undefined),
  })
  refuseWithoutHandshake(app, edge)
  const refuse = unknown(edge)
  app.all('/api/*', refuse)
  app.setNotFoundHandler(refuse)

  const headers = securityHeaders(settings)
  await app.register(async (pages) => {
    pages.addHook('onRequest', async (_request, reply) => {
      reply.headers(headers)
    })
    for (const plugin of options.plugins?.(edge) ?? []) await pages.register(plugin)
  })

  app.addHook('onListen', async () => edge.revocations.start())
  const stream = attachStream(edge, app.server)
  app.addHook('preClose', async () => {
    closing = true
    await stream.stop()
  })
  app.addHook('onClose', async () => {
    await Promise.all([edge.revocations.stop(), edge.deadlineWatcher.stop(), edge.limits.stop()])
    edge.accessLog?.flush()
  })
  return { app, edge }
}
