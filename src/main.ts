import { CannotStart } from '#kernel/cannot-start.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { commands } from './commands/index.ts'

/** The command line: every verb of `commands`. */
const main = async (): Promise<number> => {
  const [name = '', ...args] = process.argv.slice(2)
  const command = commands[name]
  if (!command) {
    process.stderr.write(`Usage: node src/main.ts <${Object.keys(commands).join(' | ')}>\n`)
    return 2
  }
  return (await command())({ args, runtime: systemRuntime(), env: process.env })
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(
    error instanceof CannotStart ? `${error.message}\n` : `${(error as Error).stack ?? String(error)}\n`,
  )
  process.exitCode = 1
}
