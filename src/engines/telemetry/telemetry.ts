import type { Logger } from 'pino'
import type { TraceSummary } from '#kernel/reports/trace-report.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { tracerOf, type SpanRecord, type Tracer } from '#kernel/tracing/trace.ts'
import type { Instance } from './readable.ts'
import { recentTraces } from './ring.ts'
import { sender, type Sender, type SenderStats } from './sender.ts'

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

type Collectors = Parameters<typeof import('./exporters.ts').exportersOf>[0]

/** What sends spans on, by collector; where there is none, nothing of OpenTelemetry is loaded. */
const sendersOf = async (
  collectors: Collectors,
  {
    instance,
    ...given
  }: { readonly instance: Instance; readonly runtime: Runtime; readonly log: Pick<Logger, 'info' | 'warn'> },
): Promise<readonly (readonly [name: string, sender: Sender])[]> => {
  if (!collectors.zipkinUrl && !collectors.otlpUrl) return []
  const { exportersOf } = await import('./exporters.ts')
  const { readableSpans } = await import('./readable.ts')
  const readable = readableSpans(instance)
  return Object.entries(exportersOf(collectors)).map(
    ([name, exporter]) => [name, sender({ name, exporter, readable, ...given })] as const,
  )
}

/**
 * Opens the traces of a process. Without a collector they are kept in memory alone, as many as the status page shows.
 * `zipkinUrl` as http://zipkin:9411, `otlpUrl` as http://collector:4318.
 */
export const openTelemetry = async (given: {
  /** Of a hundred traces, how many are made. */
  readonly percent: number | (() => number)
  readonly zipkinUrl?: string
  readonly otlpUrl?: string
  readonly instance: Instance
  readonly runtime: Runtime
  readonly log: Pick<Logger, 'info' | 'warn'>
}): Promise<Telemetry> => {
  const { percent, zipkinUrl, otlpUrl, instance, runtime, log } = given
  const senders = await sendersOf({ zipkinUrl, otlpUrl }, { instance, runtime, log })
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
