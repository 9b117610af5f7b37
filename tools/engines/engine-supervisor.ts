import type { Runtime } from '#kernel/runtime.ts'
import { supervise } from '#kernel/process/supervisor.ts'
import type { LocalEngine } from './engine.ts'

/** An engine that is restarted, at the same address, when it ends by itself. */
export interface SupervisedEngine {
  readonly name: string
  readonly url: string
  /** The process it is in now. */
  pid(): number
  /** Lets it end in good order; it stays gone. */
  stop(): Promise<void>
}

/**
 * Supervises a started engine: `again` starts it at the port it had, on the data it had. Each end and each start that
 * failed is a line of progress.
 */
export const superviseEngine = (
  first: LocalEngine,
  again: (port: number) => Promise<LocalEngine>,
  { runtime, progress }: { readonly runtime: Runtime; readonly progress: (line: string) => void },
): SupervisedEngine => {
  const { name, url, port } = first
  const supervisor = supervise(first, {
    restart: () => again(port),
    runtime,
    onEnd: () => progress(`${name} exited unexpectedly; restarting it`),
    onFailure: (error) => progress(`${name} cannot be restarted: ${(error as Error).message}`),
    onRestart: () => progress(`${name} is back`),
  })
  return {
    name,
    url,
    pid: () => supervisor.current().pid,
    stop: async () => {
      const followed = supervisor.stop()
      await supervisor.current().stop()
      await followed
      // A start that was under way meanwhile is ended too.
      await supervisor.current().stop()
    },
  }
}
