import type { FastifyReply, FastifyRequest } from 'fastify'
import { METHOD_NOT_ALLOWED, ROUTE_NOT_FOUND } from '#kernel/faults.ts'
import { preflightHeaders } from './cors.ts'
import type { Edge } from '../edge.ts'
import { begin } from '../api/exchange.ts'
import { pathOf } from './request/request-target.ts'

/** What `OPTIONS *` is told of the whole server. */
const EVERYWHERE = ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT']

/** Answers what no route takes: 404, or 405 with `Allow` where the path takes other methods, and preflights. */
export const unknown = (edge: Edge) => {
  return (request: FastifyRequest, reply: FastifyReply): void => {
    const exchange = begin(edge, 'unknown', request, reply, 1_000)
    const path = pathOf(request.raw.url!)
    const methods = path === '*' ? EVERYWHERE : edge.allowed.of(path)
    if (methods.length === 0) return exchange.fail(ROUTE_NOT_FOUND())
    exchange.headers.push('allow', [...methods, 'OPTIONS'].join(', '))
    if (request.method !== 'OPTIONS') return exchange.fail(METHOD_NOT_ALLOWED())
    const { origin } = request.headers
    if (origin !== undefined && edge.trusted.has(origin)) exchange.headers.push(...preflightHeaders(methods))
    exchange.succeed(204, undefined)
  }
}
