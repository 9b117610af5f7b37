import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** How a run of tests ended. */
export interface Outcome {
  /** `unclear`: it failed, but not by a test. */
  readonly kind: 'passed' | 'failed' | 'hung' | 'unclear'
  /** Names of the tests that failed. */
  readonly failed: readonly string[]
  readonly output: string
}

/** Milliseconds after which a run counts as hung: without its guard, code may wait for ever. */
const LIMIT = 300_000

/** Runs test files in a checkout by its own runner, in a process group of its own. */
export const runTests = async (checkout: string, files: readonly string[]): Promise<Outcome> => {
  const child = spawn(process.execPath, ['scripts/test.ts', ...files], {
    cwd: checkout,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => void (output += text))
  let hung = false
  const watchdog = setTimeout(() => {
    hung = true
    process.kill(-child.pid!, 'SIGKILL')
  }, LIMIT)
  const [code] = await once(child, 'close')
  clearTimeout(watchdog)
  const failed = [
    ...new Set([...output.matchAll(/^\s*✖ (.+?)(?: \([\d.]+ms\))?$/gm)].map((match) => match[1]!)),
  ].filter((name) => name !== 'failing tests:')
  const kind = hung ? 'hung' : code === 0 ? 'passed' : failed.length > 0 ? 'failed' : 'unclear'
  return { kind, failed, output }
}
