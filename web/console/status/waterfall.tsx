import type { TraceSpan } from '#services/status/contract.ts'
import { useWords } from '../kit/words/index.ts'
import { msText } from './figures.ts'
import { statusWords } from './words.ts'

/** How deep each span lies: parents stand before their children. */
const depthsOf = (spans: readonly TraceSpan[]): ReadonlyMap<string, number> => {
  const depths = new Map<string, number>()
  for (const { spanId, parentId } of spans) depths.set(spanId, parentId === null ? 0 : (depths.get(parentId) ?? 0) + 1)
  return depths
}

/** Parts of a colour by which services are told apart; their names stand beside it. */
const bars = ['bg-jjok', 'bg-sol', 'bg-ink', 'bg-quiet', 'bg-jjok-deep', 'bg-edge']

const Bar = ({ span, whole, colour }: { span: TraceSpan; whole: number; colour: string }) => {
  const left = Math.max(0, Math.min(99.5, (span.after / whole) * 100))
  const width = Math.max(0.4, Math.min(100 - left, (span.ms / whole) * 100))
  return (
    <span aria-hidden="true" className="relative block h-3 grow rounded-sm bg-mist">
      <span
        className={`absolute top-0 h-3 rounded-sm ${span.failure ? 'bg-juhong' : colour}`}
        style={{ left: `${left}%`, width: `${width}%` }}
      />
    </span>
  )
}

/** A trace as it went: each span below the one it is part of, where it began and how long it took. */
export const Waterfall = ({ spans, ms }: { spans: readonly TraceSpan[]; ms: number }) => {
  const { traces } = useWords(statusWords)
  const depths = depthsOf(spans)
  const services = [...new Set(spans.map((each) => each.service))]
  return (
    <ol className="num rounded-lg border border-line text-sm">
      {spans.map((span) => {
        const facts = Object.entries(span.attributes)
        const colour = bars[services.indexOf(span.service) % bars.length]!
        return (
          <li key={span.spanId} className="border-t border-line first:border-t-0">
            <details>
              <summary className="grid gap-x-4 gap-y-1 px-3 py-2 hover:bg-paper md:grid-cols-[minmax(0,24rem)_minmax(0,1fr)_6rem] md:items-center">
                <span className="min-w-0" style={{ paddingLeft: `${Math.min(10, depths.get(span.spanId)!) * 0.8}rem` }}>
                  <span className="font-semibold">{span.name}</span>{' '}
                  <span className="text-quiet">
                    {span.service} · {span.kind}
                  </span>
                  {span.failure && (
                    <span className="ml-1 font-semibold text-juhong">
                      × {traces.failed}: {span.failure}
                    </span>
                  )}
                </span>
                <Bar span={span} whole={Math.max(ms, 0.001)} colour={colour} />
                <span className="md:text-right">{msText(span.ms)}</span>
              </summary>
              <dl className="grid gap-x-4 gap-y-1 bg-paper px-4 py-3 sm:grid-cols-[auto_minmax(0,1fr)]">
                <dt className="text-quiet">{traces.from(msText(span.after))}</dt>
                <dd className="break-all">{span.spanId}</dd>
                {facts.map(([name, value]) => (
                  <div key={name} className="contents">
                    <dt className="text-quiet">{name}</dt>
                    <dd className="break-all">{String(value)}</dd>
                  </div>
                ))}
              </dl>
            </details>
          </li>
        )
      })}
    </ol>
  )
}
