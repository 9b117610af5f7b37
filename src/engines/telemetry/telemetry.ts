import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { ZipkinExporter } from '@opentelemetry/exporter-zipkin'
import type { SpanExporter } from '@opentelemetry/sdk-trace'
import type { Logger } from 'pino'
import type { TraceSummary } from '#kernel/trace-report.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { tracerOf, type SpanRecord, type Tracer } from '#kernel/trace.ts'
import { readableSpans, type Instance } from './readable.ts'
import { recentTraces } from './ring.ts'
import { sender, type SenderStats } from './sender.ts'

/** The traces of a process: makes them, keeps those of late, and sends them on. */
export interface Telemetry {
  readonly tracer: Tracer
  /** The traces of late that went through this process, latest first. */
  recentTraces(): TraceSummary[]
  /** The spans of one that this process made, in the order of their beginning. */
  traceOf(traceId: string): SpanRecord[]
  /** By collector. */
  readonly stats: () => Readonly<Record<string, SenderStats>>
  /** Sends what waits, for a short while, and ends. */
  close(): Promise<void>
}

const at = (base: string, path: string): string => `${base.replace(/\/+$/, '')}${path}`

/**
 * Opens the traces of a process. Without a collector they are kept in memory alone, as many as the status page shows.
 * `zipkinUrl` as http://zipkin:9411, `otlpUrl` as http://collector:4318.
 */
export const openTelemetry = (given: {
  /** Of a hundred traces, how many are made. */
  readonly percent: number | (() => number)
  readonly zipkinUrl?: string
  readonly otlpUrl?: string
  readonly instance: Instance
  readonly runtime: Runtime
  readonly log: Pick<Logger, 'info' | 'warn'>
}): Telemetry => {
  const { percent, zipkinUrl, otlpUrl, instance, runtime, log } = given
  const exporters: Record<string, SpanExporter> = {
    ...(zipkinUrl && { zipkin: new ZipkinExporter({ url: at(zipkinUrl, '/api/v2/spans') }) }),
    ...(otlpUrl && { otlp: new OTLPTraceExporter({ url: at(otlpUrl, '/v1/traces'), timeoutMillis: 4_000 }) }),
  }
  const readable = readableSpans(instance)
  const senders = Object.entries(exporters).map(
    ([name, exporter]) => [name, sender({ name, exporter, readable, runtime, log })] as const,
  )
  const recent = recentTraces()
  const tracer = tracerOf({
    percent,
    runtime,
    record: (span) => {
      recent.add(span)
      for (const [, each] of senders) each.add(span)
    },
  })
  return {
    tracer,
    recentTraces: recent.summaries,
    traceOf: recent.spansOf,
    stats: () => Object.fromEntries(senders.map(([name, each]) => [name, each.stats()])),
    close: async () => {
      await Promise.all(senders.map(([, each]) => each.close()))
    },
  }
}
