import { currentContext, withContext, type CallContext } from './context.ts'
import type { Fault } from './fault.ts'
import { isolate } from './failures/isolate.ts'
import { caused, endWith, within, without } from './tracing/tracing.ts'

/** Counters of a micro-batcher, for metrics: how many batches ran and how many inputs they carried. */
export interface BatcherStats {
  readonly batches: number
  readonly inputs: number
  /** Times a failing batch, or a part of one, was split in two to isolate the inputs at fault. */
  readonly splits: number
  readonly waiting: number
}

interface Waiting<I, O> {
  readonly input: I
  readonly context: CallContext | undefined
  readonly resolve: (output: O) => void
  readonly reject: (error: unknown) => void
}

/** A batch must answer each of its inputs: with one too few or too many, somebody would get another's answer. */
class WrongCount extends Error {}

/** The answers, as many as there are inputs; throws where there are not. */
export const answersFor = <A>(answers: readonly A[], inputs: number): readonly A[] => {
  if (answers.length !== inputs) throw new WrongCount(`A batch of ${inputs} answered ${answers.length}`)
  return answers
}

/**
 * Runs a batch under a span that is part of its first traced caller's, and linked to all of them. Whoever happened to set
 * it going may be none of its callers: what it does is not part of their trace.
 */
const runTraced = async <I, T>(
  taken: readonly Waiting<I, any>[],
  { name = 'batch', inputOf }: { readonly name?: string; readonly inputOf?: (input: I) => unknown },
  run: () => Promise<T>,
): Promise<T> => {
  const context = currentContext()
  if (!taken.some((each) => each.context?.span)) return context?.span ? withContext(without(context), run) : run()
  const callers = taken.flatMap(({ context: its, input }) => {
    if (!its?.span) return []
    caused(inputOf ? inputOf(input) : input, its.span)
    return [its.span]
  })
  const span = callers[0]!.child({
    name,
    attributes: { 'jangteo.batch.inputs': taken.length },
    links: callers.map(({ traceId, spanId }) => ({ traceId, spanId })),
    shared: taken.length > 1,
  })
  try {
    const answers = await withContext(within(context ?? taken.find((each) => each.context?.span)!.context!, span), run)
    span.end()
    return answers
  } catch (error) {
    endWith(span, error)
    throw error
  }
}

/**
 * Gathers single calls into batches, of which `concurrency` run at once. While fewer run, whatever waits is taken at once;
 * otherwise calls gather, up to `max` a batch. No timer. `run` answers in the order of its inputs, with a Fault in the place of an input that is
 * refused. If it throws, it is run again for halves of the batch, down to single inputs, so that the error is answered to
 * whoever caused it and to nobody else; a transient error (the store is away) is answered to all at once.
 */
export const microBatcher = <I, O>(
  options: {
    readonly concurrency: number
    readonly max: number
    /** Names the batches in traces. */
    readonly name?: string
    /** What of an input its batch works with, when that is not all of it. */
    readonly inputOf?: (input: I) => unknown
    /** Inputs for which this differs never share a batch. */
    readonly partitionBy?: (input: I) => unknown
    /** False where running it a second time would do something twice: then an error fails the whole batch. */
    readonly repeatable?: boolean
  },
  run: (inputs: I[]) => Promise<readonly (O | Fault)[]>,
): { readonly call: (input: I) => Promise<O>; readonly stats: () => BatcherStats } => {
  let queue: Waiting<I, O>[] = []
  let free = options.concurrency
  let scheduled = false
  let batches = 0
  let inputs = 0
  let splits = 0

  const { partitionBy, max, repeatable = true } = options
  const mayIsolate = (error: unknown): boolean => repeatable && !(error instanceof WrongCount)

  /** Runs some of a batch and answers them, as soon as they are done. */
  const answer = async (part: readonly Waiting<I, O>[]): Promise<void> => {
    const ran = await runTraced(part, options, () => run(part.map((each) => each.input)))
    answersFor(ran, part.length).forEach((each, i) => {
      if (each instanceof Error) part[i]!.reject(each)
      else part[i]!.resolve(each)
    })
  }

  const drive = async (taken: readonly Waiting<I, O>[]): Promise<void> => {
    batches++
    inputs += taken.length
    try {
      splits += await isolate(taken, answer, (each, error) => each.reject(error), mayIsolate)
    } finally {
      free++
      schedule()
    }
  }

  /** Takes the next batch out of the queue: the first of what waits, and what may go with it, in order. */
  const take = (): Waiting<I, O>[] => {
    const first = partitionBy?.(queue[0]!.input)
    if (partitionBy && queue.some((each) => partitionBy(each.input) !== first)) {
      const fits = queue.filter((each) => partitionBy(each.input) === first).slice(0, max)
      const taken = new Set(fits)
      queue = queue.filter((each) => !taken.has(each))
      return fits
    }
    const taken = queue.length <= max ? queue : queue.slice(0, max)
    queue = taken === queue ? [] : queue.slice(max)
    return taken
  }

  const flush = (): void => {
    scheduled = false
    while (free > 0 && queue.length > 0) {
      const taken = take()
      free--
      void drive(taken)
    }
  }

  // One turn of the event loop lets every call of this tick join the batch.
  const schedule = (): void => {
    if (scheduled || free === 0 || queue.length === 0) return
    scheduled = true
    setImmediate(flush)
  }

  return {
    call: (input) =>
      new Promise<O>((resolve, reject) => {
        queue.push({ input, context: currentContext(), resolve, reject })
        schedule()
      }),
    stats: () => ({ batches, inputs, splits, waiting: queue.length }),
  }
}
