/** A guard, and the code as it would be without it. */
export interface Mutant {
  /** What the guard promises, in a sentence. */
  readonly guard: string
  /** The file it stands in, from the checkout's root. */
  readonly file: string
  /** The guard's text: it occurs once in the file. */
  readonly text: string
  /** What stands there when the guard is taken out. */
  readonly without: string
  /** The tests nearest to it, of which at least one must fail without it. */
  readonly tests: readonly string[]
}

/** Takes up guards of one file that the same tests are nearest to: what each promises, its text, and what is there without it. */
export const guardsOf =
  (file: string, ...tests: readonly string[]) =>
  (guard: string, text: string, without: string): Mutant => ({ guard, file, text, without, tests })

/** Why a mutant cannot be tried: its guard moved, or what is put in its place is no code. Undefined when it can. */
export const misfit = ({ file, text, without }: Mutant, source: string): string | undefined => {
  const found = source.split(text).length - 1
  if (found !== 1) return `the guard's text occurs ${found} times in ${file}`
  if (text === without) return 'what is put in its place is the guard itself'
  return undefined
}

/** A file's source without the guard. */
export const mutated = ({ text, without }: Mutant, source: string): string => source.replace(text, () => without)
