import type { FastifyRequest } from 'fastify'
import { invalid } from '#kernel/input/invalid.ts'
import { readBody } from './body.ts'
import { type Query, UNDECODABLE } from '../http/request/query.ts'
import type { Route } from './routes.ts'

/**
 * A query as an input: each member once, in UTF-8. An empty value means not given: a form sends the fields nobody filled in
 * as well. Throws INVALID_INPUT for a repeated member and one that cannot be decoded.
 */
const queryOf = (query: Query): Record<string, unknown> => {
  const [undecodable] = query[UNDECODABLE] ?? []
  if (undecodable !== undefined)
    throw invalid(undecodable, 'encoding', {
      ko: 'UTF-8을 퍼센트 인코딩한 값이어야 합니다.',
      en: 'This must be percent-encoded UTF-8.',
    })
  const input = Object.create(null) as Record<string, unknown>
  for (const key of Object.keys(query)) {
    const value = query[key]
    if (typeof value !== 'string')
      throw invalid(key, 'repeated', { ko: '한 번만 쓸 수 있는 항목입니다.', en: 'This may be given once only.' })
    if (value !== '') input[key] = value
  }
  return input
}

/** Adds the members that come from headers and from the path to those of the body or the query. */
const merge = (route: Route, request: FastifyRequest, input: Record<string, unknown>): Record<string, unknown> => {
  // A member that travels as a header has no second way in.
  for (const [member, header] of route.headers) {
    const value = request.raw.headers[header]
    if (value === undefined) delete input[member]
    else input[member] = value
  }
  if (route.params.length > 0) {
    const params = request.params as Record<string, string>
    for (const name of route.params) input[name] = params[name]
  }
  return input
}

/** The input object of an operation: members of the query or the body, then of headers, then of the path, the later winning. */
export const inputOf = (
  route: Route,
  request: FastifyRequest,
  bodyLimit: number,
): Record<string, unknown> | Promise<Record<string, unknown>> => {
  if (route.hasBody) return readBody(request.raw, bodyLimit).then((body) => merge(route, request, body))
  const bare = !request.raw.url!.includes('?')
  return merge(route, request, bare ? {} : queryOf(request.query as Query))
}
