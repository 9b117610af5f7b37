import type { IncomingHttpHeaders } from 'node:http'
import type { CallContext } from '../context.ts'
import { Fault, type FaultDetails } from '../fault.ts'
import type { Runtime } from '../runtime.ts'
import type { Tracer } from '../tracing/trace.ts'
import type { Caller } from './security/token.ts'

/** Where an operation is reached on a host's internal port. */
export const pathOf = (service: string, operation: string): string => `/internal/${service}/${operation}`

/** Where several calls of a service are taken in one request. */
export const multiplexedPathOf = (service: string): string => `/internal/${service}`

/** Media type of a fault between hosts: tells the service's own answer from that of anything between. */
export const FAULT_TYPE = 'application/vnd.jangteo.fault+json'
export const JSON_TYPE = 'application/json'
/** Several calls in one request, and their answers. */
export const CALLS_TYPE = 'application/vnd.jangteo.calls+json'
export const ANSWERS_TYPE = 'application/vnd.jangteo.answers'

/** Set on answers of a host that is about to end: no new calls, please. */
export const LEAVING = 'x-leaving'
const TOKEN = 'x-caller-token'
/** Milliseconds left: clocks of two hosts need not agree. */
const LEFT = 'x-deadline-ms'
const LOCALE = 'x-locale'
const REQUEST_ID = 'x-request-id'
const ADDRESS = 'x-client-address'
const VERSIONS = 'x-versions'
const TRACEPARENT = 'traceparent'
const TRACESTATE = 'tracestate'
/** Nobody waits longer than this, whatever a header says. */
const LONGEST = 300_000

/** Text that can stand in a header as it is; other text stays at home. */
const plain = /^[\x21-\x7e]{1,300}$/

/** The context of a call as headers: name, value, name, value. */
export const headersOf = (context: CallContext, token: string, left: number): string[] => {
  const { locale, requestId, traceparent, tracestate, address, versions } = context
  const headers = [TOKEN, token, LEFT, String(Math.ceil(left)), LOCALE, locale]
  if (plain.test(requestId)) headers.push(REQUEST_ID, requestId)
  if (traceparent !== undefined && plain.test(traceparent)) {
    headers.push(TRACEPARENT, traceparent)
    if (tracestate !== undefined) headers.push(TRACESTATE, tracestate)
  }
  if (versions !== undefined && plain.test(versions)) headers.push(VERSIONS, versions)
  if (address !== undefined && plain.test(address)) headers.push(ADDRESS, address)
  return headers
}

/** The header that carries a token alone: whose request several calls travel in. */
export const tokenHeader = (headers: readonly string[]): string[] => [TOKEN, headers[headers.indexOf(TOKEN) + 1]!]

export const tokenOf = (headers: IncomingHttpHeaders): string | undefined => headers[TOKEN] as string | undefined

/** The context of a call that came from another host. */
export const contextOf = (
  headers: IncomingHttpHeaders,
  { caller, actor }: Caller,
  runtime: Runtime,
  tracer: Tracer,
): CallContext => {
  const left = Number(headers[LEFT])
  const address = headers[ADDRESS] as string | undefined
  const versions = headers[VERSIONS] as string | undefined
  const traceparent = headers[TRACEPARENT] as string | undefined
  const tracestate = headers[TRACESTATE] as string | undefined
  const span = traceparent === undefined ? undefined : tracer.follow(traceparent)
  return {
    actor,
    caller,
    deadline: runtime.now() + (left >= 0 ? Math.min(left, LONGEST) : 0),
    locale: headers[LOCALE] === 'en' ? 'en' : 'ko',
    requestId: (headers[REQUEST_ID] as string | undefined) ?? runtime.id(),
    ...(versions !== undefined && { versions }),
    ...(traceparent !== undefined && { traceparent }),
    ...(tracestate !== undefined && { tracestate }),
    ...(span && { span }),
    ...(address !== undefined && { address }),
  }
}

/** A fault as it travels. Its cause stays behind: that is for the log of the host it happened in. */
export const faultToText = ({ code, status, messages, data, field, fields, retryAfter }: Fault): string =>
  JSON.stringify({ code, status, messages, data, field, fields, retryAfter })

/** The fault that travelled as text. */
export const faultFromText = (text: string): Fault => {
  const { code, status, messages, data, ...details } = JSON.parse(text) as Omit<Fault, 'cause'> & FaultDetails
  return new Fault(code, status, messages, data, details)
}
