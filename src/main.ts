import { CannotStart } from '#kernel/cannot-start.ts'
import { nearestOf } from '#kernel/text/edit-distance.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { answerCommonOption } from './commands/line/common-options.ts'
import { databaseRefusal } from './commands/line/database-refusal.ts'
import { commands, type CommandName } from './commands/index.ts'
import { usage } from './commands/line/usage.ts'

/** Milliseconds a command that is done is given to come to rest by itself. */
const REST = 2_000
const runtime = systemRuntime()

const all = `Usage: node src/main.ts <${Object.keys(usage).join(' | ')}> …\n\n${Object.values(usage).join('\n')}`

const isCommand = (name: string): name is CommandName => Object.hasOwn(usage, name)

/** The command line: every verb of `commands`. */
const main = async (): Promise<number> => {
  const [name = '', ...args] = process.argv.slice(2)
  const answer = isCommand(name) ? answerCommonOption(args, usage[name]) : answerCommonOption([name], all)
  if (answer !== undefined) {
    process.stdout.write(`${answer}\n`)
    return 0
  }
  if (!isCommand(name)) {
    const meant = nearestOf(name, Object.keys(usage), 2)
    const why = name === '' ? '' : `"${name}" is no command${meant ? `: is ${meant} meant?` : '.'}\n`
    process.stderr.write(`${why}${all}\n`)
    return 2
  }
  const command = await commands[name]()
  const { reportUnknownSettings } = await import('./commands/line/unknown-settings.ts')
  reportUnknownSettings(process.env, (line) => void process.stderr.write(`${line}\n`))
  return command({ args, runtime, env: process.env })
}

try {
  process.exitCode = await main()
} catch (error) {
  const sentence = error instanceof CannotStart ? error.message : databaseRefusal(error)
  process.stderr.write(`${sentence ?? (error as Error).stack ?? String(error)}\n`)
  process.exitCode = 1
}
// A library's timer that nobody can stop must not keep a host that has left.
void runtime.sleep(REST).then(() => process.exit())
