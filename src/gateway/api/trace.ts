import type { FastifyRequest } from 'fastify'
import type { CallContext } from '#kernel/context.ts'
import { placeOf, type Span, type SpanPlace } from '#kernel/tracing/trace.ts'
import type { Edge } from '../edge.ts'

/** The part of a call's context that says which trace it is part of. */
export type Tracing = Pick<CallContext, 'traceparent' | 'tracestate' | 'span'>

/** Of most requests. */
export const UNTRACED: Tracing = {}

/** At most 32 members of `key=value` in 512 characters, by the W3C. */
const TRACESTATE = /^[!-~ ]{1,512}$/
const stateOf = (header: string | string[] | undefined): string | undefined => {
  const text = Array.isArray(header) ? header.join(',') : header
  return text !== undefined && TRACESTATE.test(text) && text.split(',').length <= 32 ? text : undefined
}

/**
 * Begins or goes on with a trace at the edge. What is not a W3C traceparent is passed over. A caller that asks to be
 * traced is believed in development, and in production when a trusted proxy brings it: anybody could ask, and a crowd
 * of traces costs. What is not traced here is passed on as it came, for those behind.
 */
export const tracingOf = (edge: Edge, request: Pick<FastifyRequest, 'raw' | 'ip'>, name: string): Tracing => {
  const { headers, socket } = request.raw
  const given = headers['traceparent']
  const place = typeof given === 'string' ? placeOf(given) : undefined
  const believed = place !== undefined && (!edge.settings.production || request.ip !== socket.remoteAddress)
  const span = edge.tracer.request(place, believed, () => ({
    name: `${request.raw.method} ${name}`,
    kind: 'server',
    service: 'gateway',
  }))
  if (span === undefined && place === undefined) return UNTRACED
  const tracestate = place === undefined ? undefined : stateOf(headers['tracestate'])
  return {
    traceparent: span?.traceparent ?? unsampled(place!, edge),
    ...(tracestate !== undefined && { tracestate }),
    ...(span && { span }),
  }
}

/** Whoever is behind must not trace what we do not. A changed flag needs a place of its own, by the W3C. */
const unsampled = ({ traceId }: SpanPlace, { runtime }: Edge): string =>
  `00-${traceId}-${Buffer.from(runtime.random(8)).toString('hex')}-00`

/** Ends the span of a request with what it was answered. */
export const endTracing = (span: Span | undefined, status: number, requestId: string, code?: string): void => {
  if (!span) return
  span.set('http.response.status_code', status)
  span.set('jangteo.request_id', requestId)
  if (code !== undefined) span.set('jangteo.fault', code)
  span.end(status >= 500 ? (code ?? String(status)) : undefined)
}
