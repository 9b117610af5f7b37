import type { FastifyReply, FastifyRequest } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Fault, type Locale } from '#kernel/fault.ts'
import { DEADLINE_EXCEEDED, INTERNAL } from '#kernel/faults.ts'
import { PROBLEM_TYPE, problemOf, retryAfterOf } from '#kernel/call/problem.ts'
import type { Edge } from '../edge.ts'
import { acceptedCoding, encoded, WORTH_ENCODING } from '../http/content-encoding.ts'
import { REQUEST_TIMEOUT } from '../http/faults.ts'
import type { RateLimitHeaders } from '../limits/limits.ts'
import { localeOf } from '../http/locale.ts'
import { serialized } from './serialize.ts'
import { endTracing, tracingOf, UNTRACED, type Tracing } from './trace.ts'
import type { Waiting } from './deadline-watcher.ts'

export const JSON_TYPE = 'application/json; charset=utf-8'

/** A request as far as its answer concerns: Fastify's, or one that never got there. */
export type Incoming = Pick<FastifyRequest, 'id' | 'raw' | 'ip'>
type Outgoing = Pick<FastifyReply, 'raw' | 'hijack'>

/** One request under way and its one answer. */
export interface Exchange extends Waiting, RateLimitHeaders {
  /** Epoch milliseconds; begins anew when a body has been received. */
  deadline: number
  readonly requestId: string
  readonly tracing: Tracing
  readonly locale: () => Locale
  /** Headers to answer with besides the usual: name, value, name, value. */
  readonly headers: string[]
  /** Answers with an output as JSON; with nothing, 204. */
  readonly succeed: (status: number, output: unknown) => void
  /** Answers with a text of another media type. */
  readonly say: (status: number, type: string, text: string | Buffer) => void
  readonly fail: (error: unknown) => void
  /**
   * Waits for what the client still has to send. It has as long as a whole request may take and is answered REQUEST_TIMEOUT
   * then; its time is none of ours, so that deadline and measured duration begin anew afterwards.
   */
  readonly receive: <T>(body: Promise<T>) => Promise<T>
}

/** Makes an error a fault that may leave the shop: what is no fault is logged under the request's id and becomes INTERNAL. */
export const faultOf = (edge: Edge, error: unknown, requestId: string, route: string): Fault => {
  if (error instanceof Fault) return error
  edge.log.error({ err: error, requestId, route }, 'A request failed')
  return INTERNAL()
}

/**
 * Begins an exchange. It answers once: what comes after the deadline, or after the first answer, is dropped.
 * Writes to Node's response directly: a request that needs no hooks pays for none.
 */
export const begin = (edge: Edge, route: string, request: Incoming, reply: Outgoing, allowance: number): Exchange => {
  let began = performance.now()
  let receiving = false
  const requestId = request.id
  const raw = reply.raw
  const incoming = request.raw
  const headers: string[] = []
  // Those who look after the shop ask all the time: they would fill the traces.
  const tracing = route.startsWith('/') ? UNTRACED : tracingOf(edge, request, route)
  let answered = false
  reply.hijack()

  const send = (
    status: number,
    type: string | undefined,
    body: string | Buffer | undefined,
    code: string | undefined,
  ): void => {
    if (answered) return
    answered = true
    edge.deadlineWatcher.done(exchange)
    const all: string[] = ['x-request-id', requestId, ...edge.apiHeaders]
    if (type !== undefined && body !== undefined)
      all.push(
        'content-type',
        type,
        'content-length',
        String(typeof body === 'string' ? Buffer.byteLength(body) : body.length),
      )
    if (tracing.traceparent !== undefined) all.push('traceparent', tracing.traceparent)
    if (incoming.headers.origin !== undefined) edge.cors(incoming.headers.origin, all)
    if (headers.length > 0) all.push(...headers)
    // A client that is slow or broken may be in the middle of its request: what follows could not be told apart.
    if (edge.closing() || status === REQUEST_TIMEOUT.status) all.push('connection', 'close')
    if (!raw.destroyed && !raw.headersSent) {
      raw.writeHead(status, all)
      raw.end(body)
    }
    const ms = receiving ? 0 : performance.now() - began
    endTracing(tracing.span, status, requestId, code)
    edge.metrics.request(route, incoming.method!, status, ms)
    edge.accessLog?.write({
      method: incoming.method!,
      route,
      status,
      ms,
      requestId,
      ...(tracing.span && { traceId: tracing.span.traceId }),
      ...(code !== undefined && { code }),
    })
  }

  /**
   * Answers with a body, encoded where that is asked for and worth it. Only what was read: an answer to a write may hold a
   * token beside what the caller sent, and its encoded length would give the one away by the other.
   */
  const answer = (status: number, type: string, body: string | Buffer): void => {
    const { coding, required } = acceptedCoding(incoming.headers['accept-encoding'] as string | undefined)
    const isRead = incoming.method === 'GET' || incoming.method === 'HEAD'
    if (coding === undefined || !isRead || (body.length < WORTH_ENCODING && !required))
      return send(status, type, body, undefined)
    const finish = (bytes: Buffer): void => {
      if (answered) return
      headers.push('content-encoding', coding)
      send(status, type, bytes, undefined)
    }
    const bytes = encoded(body, coding)
    if (bytes instanceof Promise) bytes.then(finish, exchange.fail)
    else finish(bytes)
  }

  const exchange: Exchange = {
    requestId,
    tracing,
    // No getter: V8 gives each object that has one a shape of its own.
    deadline: edge.runtime.now() + allowance,
    locale: () => localeOf(incoming.headers),
    headers,
    least: Infinity,
    succeed: (status, output) => {
      if (answered) return
      if (output === undefined || status === 204)
        send(output === undefined ? 204 : status, undefined, undefined, undefined)
      else answer(status, JSON_TYPE, serialized(output))
    },
    say: (status, type, text) => {
      if (!answered) answer(status, type, text)
    },
    fail: (error) => {
      if (answered) return
      const fault = faultOf(edge, error, requestId, route)
      const retryAfter = retryAfterOf(fault)
      if (retryAfter !== undefined) headers.push('retry-after', String(retryAfter))
      if (fault.status === 401) headers.push('www-authenticate', 'Bearer realm="jangteo"')
      headers.push('content-language', exchange.locale())
      send(fault.status, PROBLEM_TYPE, JSON.stringify(problemOf(fault, exchange.locale(), requestId)), fault.code)
    },
    receive: async (body) => {
      receiving = true
      exchange.deadline = edge.runtime.now() + edge.settings.requestTimeout
      const received = await body
      receiving = false
      began = performance.now()
      exchange.deadline = edge.runtime.now() + allowance
      return received
    },
    expired: () => exchange.fail(receiving ? REQUEST_TIMEOUT() : DEADLINE_EXCEEDED()),
  }
  edge.deadlineWatcher.watch(exchange)
  return exchange
}

/** Answers a request that Fastify never saw. */
export const refuseUnrouted = (edge: Edge, raw: IncomingMessage, response: ServerResponse, fault: Fault): void => {
  const request = { id: edge.runtime.id(), raw, ip: raw.socket.remoteAddress ?? '' }
  begin(edge, 'unknown', request as Incoming, { raw: response, hijack: () => {} } as never, 1_000).fail(fault)
}
