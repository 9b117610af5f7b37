import type { Runtime } from '#kernel/runtime.ts'
import { startHostProcess } from './host-process.ts'
import type { PlacedHost } from './placement.ts'

/** A host in a process of its own that is started again when it ends by itself. */
export interface KeptHost {
  readonly host: PlacedHost
  /** The process it is in now. */
  pid(): number
  /** Lets it leave in good order; it stays gone. */
  stop(): Promise<void>
}

/** Milliseconds before it is started again; each time in a row doubles it. */
const AGAIN = 500
const AGAIN_LONGEST = 30_000

/** Starts a replica of a placed host and keeps it running. Rejects when it cannot start the first time. */
export const keepHost = async (given: {
  readonly placement: string
  readonly host: PlacedHost
  readonly replica: number
  readonly env?: Readonly<Record<string, string>>
  readonly runtime: Runtime
  readonly progress: (line: string) => void
}): Promise<KeptHost> => {
  const { placement, host, replica, env = {}, runtime, progress } = given
  const name = host.replicas > 1 ? `${host.name} ${replica}` : host.name
  let stopping = false

  const start = async () => {
    const told = (line: string): void => progress(`${name}: ${line}`)
    const started = await startHostProcess({ placement, host: host.name, replica, env, told })
    progress(`${name.padEnd(14)} ${started.said}`)
    return started
  }
  let running = await start()

  const startAgain = async (): Promise<void> => {
    for (let pause = AGAIN; !stopping; pause = Math.min(AGAIN_LONGEST, pause * 2)) {
      await runtime.sleep(pause)
      if (stopping) return
      try {
        running = await start()
        return
      } catch (error) {
        progress(`${name} cannot be started again: ${(error as Error).message}`)
      }
    }
  }
  const follow = async (): Promise<void> => {
    while (!stopping) {
      const code = await running.ended
      if (stopping) return
      progress(`${name} ended by itself (${code ?? 'killed'}); it is started again`)
      await startAgain()
    }
  }
  const following = follow()

  return {
    host,
    pid: () => running.pid,
    stop: async () => {
      stopping = true
      await running.stop()
      await following
      // A start that was under way meanwhile is ended too.
      await running.stop()
    },
  }
}
