import { join } from 'node:path'
import { systemRuntime } from '#kernel/runtime.ts'
import type { LocalEngine, StartEngine } from './engine.ts'
import { superviseEngine, type SupervisedEngine } from './engine-supervisor.ts'
import { isFree } from './ports.ts'

/** Several engines at work on this machine. */
export interface EngineSet<N extends string> {
  readonly engines: Readonly<Record<N, SupervisedEngine>>
  stop(): Promise<void>
}

/** What one of a set is started by, and the port it is looked for at. */
export interface Starter {
  readonly port: number
  readonly start: (given: StartEngine) => Promise<LocalEngine>
}

/**
 * Starts several engines side by side, each in a folder of its own below `folder`, with a line for each, and keeps them
 * running. With `usualPorts` each listens where it is looked for, if that port is free. Throws what the first that failed
 * threw; none is left then.
 */
export const startSet = async <N extends string>(
  wanted: Readonly<Record<N, Starter>>,
  given: Omit<StartEngine, 'port' | 'progress'> & {
    readonly usualPorts: boolean
    readonly progress: (line: string) => void
  },
): Promise<EngineSet<N>> => {
  const { folder, usualPorts, progress, runtime = systemRuntime(), ...rest } = given
  const started: Partial<Record<N, SupervisedEngine>> = {}
  const stop = async (): Promise<void> => {
    await Promise.all(Object.values<SupervisedEngine | undefined>(started).map((each) => each?.stop()))
  }
  const settled = await Promise.allSettled(
    Object.entries<Starter>(wanted).map(async ([name, { port: usual, start }]) => {
      const at = (port: number) => start({ ...rest, runtime, folder: join(folder, name), port, progress })
      const engine = await at(usualPorts && (await isFree(usual)) ? usual : 0)
      started[name as N] = superviseEngine(engine, at, { runtime, progress })
      progress(`${engine.name.padEnd(14)} ${engine.url}`)
    }),
  )
  for (const each of settled)
    if (each.status === 'rejected') {
      await stop()
      throw each.reason
    }
  return { engines: started as Record<N, SupervisedEngine>, stop }
}
