import type { TraceSummary } from '#kernel/reports/trace-report.ts'
import type { SpanRecord } from '#kernel/tracing/trace.ts'

/** The traces of late, as far as they went through this process. */
export interface RecentTraces {
  add(span: SpanRecord): void
  /** Latest first. */
  summaries(): TraceSummary[]
  /** Its spans in the order of their beginning; none when it is not known any more. */
  spansOf(traceId: string): SpanRecord[]
}

/** Traces kept, and spans of one. */
const TRACES = 200
const SPANS = 400

const summaryOf = (traceId: string, spans: readonly SpanRecord[]): TraceSummary => {
  const known = new Set(spans.map((each) => each.spanId))
  const began = Math.min(...spans.map((each) => each.began))
  const first = spans
    .filter((each) => each.parentId === undefined || !known.has(each.parentId))
    .reduce((a, b) => (b.began < a.began ? b : a))
  return {
    traceId,
    name: first.name,
    services: [...new Set(spans.map((each) => each.service))],
    began,
    ms: Math.max(...spans.map((each) => each.began + each.ms)) - began,
    spans: spans.length,
    failures: spans.filter((each) => each.failure !== undefined).length,
  }
}

/** Keeps a bounded number of traces in memory: the oldest make room. */
export const recentTraces = (given: { readonly traces?: number; readonly spans?: number } = {}): RecentTraces => {
  const { traces: most = TRACES, spans: mostSpans = SPANS } = given
  const traces = new Map<string, SpanRecord[]>()
  return {
    add: (span) => {
      const known = traces.get(span.traceId)
      if (known) {
        if (known.length < mostSpans) known.push(span)
        return
      }
      traces.set(span.traceId, [span])
      if (traces.size > most) traces.delete(traces.keys().next().value!)
    },
    summaries: () => [...traces].map(([id, spans]) => summaryOf(id, spans)).toReversed(),
    spansOf: (traceId) => (traces.get(traceId) ?? []).toSorted((a, b) => a.began - b.began),
  }
}
