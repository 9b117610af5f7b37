import { parseArgs, type ParseArgsConfig } from 'node:util'
import { CannotStart } from '#kernel/cannot-start.ts'
import { nearestOf } from '#kernel/text/edit-distance.ts'

/** Options as `parseArgs` has them. */
export type Options = NonNullable<ParseArgsConfig['options']>

/** What is wrong with an option, in a sentence that names it. */
const wordsOf = ({ code, message }: NodeJS.ErrnoException, known: readonly string[]): string => {
  const name = /'(-{1,2}[^']*)'/.exec(message)?.[1]
  if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION' || name === undefined) return message
  const meant = nearestOf(
    name,
    known.map((each) => `--${each}`),
    2,
  )
  return `The option ${name} is not known${meant === undefined ? '.' : `: is ${meant} meant?`}`
}

/** Reads a command's words and options. Throws CannotStart with what is wrong and the usage. */
export const optionsOf = <const O extends Options>(args: readonly string[], usage: string, options: O) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new CannotStart(`${wordsOf(error as NodeJS.ErrnoException, Object.keys(options))}\n${usage}`)
  }
}

/** Refuses words a command does not know. */
export const refuseArguments = (words: readonly string[], usage: string): void => {
  if (words.length > 0) throw new CannotStart(`"${words[0]}" means nothing here.\n${usage}`)
}
