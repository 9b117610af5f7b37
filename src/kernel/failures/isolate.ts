import { isTransient } from './transient.ts'

/**
 * Does `work` for all inputs at once; when it fails, for halves of them, down to single inputs, so that only those fail
 * that cause it: `fail` gets each of them with its own error. Parts run one after another, in the order of the inputs: `k`
 * inputs at fault among `n` cost at most `1 + 2k·⌈log2 n⌉` runs. Answers how many times it split a part in two.
 *
 * `work` is repeated, so it must do no more the second time (a transaction that was rolled back, an idempotent write, a
 * read). A transient error is nobody's fault: it fails everything that has not been done yet, at once, because an outage
 * would fail each part as well. So does an error for which `mayIsolate` answers false.
 */
export const isolate = async <I>(
  inputs: readonly I[],
  work: (part: readonly I[]) => Promise<void>,
  fail: (input: I, error: unknown) => void,
  mayIsolate: (error: unknown) => boolean = () => true,
): Promise<number> => {
  let splits = 0
  let parts: (readonly I[])[] = [inputs]
  while (parts.length > 0) {
    const [part, ...others] = parts as [readonly I[], ...(readonly I[])[]]
    parts = others
    try {
      if (part.length > 0) await work(part)
    } catch (error) {
      if (isTransient(error) || !mayIsolate(error)) {
        for (const input of [part, ...others].flat()) fail(input, error)
        return splits
      }
      if (part.length === 1) {
        fail(part[0]!, error)
        continue
      }
      splits++
      const half = part.length >> 1
      parts = [part.slice(0, half), part.slice(half), ...others]
    }
  }
  return splits
}
