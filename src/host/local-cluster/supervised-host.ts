import type { Runtime } from '#kernel/runtime.ts'
import { supervise } from '#kernel/process/supervisor.ts'
import { startHostProcess } from './host-process.ts'
import type { PlacedHost } from '../cluster/placement.ts'

/** A host in a process of its own that is restarted when it ends by itself. */
export interface SupervisedHost {
  readonly host: PlacedHost
  /** The process it is in now. */
  pid(): number
  /** Lets it leave in good order; it stays gone. */
  stop(): Promise<void>
}

/** Starts a replica of a placed host and supervises it. Rejects when it cannot start the first time. */
export const superviseHost = async (given: {
  readonly placement: string
  readonly host: PlacedHost
  readonly replica: number
  readonly env?: Readonly<Record<string, string>>
  readonly runtime: Runtime
  readonly progress: (line: string) => void
}): Promise<SupervisedHost> => {
  const { placement, host, replica, env = {}, runtime, progress } = given
  const name = host.replicas > 1 ? `${host.name} ${replica}` : host.name

  const start = async (stopping?: AbortSignal) => {
    const onLine = (line: string): void => progress(`${name}: ${line}`)
    const started = await startHostProcess({
      placement,
      host: host.name,
      replica,
      env,
      onLine,
      ...(stopping && { stopping }),
    })
    progress(`${name.padEnd(14)} ${started.output}`)
    return started
  }
  const supervisor = supervise(await start(), {
    restart: start,
    runtime,
    onEnd: (code) => progress(`${name} exited unexpectedly (${code ?? 'killed'}); restarting it`),
    onFailure: (error) => progress(`${name} cannot be restarted: ${(error as Error).message}`),
  })

  return {
    host,
    pid: () => supervisor.current().pid,
    stop: async () => {
      const followed = supervisor.stop()
      await supervisor.current().stop()
      await followed
      // A start that became ready in the same moment is ended too.
      await supervisor.current().stop()
    },
  }
}
