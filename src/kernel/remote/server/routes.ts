import type { TLSSocket } from 'node:tls'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { Endpoint } from '#kernel/call.ts'
import type { Contract } from '#kernel/contract.ts'
import { Fault } from '#kernel/fault.ts'
import { INTERNAL, MALFORMED_BODY } from '#kernel/faults.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { untraced, type Tracer } from '#kernel/tracing/trace.ts'
import type { HostTls } from '../security/tls.ts'
import { arrivedFrom, lineOf, MULTIPLEXED, type Arrived } from '../client/multiplexing.ts'
import type { Caller, CallerTokens } from '../security/token.ts'
import {
  ANSWERS_TYPE,
  CALLS_TYPE,
  contextOf,
  FAULT_TYPE,
  faultToText,
  JSON_TYPE,
  LEAVING,
  pathOf,
  multiplexedPathOf,
  tokenOf,
} from '../wire.ts'

/** A service that other hosts may call here. */
export interface Served {
  readonly contract: Contract
  readonly endpoint: Endpoint
}

/** Milliseconds between two lines of the log about refused calls. */
const WARN_EVERY = 10_000

const parse = (text: unknown): unknown => {
  try {
    return typeof text === 'string' && text !== '' ? JSON.parse(text) : undefined
  } catch {
    throw MALFORMED_BODY()
  }
}

/**
 * The callee's side of a remote call: `POST /internal/{service}/{operation}` with a caller's token; of several at once,
 * `POST /internal/{service}` with a token for each. The input is parsed,
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

  const startOf = (type: string | undefined): string[] => {
    const headers = type === undefined ? [] : ['content-type', type]
    // A connection kept alive would keep a closing host waiting for calls that do not come.
    if (closing) headers.push('connection', 'close')
    if (closing || leaving()) headers.push(LEAVING, '1')
    headers.push(MULTIPLEXED, '1')
    return headers
  }
  const end = (reply: FastifyReply, status: number, type?: string, text?: string): void => {
    const headers = startOf(type)
    if (status !== 204) headers.push('content-length', String(text === undefined ? 0 : Buffer.byteLength(text)))
    reply.raw.writeHead(status, headers)
    reply.raw.end(text)
  }
  const answer = (reply: FastifyReply, output: unknown): void => {
    if (output === undefined) end(reply, 204)
    else end(reply, 200, JSON_TYPE, JSON.stringify(output))
  }
  const faultOf = (error: unknown): Fault => {
    if (!(error instanceof Fault)) log.error({ err: error }, 'An internal call failed')
    return error instanceof Fault ? error : INTERNAL()
  }
  const answerFault = (reply: FastifyReply, error: unknown): void => {
    const fault = faultOf(error)
    end(reply, fault.status, FAULT_TYPE, faultToText(fault))
  }

  let warnedAt = -Infinity
  let unreported = 0
  /** Says now and then who was refused and why: whoever tries often must not fill the log. */
  const refused = (service: string, address: string, explain: () => string): void => {
    unreported++
    if (runtime.now() - warnedAt < WARN_EVERY) return
    warnedAt = runtime.now()
    log.warn({ service, address, count: unreported, why: explain() }, 'Rejected an internal call')
    unreported = 0
  }

  type Path = { service: string; operation: string }
  /** Who calls a service that runs here; otherwise the request is answered already. */
  const admit = (request: FastifyRequest, reply: FastifyReply): { by: Caller; found: Served } | undefined => {
    const { service } = request.params as Path
    reply.hijack()
    const token = tokenOf(request.raw.headers)
    const by = token === undefined ? undefined : tokens.verify(service, token)
    if (tls && !(request.raw.socket as TLSSocket).authorized) {
      refused(service, request.ip, () => 'its connection shows no certificate of ours')
      end(reply, 401)
      return undefined
    }
    if (!by) {
      refused(service, request.ip, () => tokens.explain(service, token))
      end(reply, 401)
      return undefined
    }
    const found = served(service)
    if (found) return { by, found }
    end(reply, 404)
    return undefined
  }

  const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const admitted = admit(request, reply)
    if (!admitted) return
    const { operation } = request.params as Path
    const { by, found } = admitted
    if (!Object.hasOwn(found.contract.operations, operation)) return end(reply, 404)
    try {
      const input = parse(request.body)
      answer(reply, await found.endpoint.call(operation, input, contextOf(request.raw.headers, by, runtime, tracer)))
    } catch (error) {
      answerFault(reply, error)
    }
  }

  /** Several calls: each is judged, done and answered by itself, as soon as it is done. */
  const handleMultiplexed = (request: FastifyRequest, reply: FastifyReply): void => {
    const admitted = admit(request, reply)
    if (!admitted) return
    const { service } = request.params as Path
    const { endpoint, contract } = admitted.found
    const calls = arrivedFrom(request.body)
    if (!calls) return end(reply, 400)

    let left = calls.length
    let lines = ''
    let begun = false
    const flush = (): void => {
      const text = lines
      lines = ''
      if (!begun && left === 0) return end(reply, 200, ANSWERS_TYPE, text)
      if (!begun) reply.raw.writeHead(200, startOf(ANSWERS_TYPE))
      begun = true
      if (left === 0) reply.raw.end(text)
      else reply.raw.write(text)
    }
    const tell = (n: number, status: number, kind: 'v' | 'f', text: string): void => {
      // Those done in one turn of the event loop travel together again.
      if (lines === '') setImmediate(flush)
      lines += lineOf(n, status, kind, text)
      left--
    }
    const one = async ({ operation, headers, input }: Arrived, n: number): Promise<void> => {
      const token = tokenOf(headers)
      const by = token === undefined ? undefined : tokens.verify(service, token)
      if (!by) {
        refused(service, request.ip, () => tokens.explain(service, token))
        return tell(n, 401, 'v', '')
      }
      if (!Object.hasOwn(contract.operations, operation)) return tell(n, 404, 'v', '')
      try {
        const output = await endpoint.call(operation, input, contextOf(headers, by, runtime, tracer))
        if (output === undefined) tell(n, 204, 'v', '')
        else tell(n, 200, 'v', JSON.stringify(output))
      } catch (error) {
        const fault = faultOf(error)
        tell(n, fault.status, 'f', faultToText(fault))
      }
    }
    calls.forEach((each, n) => void one(each, n))
  }

  app.removeAllContentTypeParsers()
  app.addContentTypeParser([JSON_TYPE, CALLS_TYPE], { parseAs: 'string' }, (_, text, done) => done(null, text))
  app.post(pathOf(':service', ':operation'), (request, reply) => void handle(request, reply))
  app.post(multiplexedPathOf(':service'), handleMultiplexed)
}
