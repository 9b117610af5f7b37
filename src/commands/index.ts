import type { Runtime } from '#kernel/runtime.ts'
import type { usage } from './line/usage.ts'

/** What a command is given; it answers the exit code. */
export type Command = (given: {
  readonly args: readonly string[]
  readonly runtime: Runtime
  readonly env: Readonly<Record<string, string | undefined>>
  /** Tells the person at the terminal a line. */
  readonly say?: (line: string) => void
}) => Promise<number>

/** The name of a command. */
export type CommandName = keyof typeof usage

/** Every command, loaded when it is asked for. */
export const commands: Readonly<Record<CommandName, () => Promise<Command>>> = {
  audit: async () => (await import('./audit.ts')).audit,
  start: async () => (await import('./start.ts')).start,
  cluster: async () => (await import('./cluster.ts')).cluster,
  engines: async () => (await import('./engines.ts')).engines,
  serve: async () => (await import('./serve.ts')).serve,
  migrate: async () => (await import('./migrate.ts')).migrate,
  reseal: async () => (await import('./re-encrypt.ts')).reseal,
  seed: async () => (await import('./seed.ts')).seed,
  status: async () => (await import('./status.ts')).status,
  'dead-letters': async () => (await import('./dead-letters.ts')).deadLetters,
  'search-index': async () => (await import('./search-index.ts')).searchIndex,
  openapi: async () => (await import('./openapi.ts')).openapi,
}
