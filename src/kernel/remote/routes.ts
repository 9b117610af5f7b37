import type { TLSSocket } from 'node:tls'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { Endpoint } from '../call.ts'
import type { Contract } from '../contract.ts'
import { Fault } from '../fault.ts'
import { INTERNAL, MALFORMED_BODY } from '../faults.ts'
import type { Runtime } from '../runtime.ts'
import { untraced, type Tracer } from '../trace.ts'
import type { HostTls } from './tls.ts'
import type { CallerTokens } from './token.ts'
import { contextOf, FAULT_TYPE, faultToText, JSON_TYPE, LEAVING, pathOf, tokenOf } from './wire.ts'

/** A service that other hosts may call here. */
export interface Served {
  readonly contract: Contract
  readonly endpoint: Endpoint
}

/** Milliseconds between two lines of the log about refused calls. */
const TOLD_EVERY = 10_000

const parse = (text: unknown): unknown => {
  try {
    return typeof text === 'string' && text !== '' ? JSON.parse(text) : undefined
  } catch {
    throw MALFORMED_BODY()
  }
}

/**
 * The callee's side of a remote call: `POST /internal/{service}/{operation}` with a caller's token. The input is parsed,
 * the caller checked and the answer made by the service's own endpoint, as for a call inside this host.
 * `served` is asked at each call. Whoever carries no token of ours learns nothing, not even what runs here.
 */
export const internalRoutes = (
  app: FastifyInstance,
  given: {
    readonly served: (service: string) => Served | undefined
    readonly tokens: CallerTokens
    readonly runtime: Runtime
    readonly log: Logger
    /** With it callers must have shown a certificate that we believe. */
    readonly tls?: HostTls | undefined
    /** Whether the host is about to end. */
    readonly leaving?: () => boolean
    /** Goes on with the traces of callers. */
    readonly tracer?: Tracer
  },
): void => {
  const { served, tokens, tls, runtime, log, leaving = () => false, tracer = untraced } = given

  let closing = false
  app.addHook('preClose', (done) => {
    closing = true
    done()
  })

  const end = (reply: FastifyReply, status: number, type?: string, text?: string): void => {
    const headers = type === undefined ? [] : ['content-type', type]
    if (status !== 204) headers.push('content-length', String(text === undefined ? 0 : Buffer.byteLength(text)))
    // A connection kept alive would keep a closing host waiting for calls that do not come.
    if (closing) headers.push('connection', 'close')
    if (closing || leaving()) headers.push(LEAVING, '1')
    reply.raw.writeHead(status, headers)
    reply.raw.end(text)
  }
  const answer = (reply: FastifyReply, output: unknown): void => {
    if (output === undefined) end(reply, 204)
    else end(reply, 200, JSON_TYPE, JSON.stringify(output))
  }
  const answerFault = (reply: FastifyReply, error: unknown): void => {
    if (!(error instanceof Fault)) log.error({ err: error }, 'An internal call failed')
    const fault = error instanceof Fault ? error : INTERNAL()
    end(reply, fault.status, FAULT_TYPE, faultToText(fault))
  }

  let toldAt = -Infinity
  let untold = 0
  /** Says now and then who was refused and why: whoever tries often must not fill the log. */
  const refused = (service: string, address: string, explain: () => string): void => {
    untold++
    if (runtime.now() - toldAt < TOLD_EVERY) return
    toldAt = runtime.now()
    log.warn({ service, address, count: untold, why: explain() }, 'An internal call was refused')
    untold = 0
  }

  type Path = { service: string; operation: string }
  const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { service, operation } = request.params as Path
    const { headers } = request.raw
    reply.hijack()
    const token = tokenOf(headers)
    const by = token === undefined ? undefined : tokens.verify(service, token)
    if (tls && !(request.raw.socket as TLSSocket).authorized) {
      refused(service, request.ip, () => 'its connection shows no certificate of ours')
      return end(reply, 401)
    }
    if (!by) {
      refused(service, request.ip, () => tokens.explain(service, token))
      return end(reply, 401)
    }
    const found = served(service)
    if (!found || !Object.hasOwn(found.contract.operations, operation)) return end(reply, 404)
    try {
      const input = parse(request.body)
      answer(reply, await found.endpoint.call(operation, input, contextOf(headers, by, runtime, tracer)))
    } catch (error) {
      answerFault(reply, error)
    }
  }

  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_, text, done) => done(null, text))
  app.post(pathOf(':service', ':operation'), (request, reply) => void handle(request, reply))
}
