import { join } from 'node:path'
import type { LocalEngine, StartEngine } from './engine.ts'
import { isFree } from './ports.ts'

/** Several engines at work on this machine. */
export interface EngineSet<N extends string> {
  readonly engines: Readonly<Record<N, LocalEngine>>
  stop(): Promise<void>
}

/** What one of a set is started by, and the port it is looked for at. */
export interface Starter {
  readonly port: number
  readonly start: (given: StartEngine) => Promise<LocalEngine>
}

/**
 * Starts several engines side by side, each in a folder of its own below `folder`, with a line for each. With
 * `usualPorts` each listens where it is looked for, if that port is free. Throws what the first that failed threw; none
 * is left then.
 */
export const startSet = async <N extends string>(
  wanted: Readonly<Record<N, Starter>>,
  given: Omit<StartEngine, 'port' | 'progress'> & {
    readonly usualPorts: boolean
    readonly progress: (line: string) => void
  },
): Promise<EngineSet<N>> => {
  const { folder, usualPorts, progress, ...rest } = given
  const started: Partial<Record<N, LocalEngine>> = {}
  const stop = async (): Promise<void> => {
    await Promise.all(Object.values<LocalEngine | undefined>(started).map((each) => each?.stop()))
  }
  const settled = await Promise.allSettled(
    Object.entries<Starter>(wanted).map(async ([name, { port, start }]) => {
      const usual = usualPorts && (await isFree(port)) ? port : 0
      const engine = await start({ ...rest, folder: join(folder, name), port: usual, progress })
      started[name as N] = engine
      progress(`${engine.name.padEnd(14)} ${engine.url}`)
    }),
  )
  for (const each of settled)
    if (each.status === 'rejected') {
      await stop()
      throw each.reason
    }
  return { engines: started as Record<N, LocalEngine>, stop }
}
