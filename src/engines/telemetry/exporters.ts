import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { ZipkinExporter } from '@opentelemetry/exporter-zipkin'
import type { SpanExporter } from '@opentelemetry/sdk-trace'

const at = (base: string, path: string): string => `${base.replace(/\/+$/, '')}${path}`

/** What sends spans, by collector. Addresses as http://zipkin:9411 and http://collector:4318. */
export const exportersOf = (given: {
  readonly zipkinUrl?: string | undefined
  readonly otlpUrl?: string | undefined
}): Readonly<Record<string, SpanExporter>> => {
  const { zipkinUrl, otlpUrl } = given
  return {
    ...(zipkinUrl && { zipkin: new ZipkinExporter({ url: at(zipkinUrl, '/api/v2/spans') }) }),
    ...(otlpUrl && { otlp: new OTLPTraceExporter({ url: at(otlpUrl, '/v1/traces'), timeoutMillis: 4_000 }) }),
  }
}
