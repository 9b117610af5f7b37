import { systemRuntime } from '#kernel/runtime.ts'
import type { Command } from '#src/commands/index.ts'

/** Runs a command as the command line would; answers its exit code and what it told. */
export const runCommand = async (
  command: Command,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly said: string }> => {
  const lines: string[] = []
  const code = await command({ args, runtime: systemRuntime(), env, say: (line) => void lines.push(line) })
  return { code, said: lines.join('\n') }
}
