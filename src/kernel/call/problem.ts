import { STATUS_CODES } from 'node:http'
import { z } from 'zod'
import type { Fault, Locale } from '../fault.ts'
import { UNAVAILABLE } from '../faults.ts'

/** Media type of a problem document (RFC 9457). */
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

const bothLanguages = z.object({ ko: z.string(), en: z.string() })

/** A fault as it is told to the world: RFC 9457, with the members a program and a person need besides. */
export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'Where this kind of problem is explained' }),
    title: z.string().meta({ description: 'The phrase of the HTTP status' }),
    status: z.number().int(),
    detail: z.string().meta({ description: "What happened and what to do, in the caller's language" }),
    code: z.string().meta({ description: 'Stable name of the fault, for programs' }),
    requestId: z.string().meta({ description: 'Names this request in our logs' }),
    message: bothLanguages,
    field: z.string().optional().meta({ description: 'The input member at fault, dotted' }),
    errors: z.array(z.object({ field: z.string(), code: z.string(), message: bothLanguages })).optional(),
    data: z.unknown().optional(),
  })
  .meta({ description: 'A problem document (RFC 9457)' })
export type Problem = z.output<typeof problemSchema>

/** Where a fault is explained, below the address of the shop. */
const problemTypeOf = (code: string): string => `/api/docs#fault-${code}`

/** The problem document of a fault, for a request and a language. */
export const problemOf = (fault: Fault, locale: Locale, requestId: string): Problem => ({
  type: problemTypeOf(fault.code),
  title: STATUS_CODES[fault.status] ?? 'Error',
  status: fault.status,
  detail: fault.messages[locale],
  code: fault.code,
  requestId,
  message: fault.messages,
  ...(fault.field !== undefined && { field: fault.field }),
  ...(fault.fields && { errors: [...fault.fields] }),
  ...(fault.data !== undefined && { data: fault.data }),
})

/** Seconds a caller is asked to wait when a service is away and the fault does not say. */
const AWAY_SECONDS = 2

/** Seconds for `Retry-After`, where trying again makes sense. */
export const retryAfterOf = (fault: Fault): number | undefined =>
  fault.retryAfter === undefined ? (UNAVAILABLE.is(fault) ? AWAY_SECONDS : undefined) : Math.ceil(fault.retryAfter)
