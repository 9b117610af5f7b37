import { currentContext, withContext, type CallContext } from '../context.ts'
import { Fault } from '../fault.ts'
import type { Span, SpanStart, Tracer } from './trace.ts'

/** A context under which what is called is part of the span. */
export const within = (context: CallContext, span: Span): CallContext => ({
  ...context,
  span,
  traceparent: span.traceparent,
})

/** A context under which what is called is part of no trace. */
export const without = ({ span: _, traceparent: __, ...rest }: CallContext): CallContext => rest

/** The span under way, if any. */
export const currentSpan = (): Span | undefined => currentContext()?.span

/** The code of what failed on our side; nothing for a refusal of the business, which is an answer. */
export const failureOf = (error: unknown): string | undefined =>
  error instanceof Fault ? (error.status >= 500 ? error.code : undefined) : 'INTERNAL'

/** Ends a span by what became of its work. */
export const endWith = (span: Span, error: unknown): void => {
  if (error instanceof Fault) span.set('jangteo.fault', error.code)
  span.end(failureOf(error))
}

/**
 * Does work under a span of its own where the call under way is traced, and simply does it where not. `work` is given
 * the span to add to it.
 */
export const traced = <T>(start: SpanStart, work: (span: Span | undefined) => Promise<T>): Promise<T> => {
  const context = currentContext()
  const parent = context?.span
  return parent === undefined ? work(undefined) : recorded(context!, parent.child(start), work)
}

const recorded = async <T>(context: CallContext, span: Span, work: (span: Span) => Promise<T>): Promise<T> => {
  try {
    const done = await withContext(within(context, span), () => work(span))
    span.end()
    return done
  } catch (error) {
    endWith(span, error)
    throw error
  }
}

/** The spans of inputs that share a batch, and of events that share a run: what comes of one is part of its own trace. */
const causes = new WeakMap<object, Span>()

/** Remembers whose span an input or event belongs to, for as long as it is there. */
export const caused = (by: unknown, span: Span): void => {
  if (typeof by === 'object' && by !== null) causes.set(by, span)
}

/** The span an input or event belongs to. */
export const causeOf = (by: unknown): Span | undefined =>
  typeof by === 'object' && by !== null ? causes.get(by) : undefined

/** Does the work that one of several events asks for, as part of its own trace. */
export const forCause = <T>(by: object, work: () => T): T => {
  const context = currentContext()
  if (!context?.span?.shared) return work()
  const span = causes.get(by)
  return withContext(span ? within(context, span) : without(context), work)
}

/** The span that something told to the world belongs to: its cause's where several share the work, else the one under way. */
export const tellingSpan = (by: unknown): Span | undefined => {
  const span = currentSpan()
  if (span === undefined) return undefined
  return span.shared ? causeOf(by) : span
}

/**
 * Does the shop's own work, such as a sweep, in a trace of its own. Work that found nothing to do, and did no more than
 * look into its database, leaves none.
 */
export const inBackground = async (
  tracer: Tracer,
  name: string,
  context: CallContext,
  work: () => Promise<number>,
): Promise<number> => {
  const span = tracer.own({ name, service: context.caller })
  if (!span) return withContext(context, work)
  try {
    const done = await withContext(within(context, span), work)
    span.set('jangteo.done', done)
    span.end()
    span.settle(done > 0)
    return done
  } catch (error) {
    endWith(span, error)
    span.settle(true)
    throw error
  }
}
