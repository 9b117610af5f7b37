import { CannotStart } from '#kernel/cannot-start.ts'
import { VERSION } from '#src/host/process/version.ts'
import { optionsOf, type Options } from './options.ts'
import { COMMON_OPTIONS } from './usage.ts'

/**
 * The answer to `--help` or `--version` among a command's words; undefined when neither is asked for. What stands after
 * `--` is not an option. Needs nothing but the checkout.
 */
export const answerCommonOption = (args: readonly string[], usage: string): string | undefined => {
  const end = args.indexOf('--')
  const options = end < 0 ? args : args.slice(0, end)
  if (options.some((each) => each === '--help' || each === '-h')) return `${usage}\n${COMMON_OPTIONS}`
  return options.includes('--version') ? VERSION : undefined
}

/**
 * The words and options of a script. Answers `--help` and `--version`, and refuses what it does not know, by ending the
 * process.
 */
export const scriptOptions = <const O extends Options>(usage: string, options: O) => {
  const args = process.argv.slice(2)
  const answer = answerCommonOption(args, usage)
  if (answer !== undefined) {
    process.stdout.write(`${answer}\n`)
    process.exit(0)
  }
  try {
    return optionsOf(args, usage, options)
  } catch (error) {
    if (!(error instanceof CannotStart)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(2)
  }
}
