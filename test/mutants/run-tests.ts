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

/** Process groups of the runs under way. */
const groups = new Set<number>()

const kill = (group: number): void => {
  try {
    process.kill(-group, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Ends all runs of tests that are under way. */
export const killRuns = (): void => groups.forEach(kill)

/** Names of failed tests in the runner's report. A file that could not be loaded is reported under its path. */
export const failuresIn = (report: string): string[] =>
  [...new Set([...report.matchAll(/^\s*✖ (.+?)(?: \([\d.]+ms\))?$/gm)].map((match) => match[1]!))].filter(
    (name) => name !== 'failing tests:',
  )

/** Test files with a failure, by the report. */
export const failedFilesIn = (report: string): ReadonlySet<string> =>
  new Set([...report.matchAll(/^test at (.+?):\d+:\d+$/gm)].map((match) => match[1]!))

const isFile = (name: string): boolean => name.endsWith('.test.ts')

/** Runs test files in a checkout by its own runner, in a process group of its own. */
export const runTests = async (
  checkout: string,
  files: readonly string[],
  given: {
    readonly env: Readonly<Record<string, string>>
    /** Milliseconds after which the run counts as hung: without its guard, code may wait for ever. */
    readonly limit: number
    /** Ends the run at the first failure, which is all one may want to know. */
    readonly untilFailure: boolean
  },
): Promise<Outcome> => {
  const child = spawn(process.execPath, ['scripts/test.ts', ...files], {
    cwd: checkout,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...given.env },
  })
  const group = child.pid!
  groups.add(group)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (given.untilFailure && failuresIn(output).length > 0) kill(group)
    })
  let hung = false
  const watchdog = setTimeout(() => {
    hung = true
    kill(group)
  }, given.limit)
  const [code] = await once(child, 'close')
  clearTimeout(watchdog)
  groups.delete(group)
  const failed = failuresIn(output)
  const kind = hung ? 'hung' : code === 0 ? 'passed' : failed.some((name) => !isFile(name)) ? 'failed' : 'unclear'
  return { kind, failed, output }
}
