import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Runtime } from '#kernel/runtime.ts'
import { type Embedded, startEmbedded } from './start.ts'

/** Names the test run's shared server, as JSON of its connection; `npm test` starts one and sets it. */
export const TEST_SERVER = 'JANGTEO_TEST_SERVER'

/**
 * Watches over the server from outside: when this process dies in whatever way, the pipe ends, and the server and its
 * files go too. `read` returns at the pipe's end.
 */
const parentDeathWatchdog = (pid: number, folder: string): (() => Promise<void>) => {
  const script = 'read -r _; kill -INT "$0" && while kill -0 "$0"; do sleep 0.1; done; rm -rf "$1"'
  const child = spawn('/bin/sh', ['-c', script, String(pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    detached: true,
  })
  child.unref()
  ;(child.stdin as unknown as { unref(): void }).unref()
  return async () => {
    child.ref()
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
}

/** A server of its own in a temporary folder, for tests and measurements: it leaves nothing behind, even when killed. */
export const startThrowaway = async (runtime: Runtime): Promise<Embedded> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'jangteo-test-'))
  const server = await startEmbedded({ dataDir, runtime, sync: false })
  const release = parentDeathWatchdog(server.pid(), dataDir)
  return {
    ...server,
    stop: async () => {
      await release()
      await server.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
