import { SpanKind, SpanStatusCode, TraceFlags, type HrTime } from '@opentelemetry/api'
import { resourceFromAttributes, type Resource } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { SpanKind as Kind, SpanPlace, SpanRecord } from '#kernel/tracing/trace.ts'

/** What tells one process of the shop from another. */
export interface Instance {
  /** Name of the host. */
  readonly name: string
  readonly version: string
}

const KINDS: Readonly<Record<Kind, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
}

const SCOPE = { name: 'jangteo' }

/** Milliseconds as seconds and nanoseconds, exact to the microsecond: Zipkin refuses parts of one. */
const timeOf = (ms: number): HrTime => {
  const micros = Math.round(ms * 1e3)
  const seconds = Math.floor(micros / 1e6)
  return [seconds, (micros - seconds * 1e6) * 1e3]
}

const contextOf = ({ traceId, spanId }: SpanPlace) => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED })

/** Spans in the shape in which OpenTelemetry's exporters take them, each with the service whose work it was. */
export const readableSpans = (instance: Instance): ((span: SpanRecord) => ReadableSpan) => {
  const resources = new Map<string, Resource>()
  const resourceOf = (service: string): Resource => {
    let found = resources.get(service)
    if (!found) {
      found = resourceFromAttributes({
        'service.namespace': 'jangteo',
        'service.name': service,
        'service.instance.id': instance.name,
        'service.version': instance.version,
      })
      resources.set(service, found)
    }
    return found
  }
  return (span) => ({
    name: span.name,
    kind: KINDS[span.kind],
    spanContext: () => contextOf(span),
    ...(span.parentId !== undefined && {
      parentSpanContext: contextOf({ traceId: span.traceId, spanId: span.parentId }),
    }),
    startTime: timeOf(span.began),
    endTime: timeOf(span.began + span.ms),
    duration: timeOf(span.ms),
    status:
      span.failure === undefined
        ? { code: SpanStatusCode.UNSET }
        : { code: SpanStatusCode.ERROR, message: span.failure },
    attributes: { ...span.attributes },
    links: span.links.map((each) => ({ context: contextOf(each) })),
    events: [],
    ended: true,
    resource: resourceOf(span.service),
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  })
}
