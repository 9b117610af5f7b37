import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { startThrowaway, TEST_SERVER } from '#engines/postgres/embedded/throwaway.ts'
import { CannotStart } from '#kernel/cannot-start.ts'
import { systemRuntime } from '#kernel/runtime.ts'

// npm test [file …]: all tests, or those of the files named, on one PostgreSQL that lives as long as the run.
// With --remote, services of a test host reach each other over HTTP.

const PATTERNS = ['src', 'simulators', 'samples', 'web', 'bench', 'test'].map((folder) => `${folder}/**/*.test.ts`)
const BROWSER = 'test/browser'

const filesFor = (browser: boolean): string[] =>
  browser
    ? globSync(`${BROWSER}/**/*.test.ts`).sort()
    : globSync(PATTERNS, { exclude: (path) => path.startsWith(BROWSER) || path === 'node_modules' }).sort()

const runTests = async (
  files: readonly string[],
  browser: boolean,
  remote: boolean,
  server: object,
): Promise<number> => {
  const child = spawn(
    process.execPath,
    [
      '--test',
      // Browser journeys share one shop and one browser; everything else has a process of its own.
      ...(browser ? ['--test-isolation=none'] : ['--test-concurrency=2']),
      '--test-timeout=120000',
      '--test-reporter=./scripts/reporter.ts',
      '--test-reporter-destination=stdout',
      ...files,
    ],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        ...(remote && { JANGTEO_TEST_BINDING: 'remote' }),
        [TEST_SERVER]: JSON.stringify(server),
      },
    },
  )
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal)
  process.on('SIGINT', pass).on('SIGTERM', pass)
  const [code] = await once(child, 'exit')
  return code ?? 130
}

const main = async (): Promise<number> => {
  const args = process.argv.slice(2)
  const browser = args.includes('--browser')
  const named = args.filter((arg) => !arg.startsWith('--'))
  const files = named.length > 0 ? named : filesFor(browser)
  if (files.length === 0) {
    console.error(`There are no tests in ${browser ? BROWSER : PATTERNS.join(', ')}.`)
    return 1
  }
  const server = await startThrowaway(systemRuntime())
  try {
    return await runTests(files, browser, args.includes('--remote'), server.connection)
  } finally {
    await server.stop()
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof CannotStart)) throw error
  console.error(error.message)
  process.exitCode = 1
}
