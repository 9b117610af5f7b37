import { currentContext, withContext, type CallContext } from './context.ts'
import { Fault } from './fault.ts'
import { caused, endWith, within, without } from './tracing.ts'

/** Counters of a set of lanes, for metrics: how many batches ran and how many inputs they carried. */
export interface LaneStats {
  readonly batches: number
  readonly inputs: number
  readonly waiting: number
}

interface Waiting<I, O> {
  readonly input: I
  readonly context: CallContext | undefined
  readonly resolve: (output: O) => void
  readonly reject: (error: unknown) => void
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
 * Gathers single calls into batches (design §4). A free lane takes at once whatever waits; while all lanes are busy,
 * calls gather, up to `max` a batch. No timer. `run` answers in the order of its inputs, with a Fault in the place of
 * an input that is refused; if it throws, every input of that batch is refused with the error.
 */
export const lanes = <I, O>(
  options: {
    readonly lanes: number
    readonly max: number
    /** Names the batches in traces. */
    readonly name?: string
    /** What of an input its batch works with, when that is not all of it. */
    readonly inputOf?: (input: I) => unknown
    /** Inputs for which this differs never share a batch. */
    readonly apart?: (input: I) => unknown
  },
  run: (inputs: I[]) => Promise<readonly (O | Fault)[]>,
): { readonly call: (input: I) => Promise<O>; readonly stats: () => LaneStats } => {
  let queue: Waiting<I, O>[] = []
  let free = options.lanes
  let scheduled = false
  let batches = 0
  let inputs = 0

  const drive = async (taken: Waiting<I, O>[]): Promise<void> => {
    batches++
    inputs += taken.length
    try {
      const answers = await runTraced(taken, options, () => run(taken.map((each) => each.input)))
      if (answers.length !== taken.length) throw new Error(`A batch of ${taken.length} answered ${answers.length}`)
      for (let i = 0; i < taken.length; i++) {
        const answer = answers[i]!
        if (answer instanceof Fault) taken[i]!.reject(answer)
        else taken[i]!.resolve(answer as O)
      }
    } catch (error) {
      for (const each of taken) each.reject(error)
    } finally {
      free++
      schedule()
    }
  }

  const { apart, max } = options

  /** Takes the next batch out of the queue: the first of what waits, and what may go with it, in order. */
  const take = (): Waiting<I, O>[] => {
    const first = apart?.(queue[0]!.input)
    if (apart && queue.some((each) => apart(each.input) !== first)) {
      const fits = queue.filter((each) => apart(each.input) === first).slice(0, max)
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
    stats: () => ({ batches, inputs, waiting: queue.length }),
  }
}
