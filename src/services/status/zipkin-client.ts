import { request } from 'undici'
import { z } from 'zod'
import type { ReportedSpan } from '#kernel/reports/trace-report.ts'

/** Milliseconds Zipkin is given. */
const PATIENCE = 1_500

/** A span as Zipkin's API tells it (v2): times in microseconds. */
const zipkinSpan = z.object({
  traceId: z.string(),
  id: z.string(),
  parentId: z.string().optional(),
  name: z.string().default(''),
  kind: z.string().optional(),
  timestamp: z.number(),
  duration: z.number().default(0),
  localEndpoint: z.object({ serviceName: z.string().default('') }).default({ serviceName: '' }),
  tags: z.record(z.string(), z.string()).default({}),
})

const kinds = ['server', 'client', 'producer', 'consumer'] as const
const kindOf = (given: string | undefined): ReportedSpan['kind'] =>
  kinds.find((each) => each === given?.toLowerCase()) ?? 'internal'

const spanOf = (span: z.output<typeof zipkinSpan>): ReportedSpan => {
  const { error, ...attributes } = span.tags
  const failure = error ?? (attributes['otel.status_code'] === 'ERROR' ? 'ERROR' : undefined)
  return {
    traceId: span.traceId,
    spanId: span.id,
    ...(span.parentId !== undefined && { parentId: span.parentId }),
    name: span.name,
    kind: kindOf(span.kind),
    service: span.localEndpoint.serviceName,
    began: span.timestamp / 1_000,
    ms: span.duration / 1_000,
    attributes,
    links: [],
    ...(failure !== undefined && { failure }),
  }
}

/** Asks Zipkin for a trace: none of its spans when it does not know it. Rejects when it does not answer, or not as Zipkin does. */
export const askZipkin =
  (url: string) =>
  async (traceId: string): Promise<ReportedSpan[]> => {
    const { statusCode, body } = await request(new URL(`/api/v2/trace/${traceId}`, url), {
      headersTimeout: PATIENCE,
      bodyTimeout: PATIENCE,
      signal: AbortSignal.timeout(PATIENCE),
    })
    const text = await body.text()
    if (statusCode === 404) return []
    if (statusCode !== 200) throw new Error(`Zipkin answered ${statusCode}`)
    return z.array(zipkinSpan).parse(JSON.parse(text)).map(spanOf)
  }
