import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { describe, test } from 'node:test'
import { BINDING } from './support/host.ts'

// The services' own tests once more, with HTTP between every two services and before the first. All of them:
// `npm test -- --remote`.

const SERVICES = ['product', 'cart', 'order', 'member']

const run = async (files: readonly string[]): Promise<string> => {
  const child = spawn(process.execPath, ['--test', '--test-reporter=tap', '--test-timeout=60000', ...files], {
    env: { ...process.env, [BINDING]: 'remote', NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  await once(child, 'close')
  return said
}

describe('over HTTP', () => {
  for (const service of SERVICES)
    test(`${service} behaves as in one process`, async () => {
      const files = globSync(`src/services/${service}/*.test.ts`)
      assert.ok(files.length > 0)
      const said = await run(files)
      assert.match(said, /^# pass [1-9]/m, said)
      assert.match(said, /^# fail 0$/m, said)
    })
})
