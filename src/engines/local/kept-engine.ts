import type { Runtime } from '#kernel/runtime.ts'
import type { LocalEngine } from './engine.ts'

/** An engine that is started again, at the same address, when it ends by itself. */
export interface KeptEngine {
  readonly name: string
  readonly url: string
  /** The process it is in now. */
  pid(): number
  /** Lets it end in good order; it stays gone. */
  stop(): Promise<void>
}

/** Milliseconds before it is started again; each time in a row doubles it. */
const AGAIN = 500
const AGAIN_LONGEST = 30_000

/**
 * Keeps a started engine running: `again` starts it at the port it had, on the data it had. Each end and each start that
 * failed is told.
 */
export const keepEngine = (
  first: LocalEngine,
  again: (port: number) => Promise<LocalEngine>,
  { runtime, progress }: { readonly runtime: Runtime; readonly progress: (line: string) => void },
): KeptEngine => {
  const { name, url, port } = first
  const stopping = new AbortController()
  let running = first

  const startAgain = async (): Promise<void> => {
    for (let pause = AGAIN; !stopping.signal.aborted; pause = Math.min(AGAIN_LONGEST, pause * 2)) {
      await runtime.sleep(pause, stopping.signal).catch(() => {})
      if (stopping.signal.aborted) return
      try {
        running = await again(port)
        progress(`${name} is back`)
        return
      } catch (error) {
        progress(`${name} cannot be started again: ${(error as Error).message}`)
      }
    }
  }
  const follow = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await running.ended
      if (stopping.signal.aborted) return
      progress(`${name} ended by itself; it is started again`)
      await startAgain()
    }
  }
  const following = follow()

  return {
    name,
    url,
    pid: () => running.pid,
    stop: async () => {
      stopping.abort()
      await running.stop()
      await following
      // A start that was under way meanwhile is ended too.
      await running.stop()
    },
  }
}
