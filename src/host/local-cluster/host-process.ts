import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { CannotStart } from '#kernel/cannot-start.ts'

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url))

/** A host in a process of its own, started by us. */
export interface HostProcess {
  readonly name: string
  readonly replica: number
  readonly pid: number
  /** Sends a signal. */
  kill(signal: NodeJS.Signals): void
  /** Asks it to leave and waits until it is gone; answers its exit code, null when a signal ended it. */
  stop(): Promise<number | null>
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<number | null>
}

const READY = /^Host \S+ is ready: (.*)$/

/** Resolves with what it says when it is ready; rejects with what it said when it ends before. */
const ready = (child: ChildProcess, onLine: (line: string) => void): Promise<string> =>
  new Promise((resolve, reject) => {
    const output: string[] = []
    let isReady = false
    for (const stream of [child.stdout!, child.stderr!])
      createInterface({ input: stream }).on('line', (line) => {
        const found = READY.exec(line)
        if (found) {
          isReady = true
          resolve(found[1]!)
        } else if (isReady) onLine(line)
        else if (output.push(line) > 200) output.shift()
      })
    child.once('error', reject)
    child.once('exit', (code, signal) =>
      reject(new CannotStart(output.join('\n').trim() || `It ended with ${code ?? signal} and said nothing.`)),
    )
  })

/**
 * Starts a replica of a placed host and waits until it is ready. It ends by itself when this process does. Throws
 * CannotStart with its own words when it cannot start; its later output goes to `onLine`, line by line.
 */
export const startHostProcess = async (given: {
  readonly placement: string
  readonly host: string
  readonly replica: number
  /** Port it takes calls on, where that is not the placement’s. */
  readonly port?: number
  readonly env?: Readonly<Record<string, string>>
  readonly onLine?: (line: string) => void
  /** Aborted, it ends one that is not ready yet. */
  readonly stopping?: AbortSignal
}): Promise<HostProcess & { readonly output: string }> => {
  const { placement, host, replica, port, env, onLine = () => {}, stopping } = given
  const args = [MAIN, 'serve', '--placement', placement, '--host', host, '--replica', String(replica)]
  if (port !== undefined) args.push('--port', String(port))
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    // The channel is a leash: it breaks when this process dies, however it does.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Ctrl-C signals the whole process group of the terminal; hosts are stopped in order instead.
    detached: true,
  })
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  ended.catch(() => {})
  const leave = (): void => void child.kill('SIGTERM')
  stopping?.addEventListener('abort', leave)
  const output = await ready(child, onLine).finally(() => stopping?.removeEventListener('abort', leave))
  return {
    name: host,
    replica,
    pid: child.pid!,
    output,
    kill: (signal) => void child.kill(signal),
    stop: () => {
      child.kill('SIGTERM')
      return ended
    },
    ended,
  }
}
