import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** A shop that runs as a process of its own and can be killed. */
export interface ShopProcess {
  readonly origin: string
  /** Resolves with the signal that ended it, or null where it ended by itself. */
  readonly ended: Promise<NodeJS.Signals | null>
  /** Ends it without a chance to do anything more. */
  kill(): Promise<void>
  /** Asks it to close, and waits until it has. */
  stop(): Promise<void>
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const each of running) each.kill('SIGKILL')
})

/** Settings of a shop that is killed often: no pages, no samples, cheap passwords, a free port. */
const quick = {
  PORT: '0',
  JANGTEO_PAGES: 'off',
  JANGTEO_SAMPLES: 'off',
  JANGTEO_PASSWORD_MEMORY: '8',
  JANGTEO_PASSWORD_PASSES: '1',
  LOG_LEVEL: process.env['TEST_LOG'] ?? 'silent',
}

/** Starts a shop the way `npm start` does, and waits until it is open. */
export const startProcess = async (env: Readonly<Record<string, string>>): Promise<ShopProcess> => {
  const child = spawn(process.execPath, ['src/main.ts', 'start'], {
    env: { ...process.env, ...quick, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  const ended = once(child, 'exit').then(([, signal]) => {
    running.delete(child)
    return signal as NodeJS.Signals | null
  })
  let said = ''
  const origin = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text
        const open = /is open at (\S+)/.exec(said)
        if (open) resolve(open[1]!)
      })
    void ended.then(() => reject(new Error(`The shop did not start:\n${said}`)))
  })
  return {
    origin: await origin,
    ended,
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}
