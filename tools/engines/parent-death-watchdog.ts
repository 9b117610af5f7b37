import { spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Watches over an engine from outside: when this process dies in whatever way, the pipe ends and the engine is ended,
 * by force when it does not obey within ten seconds. `read` returns at the pipe's end. Answers how to end the watchdog.
 */
export const parentDeathWatchdog = (pid: number): (() => Promise<void>) => {
  const script =
    'read -r _; kill -TERM "$0" && for i in $(seq 100); do kill -0 "$0" || exit; sleep 0.1; done; kill -KILL "$0"'
  const child = spawn('/bin/sh', ['-c', script, String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    detached: true,
  })
  child.unref()
  ;(child.stdin as unknown as { unref(): void }).unref()
  const gone = once(child, 'exit')
  return async () => {
    child.ref()
    child.kill('SIGKILL')
    await gone
  }
}
