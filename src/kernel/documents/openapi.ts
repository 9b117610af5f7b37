import { STATUS_CODES } from 'node:http'
import { isForOutside, isRepeatable, type Access, type Contract, type Operation } from '../contract.ts'
import type { FaultDefinition } from '../fault.ts'
import {
  DEADLINE_EXCEEDED,
  FORBIDDEN,
  INTERNAL,
  INVALID_INPUT,
  MALFORMED_BODY,
  NOT_FOUND,
  PAYLOAD_TOO_LARGE,
  RATE_LIMITED,
  UNAUTHENTICATED,
  UNAVAILABLE,
  UNSUPPORTED_MEDIA_TYPE,
} from '../faults.ts'
import { isNothing, jsonSchemaOf, type JsonSchema } from './json-schema.ts'
import { problemSchema } from '../call/problem.ts'

/** A parameter of an operation as OpenAPI writes it. */
export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly schema: JsonSchema
}

/** One operation as OpenAPI writes it. */
export interface OpenApiOperation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description: string
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: {
    readonly required: boolean
    readonly content: { readonly 'application/json': { readonly schema: JsonSchema } }
  }
  readonly responses: Readonly<Record<string, JsonSchema>>
  /** Faults it may answer with, by code. */
  readonly 'x-faults': readonly string[]
  /** Whether repeating it does no more than doing it once. */
  readonly 'x-repeatable': boolean
}

export interface OpenApiDocument {
  readonly openapi: '3.1.0'
  readonly info: JsonSchema
  readonly servers: readonly { readonly url: string }[]
  readonly tags: readonly { readonly name: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>
  readonly components: JsonSchema
}

const PROBLEM = { $ref: '#/components/schemas/Problem' }

/** Faults of the edge and of every operation, where they can occur. */
const commonOf = (operation: Operation, hasBody: boolean): readonly FaultDefinition[] => [
  INVALID_INPUT,
  ...(hasBody ? [MALFORMED_BODY, PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE] : []),
  UNAUTHENTICATED,
  ...(typeof operation.access === 'object' ? [FORBIDDEN] : []),
  ...(hasBody || operation.path?.includes('{') ? [NOT_FOUND] : []),
  RATE_LIMITED,
  INTERNAL,
  UNAVAILABLE,
  DEADLINE_EXCEEDED,
]

const who = (access: Access): string => {
  if (typeof access === 'object') return `Staff with the role \`${access.staff}\`.`
  return { public: 'Anyone.', guest: 'Guests and members.', member: 'Members.', seller: 'Sellers.', service: '' }[
    access
  ]
}

const securityOf = (access: Access): OpenApiOperation['security'] => {
  if (access === 'public') return [{}]
  const signedIn: OpenApiOperation['security'] = [{ bearer: [] }, { cookie: [] }]
  return access === 'guest' ? [...signedIn, { guest: [] }, { guestCookie: [] }, {}] : signedIn
}

const faultResponses = (faults: readonly FaultDefinition[]): Record<string, JsonSchema> => {
  const byStatus = new Map<number, FaultDefinition[]>()
  for (const each of faults) {
    const same = byStatus.get(each.status) ?? []
    if (!same.some((other) => other.code === each.code)) byStatus.set(each.status, [...same, each])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, of]) => {
      const data = of.flatMap((each) => (each.data ? [jsonSchemaOf(each.data, 'output')] : []))
      const only = {
        type: 'object',
        properties: { code: { enum: of.map((each) => each.code) }, ...(data.length > 0 && { data: { anyOf: data } }) },
      }
      const description = `${STATUS_CODES[status] ?? 'Error'}: ${of.map((each) => each.code).join(', ')}`
      return [status, { description, content: { 'application/problem+json': { schema: { allOf: [PROBLEM, only] } } } }]
    }),
  )
}

