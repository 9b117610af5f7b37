import { z } from 'zod'

const place = { traceId: z.string(), spanId: z.string() }

/** A trace in a line, as far as it went through one process. Times are epoch milliseconds, with fractions. */
export const traceSummarySchema = z.object({
  traceId: z.string(),
  /** Name of its first span there. */
  name: z.string(),
  services: z.array(z.string()),
  began: z.number(),
  /** Milliseconds from its first span's beginning to its last one's end. */
  ms: z.number(),
  spans: z.int(),
  /** Spans that failed on our side. */
  failures: z.int(),
})
export type TraceSummary = z.output<typeof traceSummarySchema>

/** A span as `SpanRecord` says. */
export const spanSchema = z.object({
  ...place,
  parentId: z.string().optional(),
  name: z.string(),
  kind: z.enum(['internal', 'server', 'client', 'producer', 'consumer']),
  service: z.string(),
  began: z.number(),
  ms: z.number(),
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  links: z.array(z.object(place)).readonly(),
  failure: z.string().optional(),
})
export type ReportedSpan = z.output<typeof spanSchema>
