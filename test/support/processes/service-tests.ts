import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import { BINDING } from '../host.ts'

/** A service's tests that put services together: they are the same whatever lies between these. */
export const testsOf = (service: string): readonly string[] =>
  globSync(`src/services/${service}/**/*.test.ts`)
    .filter((file) =>
      /from '(#test\/support\/(host|purchases|identity)\.ts|(\.{1,2}\/|#services\/)[a-z/-]*(for-tests|\.fixture)\.ts)'/.test(
        readFileSync(file, 'utf8'),
      ),
    )
    .sort()

/** All services that have such tests. */
export const testedServices: readonly string[] = [
  ...new Set(globSync('src/services/*/**/*.test.ts').map((file) => file.split('/')[2]!)),
]
  .filter((service) => testsOf(service).length > 0)
  .sort()

/** Runs tests of services with another binding than function calls; fails with what they say when one fails. */
export const runBound = async (
  binding: 'remote' | 'engines',
  files: readonly string[],
  concurrency = 1,
): Promise<void> => {
  assert.ok(files.length > 0)
  const limits = ['--import=./scripts/file-limits.ts', `--test-concurrency=${concurrency}`, '--test-timeout=300000']
  const child = spawn(process.execPath, ['--test', '--test-reporter=tap', ...limits, ...files], {
    env: { ...process.env, [BINDING]: binding, NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  await once(child, 'close')
  assert.match(said, /^# pass [1-9]/m, said)
  assert.match(said, /^# fail 0$/m, said)
  assert.match(said, /^# cancelled 0$/m, said)
}
