import { withContext, type CallContext } from '#kernel/context.ts'
import type { Delivered } from '#kernel/service.ts'
import type { TentativeSpan, Tracer } from '#kernel/tracing/trace.ts'
import { caused, endWith, within } from '#kernel/tracing/tracing.ts'

/** An event that may carry the place of the span that told it. */
type TracedEvent = Delivered<unknown> & { readonly traceparent?: string }

/** Runs the work of a run of events; `work` tells which of them it took in. */
export type TracedRun = <T>(
  context: CallContext,
  work: (report: (taken: readonly TracedEvent[]) => void) => Promise<T>,
) => Promise<T>

const untracedRun: TracedRun = (context, work) => withContext(context, () => work(() => {}))

/**
 * Makes a span for each event of a run whose telling was traced: a child of the span that told it. The transaction they
 * share is part of the first one, and of one alone when there are no others. Events that were not taken in, because
 * another process was faster or had taken them before, leave no span.
 */
export const tracedRun = (
  tracer: Tracer,
  service: string,
  consumer: string,
  events: readonly TracedEvent[],
): TracedRun => {
  const followed = events.flatMap((event) => {
    const from = event.traceparent === undefined ? undefined : tracer.followTentatively(event.traceparent)
    if (!from) return []
    const span = from.child({
      name: `${service}.${consumer} ${event.name}`,
      kind: 'consumer',
      service,
      attributes: { 'messaging.message.id': event.id, 'jangteo.events': events.length },
      shared: events.length > 1,
    })
    caused(event, span)
    return [{ event, from, span }]
  })
  const [first] = followed
  if (!first) return untracedRun

  const settleAll = (keep: (event: TracedEvent) => boolean): void => {
    for (const { event, from } of followed as { event: TracedEvent; from: TentativeSpan }[]) from.settle(keep(event))
  }
  return async (context, work) => {
    let taken = new Set<TracedEvent>()
    try {
      const done = await withContext(within(context, first.span), () => work((events) => (taken = new Set(events))))
      for (const { event, span } of followed) {
        if (taken.has(event)) span.end()
      }
      settleAll((event) => taken.has(event))
      return done
    } catch (error) {
      for (const { span } of followed) endWith(span, error)
      settleAll(() => true)
      throw error
    }
  }
}
