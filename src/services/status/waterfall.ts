import { instant } from '#kernel/contract.ts'
import type { ReportedSpan, TraceSummary } from '#kernel/reports/trace-report.ts'
import type { TraceLine, TraceSpan } from './contract.ts'

/** Traces of looking at the status: they would crowd out all others. */
const ofLooking = (name: string): boolean => /(^|[ /])status\b/.test(name)

/** What one host knows of the traces that went through it. */
export interface HostTraces {
  readonly host: string
  readonly items: readonly TraceSummary[]
}

/** Puts together what hosts know of each trace: it began where it began first. Latest first, at most `limit`. */
export const linesOf = (told: readonly HostTraces[], limit: number): TraceLine[] => {
  const all = told.flatMap(({ host, items }) => items.map((each) => ({ host, ...each })))
  const lines = [...Map.groupBy(all, (each) => each.traceId).values()].map((parts) => {
    const first = parts.reduce((a, b) => (b.began < a.began ? b : a))
    const end = Math.max(...parts.map((each) => each.began + each.ms))
    return {
      at: first.began,
      line: {
        traceId: first.traceId,
        name: first.name,
        services: [...new Set(parts.flatMap((each) => each.services))],
        hosts: [...new Set(parts.map((each) => each.host))],
        began: instant(first.began),
        ms: rounded(end - first.began),
        spans: parts.reduce((sum, each) => sum + each.spans, 0),
        failures: parts.reduce((sum, each) => sum + each.failures, 0),
      },
    }
  })
  return lines
    .filter(({ line }) => !line.services.includes('status') && !ofLooking(line.name))
    .toSorted((a, b) => b.at - a.at)
    .slice(0, limit)
    .map(({ line }) => line)
}

const rounded = (ms: number): number => Math.round(ms * 1_000) / 1_000

/**
 * The spans of a trace in the order of a waterfall: each after the one it is part of, brothers by their beginning. One
 * told twice counts once; one whose parent is not known stands at the top.
 */
export const waterfall = (
  given: readonly ReportedSpan[],
): { readonly began: string; readonly ms: number; readonly spans: TraceSpan[] } | undefined => {
  const spans = [...new Map(given.map((each) => [each.spanId, each])).values()].toSorted((a, b) => a.began - b.began)
  const [first] = spans
  if (!first) return undefined
  const known = new Set(spans.map((each) => each.spanId))
  const children = Map.groupBy(spans, ({ parentId }) =>
    parentId !== undefined && known.has(parentId) ? parentId : undefined,
  )
  const ordered: TraceSpan[] = []
  const seen = new Set<string>()
  const walk = (each: ReportedSpan, parentId: string | null): void => {
    if (seen.has(each.spanId)) return
    seen.add(each.spanId)
    const { spanId, name, kind, service, attributes, failure = null } = each
    const after = rounded(each.began - first.began)
    ordered.push({ spanId, parentId, name, kind, service, after, ms: rounded(each.ms), attributes, failure })
    for (const child of children.get(spanId) ?? []) walk(child, spanId)
  }
  for (const each of children.get(undefined) ?? []) walk(each, null)
  // Spans that name each other as parents hang from none: shown all the same.
  for (const each of spans) walk(each, null)
  const end = Math.max(...spans.map((each) => each.began + each.ms))
  return { began: instant(first.began), ms: rounded(end - first.began), spans: ordered }
}
