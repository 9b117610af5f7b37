import { Fault } from './fault.ts'

/** Counters of a set of lanes, for metrics: how many batches ran and how many inputs they carried. */
export interface LaneStats {
  readonly batches: number
  readonly inputs: number
  readonly waiting: number
}

interface Waiting<I, O> {
  readonly input: I
  readonly resolve: (output: O) => void
  readonly reject: (error: unknown) => void
}

/**
 * Gathers single calls into batches (design §4). A free lane takes at once whatever waits; while all lanes are busy,
 * calls gather, up to `max` a batch. No timer. `run` answers in the order of its inputs, with a Fault in the place of
 * an input that is refused; if it throws, every input of that batch is refused with the error.
 */
export const lanes = <I, O>(
  options: { readonly lanes: number; readonly max: number },
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
      const answers = await run(taken.map((each) => each.input))
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

  const flush = (): void => {
    scheduled = false
    while (free > 0 && queue.length > 0) {
      const taken = queue.length <= options.max ? queue : queue.slice(0, options.max)
      queue = taken === queue ? [] : queue.slice(options.max)
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
        queue.push({ input, resolve, reject })
        schedule()
      }),
    stats: () => ({ batches, inputs, waiting: queue.length }),
  }
}
