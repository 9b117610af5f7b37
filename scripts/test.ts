import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isEngine, starters, type EngineName } from '#tools/engines/index.ts'
import { startSet } from '#tools/engines/set.ts'
import { startThrowaway, TEST_SERVER } from '#engines/postgres/embedded/throwaway.ts'
import { CannotStart } from '#kernel/cannot-start.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { scriptOptions } from '#src/commands/line/common-options.ts'

// npm test [file or folder …]: all tests, or those named, on one PostgreSQL that lives as long as the run, or on the one
// that JANGTEO_TEST_SERVER names (many runs in a row then start it once).
// The crash matrix, the services' tests over HTTP and shops of many processes take minutes and are a run of their own: --long.
// With --remote, services of a test host reach each other over HTTP. With --engines, the tests that need engines, and those
// of the topologies on all engines; what the folders of the files name is started once and told in the environment.

const USAGE = `npm test [-- FILE or FOLDER … --remote]: all tests, or those named
  --remote             services of a test host reach each other over HTTP
npm run test:long [-- FILE …]: the shop killed at every durable step, the services' tests over HTTP, shops of many processes
npm run test:browser [-- FILE …]: journeys in a real browser
npm run test:engines [-- FILE …]: tests on the engines, which it fetches and starts`

const PATTERNS = ['src', 'simulators', 'samples', 'tools', 'web', 'bench', 'test'].map(
  (folder) => `${folder}/**/*.test.ts`,
)
const BROWSER = 'test/browser'
const ENGINES = 'test/engines'
/** Every test file is a process of its own that loads much the same code: all but the first find it compiled. */
const COMPILED = join(import.meta.dirname, '..', 'node_modules', '.cache', 'compiled')
/**
 * What takes long: the shop killed at every durable step (which steps there are, `steps.test.ts` sees to), all over HTTP, shops
 * of many processes, and whatever may happen to the embedded server as it starts.
 */
const LONG = [
  ...globSync('test/crash/*.test.ts').filter((path) => !path.endsWith('/steps.test.ts')),
  ...['cluster', 'config', 'hosts', 'remote-binding'].map((name) => `test/processes/${name}.test.ts`),
  'src/engines/postgres/embedded/start.test.ts',
].sort()

const filesFor = (long: boolean, browser: boolean, engines: boolean): string[] => {
  if (long) return LONG
  if (browser) return globSync(`${BROWSER}/**/*.test.ts`).sort()
  const embedded = globSync(PATTERNS, { exclude: (path) => [BROWSER, ENGINES, 'node_modules'].includes(path) }).sort()
  return engines
    ? [...globSync(`${ENGINES}/**/*.test.ts`).sort(), ...embedded.filter(spansTopologies)]
    : embedded.filter((path) => !LONG.includes(path))
}

/** The files of what was named: a folder is all tests in it. */
const filesOf = (named: readonly string[]): string[] =>
  named.flatMap((each) =>
    statSync(each, { throwIfNoEntry: false })?.isDirectory() ? globSync(`${each}/**/*.test.ts`).sort() : [each],
  )

/** Whether a file's tests run in each topology: with engines, in that of many hosts on all of them. */
const spansTopologies = (file: string): boolean => readFileSync(file, 'utf8').includes('inEachTopology(')

/** The variable that tells a test an engine's address. */
const variableOf = (name: EngineName): string => `JANGTEO_TEST_${name.toUpperCase()}`

/**
 * The engines that the folders of the files name; `all` names them all, as does a test of the topologies. One that a
 * person has told is not started.
 */
const enginesFor = (files: readonly string[], all: boolean): readonly EngineName[] => {
  const folders = new Set(files.map((file) => /(?:^|\/)test\/engines\/([^/]+)\//.exec(file)?.[1] ?? ''))
  if (all && files.some(spansTopologies)) folders.add('all')
  return Object.keys(starters)
    .filter(isEngine)
    .filter((name) => (folders.has(name) || folders.has('all')) && !process.env[variableOf(name)])
}

/** Starts the engines the files need; answers what tests are told, and how to stop them. */
const startEngines = async (names: readonly EngineName[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'jangteo-engines-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    const set = await startSet(Object.fromEntries(names.map((name) => [name, starters[name]])) as typeof starters, {
      folder,
      usualPorts: false,
      progress: (line) => console.log(line),
    })
    const told = Object.fromEntries(names.map((name) => [variableOf(name), set.engines[name].url]))
    return { told, stop: () => set.stop().finally(remove) }
  } catch (error) {
    remove()
    throw error
  }
}

/** The server that tests make their databases on, as told in the environment: the one given there, or one of this run's own. */
const testServer = async (): Promise<{ readonly connection: string; readonly stop: () => Promise<void> }> => {
  const given = process.env[TEST_SERVER]
  if (given) return { connection: given, stop: async () => {} }
  const { connection, stop } = await startThrowaway(systemRuntime())
  return { connection: JSON.stringify(connection), stop }
}

const runTests = async (
  files: readonly string[],
  given: { readonly browser: boolean; readonly engines: boolean },
  env: Readonly<Record<string, string>>,
): Promise<number> => {
  const child = spawn(
    process.execPath,
    [
      '--import=./scripts/file-limits.ts',
      '--test',
      // Browser journeys share one shop and one browser; everything else has a process of its own.
      ...(given.browser ? ['--test-isolation=none', '--test-force-exit'] : ['--test-concurrency=2']),
      // For a test that hangs, not for one that is slow: on busy cores everything takes its time.
      '--test-timeout=300000',
      // A member of a group that was cut off may go on saying that it is alive after it was closed.
      ...(given.engines ? ['--test-force-exit'] : []),
      '--test-reporter=./scripts/reporter.ts',
      '--test-reporter-destination=stdout',
      ...files,
    ],
    {
      stdio: 'inherit',
      env: { NODE_COMPILE_CACHE: COMPILED, ...process.env, ...env },
    },
  )
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal)
  process.on('SIGINT', pass).on('SIGTERM', pass)
  const [code] = await once(child, 'exit')
  return code ?? 130
}

const main = async (): Promise<number> => {
  const { values, positionals: named } = scriptOptions(USAGE, {
    browser: { type: 'boolean' },
    long: { type: 'boolean' },
    engines: { type: 'boolean' },
    remote: { type: 'boolean' },
  })
  const [browser, engines] = [values.browser === true, values.engines === true]
  const files = named.length > 0 ? filesOf(named) : filesFor(values.long === true, browser, engines)
  if (files.length === 0) {
    console.error('There are no such tests.')
    return 1
  }
  const server = await testServer()
  try {
    const started = await startEngines(enginesFor(files, engines))
    try {
      const given = { browser, engines: engines || Object.keys(started.told).length > 0 }
      return await runTests(files, given, {
        ...started.told,
        ...(given.engines && { JANGTEO_TEST_PATIENCE: '60' }),
        ...(engines && { JANGTEO_TEST_TOPOLOGIES: 'engines' }),
        ...(values.remote === true && { JANGTEO_TEST_BINDING: 'remote' }),
        [TEST_SERVER]: server.connection,
      })
    } finally {
      await started.stop()
    }
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
