import { parseArgs, type ParseArgsConfig } from 'node:util'
import { CannotStart } from '#kernel/cannot-start.ts'

/** Reads a command's words and options. Throws CannotStart with what is wrong and the usage. */
export const optionsOf = <const O extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  usage: string,
  options: O,
) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new CannotStart(`${(error as Error).message}\n${usage}`)
  }
}

/** Refuses words a command does not know. */
export const noWords = (words: readonly string[], usage: string): void => {
  if (words.length > 0) throw new CannotStart(`"${words[0]}" means nothing here.\n${usage}`)
}
