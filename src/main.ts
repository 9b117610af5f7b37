import { CannotStart } from '#kernel/cannot-start.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { databaseRefusal } from './commands/database-refusal.ts'
import { commands } from './commands/index.ts'

/** Milliseconds a command that is done is given to come to rest by itself. */
const REST = 2_000
const runtime = systemRuntime()

/** The command line: every verb of `commands`. */
const main = async (): Promise<number> => {
  const [name = '', ...args] = process.argv.slice(2)
  const command = commands[name]
  if (!command) {
    process.stderr.write(`Usage: node src/main.ts <${Object.keys(commands).join(' | ')}>\n`)
    return 2
  }
  return (await command())({ args, runtime, env: process.env })
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