const describe = (
  service: string,
  name: string,
  operation: Operation,
  ofUnsafe: readonly FaultDefinition[],
): OpenApiOperation => {
  const whole = jsonSchemaOf(operation.input, 'input')
  const properties = (whole['properties'] ?? {}) as Record<string, JsonSchema>
  const required = new Set((whole['required'] ?? []) as string[])
  const inPath = new Set([...operation.path!.matchAll(/\{(\w+)\}/g)].map((each) => each[1]!))
  const inHeader = operation.headers ?? {}
  const hasBody = operation.method !== 'GET' && operation.method !== 'DELETE'

  const rest = Object.keys(properties).filter((each) => !inPath.has(each) && !Object.hasOwn(inHeader, each))
  const parameter = (member: string, place: Parameter['in'], as = member): Parameter => ({
    name: as,
    in: place,
    required: place === 'path' || required.has(member),
    schema: properties[member] ?? { type: 'string' },
  })
  const parameters = [
    ...[...inPath].map((each) => parameter(each, 'path')),
    ...Object.entries(inHeader).map(([member, header]) => parameter(member, 'header', header)),
    ...(hasBody ? [] : rest.map((each) => parameter(each, 'query'))),
  ]
  const needed = rest.filter((each) => required.has(each))
  const body = {
    ...whole,
    properties: Object.fromEntries(rest.map((each) => [each, properties[each]])),
    required: needed,
  }
  const takesBody = hasBody && (rest.length > 0 || whole['additionalProperties'] !== undefined)
  const unsafe = operation.method === 'GET' ? [] : ofUnsafe
  const faults = [...commonOf(operation, hasBody), ...unsafe, ...(operation.faults ?? [])]
  const status = isNothing(operation.output) ? 204 : (operation.status ?? 200)
  return {
    operationId: `${service}.${name}`,
    tags: [service],
    summary: operation.summary,
    description: who(operation.access),
    security: securityOf(operation.access),
    ...(parameters.length > 0 && { parameters }),
    ...(takesBody && {
      requestBody: { required: needed.length > 0, content: { 'application/json': { schema: body } } },
    }),
    responses: {
      [status]:
        status === 204
          ? { description: 'Done' }
          : {
              description: STATUS_CODES[status] ?? 'Done',
              content: { 'application/json': { schema: jsonSchemaOf(operation.output, 'output') } },
            },
      ...faultResponses(faults),
    },
    'x-faults': [...new Set(faults.map((each) => each.code))],
    'x-repeatable': isRepeatable(operation),
  }
}

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'The access token of a sign-in.' },
  cookie: { type: 'apiKey', in: 'cookie', name: 'jangteo_access', description: 'The same, on our own pages.' },
  guest: { type: 'apiKey', in: 'header', name: 'x-guest-id', description: 'A UUID that names a guest.' },
  guestCookie: { type: 'apiKey', in: 'cookie', name: 'jangteo_guest', description: 'The same, on our own pages.' },
}

/**
 * The OpenAPI 3.1 document of what can be reached from outside: operations with a path that not only services may call.
 * `unsafeFaults` are those with which the edge itself may refuse operations other than GET.
 */
export const openApiOf = (
  contracts: readonly Contract<any>[],
  given: { readonly version: string; readonly unsafeFaults?: readonly FaultDefinition[] },
): OpenApiDocument => {
  const paths: Record<string, Record<string, OpenApiOperation>> = {}
  const tags = new Set<string>()
  for (const contract of contracts as readonly Contract[])
    for (const [name, operation] of Object.entries(contract.operations)) {
      if (operation.path === undefined || !isForOutside(operation)) continue
      tags.add(contract.name)
      const path = (paths[`/api${operation.path}`] ??= {})
      path[operation.method.toLowerCase()] = describe(contract.name, name, operation, given.unsafeFaults ?? [])
    }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Jangteo',
      version: given.version,
      description: 'The API of the shop. Errors are problem documents (RFC 9457) with a stable `code`.',
    },
    servers: [{ url: '/' }],
    tags: [...tags].map((name) => ({ name })),
    paths,
    components: { schemas: { Problem: jsonSchemaOf(problemSchema, 'output') }, securitySchemes },
  }
}
