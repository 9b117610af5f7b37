import { relative } from 'node:path'
import { after } from 'node:test'
import { Worker } from 'node:worker_threads'

// Loaded before everything else into the process of each test file (`--import`). A file that hangs is ended, with a line that
// says which and why; the runner counts it as failed and goes on with the others.

/** Milliseconds a file may take in all. For one that hangs, not for one that is slow: on busy cores everything takes its time. */
const WHOLE = Number(process.env['JANGTEO_TEST_FILE_LIMIT'] ?? 20 * 60_000)
/** Milliseconds after its last test in which a file must have closed what it opened. */
const CLOSING = Number(process.env['JANGTEO_TEST_CLOSING_LIMIT'] ?? 60_000)

const file = relative(process.cwd(), process.argv[1] ?? '')

/** Counts by name: `TCPServerWrap × 3, Timeout`. */
const counted = (names: readonly string[]): string =>
  [...new Set(names)]
    .map((name) => [name, names.filter((each) => each === name).length] as const)
    .map(([name, times]) => (times > 1 ? `${name} × ${times}` : name))
    .join(', ')

/** Ends the process after a time, even when it is busy and comes to nothing else: a thread of its own watches the clock. */
const limitWhole = (): void => {
  const watch = `
    const { writeSync } = require('node:fs')
    const { workerData: { line, pid, ms } } = require('node:worker_threads')
    setTimeout(() => { writeSync(2, line); process.kill(pid, 'SIGKILL') }, ms)`
  const line = `\n${file} was ended: it had not come to its end after ${WHOLE / 1_000} s.\n`
  new Worker(watch, { eval: true, execArgv: [], workerData: { line, pid: process.pid, ms: WHOLE } }).unref()
}

/** Ends the process when something it opened keeps it alive after its last test. */
const limitClosing = (): void =>
  after(() => {
    setTimeout(() => {
      const open = counted(process.getActiveResourcesInfo().filter((each) => !/^(Pipe|MessagePort)/.test(each)))
      console.error(`\n${file} was ended: its tests are over, and what they opened keeps it alive (${open}).`)
      process.exit(1)
    }, CLOSING).unref()
  })

// Only a process that the runner made for one file: hosts and commands that tests start inherit the option as well.
if (process.env['NODE_TEST_CONTEXT'] !== undefined && file.endsWith('.test.ts')) {
  limitWhole()
  limitClosing()
}
