import fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import type { Logger } from 'pino'
import type { Runtime } from '#kernel/runtime.ts'
import type { Tracer } from '#kernel/tracing/trace.ts'
import { internalRoutes, type Served } from './routes.ts'
import type { HostTls } from '../security/tls.ts'
import type { CallerTokens } from '../security/token.ts'

/** A host's internal port. */
export interface InternalServer {
  /** `http://host:port` */
  readonly origin: string
  /** Takes no new calls and lets those under way be answered. */
  close(): Promise<void>
}

/** Bytes of one input at most; pictures travel by reference or in parts. */
const BODY_LIMIT = 16 * 1024 * 1024

/** Opens the port other hosts call the services of this one on. Anything but a call with a token is refused. */
export const startInternalServer = async (given: {
  readonly host: string
  readonly port: number
  readonly served: (service: string) => Served | undefined
  readonly tokens: CallerTokens
  readonly runtime: Runtime
  readonly log: Logger
  /** Whether the host is about to end: callers are told to go elsewhere, and are still answered. */
  readonly leaving?: () => boolean
  /** Goes on with the traces of callers. */
  readonly tracer?: Tracer
  /** With it callers must show a certificate too; who only asks for health need not. */
  readonly tls?: HostTls | undefined
  /** Routes that need no token, such as health. */
  readonly plugins?: readonly FastifyPluginAsync<any>[]
}): Promise<InternalServer> => {
  const { tls } = given
  const common = {
    logger: false,
    bodyLimit: BODY_LIMIT,
    keepAliveTimeout: 60_000,
    forceCloseConnections: 'idle',
  } as const
  const app: FastifyInstance = tls
    ? (fastify({ ...common, https: { ...tls, requestCert: true, rejectUnauthorized: false } }) as never)
    : fastify(common)
  internalRoutes(app, given)
  for (const plugin of given.plugins ?? []) await app.register(plugin)
  app.setNotFoundHandler((_, reply) => reply.code(404).send())
  app.setErrorHandler((error: Error & { statusCode?: number }, _, reply) => reply.code(error.statusCode ?? 500).send())
  const origin = await app.listen({ host: given.host, port: given.port })
  return { origin, close: () => app.close() }
}
