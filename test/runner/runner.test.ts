import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { atEnd } from '../support/at-end.ts'

// What `npm test` does with files that do not end, and what it says at its end.

const files: Readonly<Record<string, string>> = {
  'a-open': `
    import { createServer } from 'node:http'
    import { test } from 'node:test'
    test('passes, and leaves a server open', () => void createServer().listen(0, '127.0.0.1'))`,
  'b-blocked': `
    import { test } from 'node:test'
    test('waits for ever', () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))`,
  'c-broken': `
    import assert from 'node:assert/strict'
    import { createServer } from 'node:http'
    import { describe, test } from 'node:test'
    describe('a thing', () => {
      test('fails beside an open server', () => {
        const server = createServer().listen(0, '127.0.0.1')
        assert.equal('said', 'expected')
        server.close()
      })
      test('passes', () => {})
    })`,
  'd-fine': `
    import { test } from 'node:test'
    test('goes on', () => {})`,
}

describe('a run of tests', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jangteo-runner-'))
  atEnd(() => rmSync(folder, { recursive: true, force: true }))
  let code: number | null
  let said = ''

  before(async () => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.test.ts`), text)
    const options = ['--import=./scripts/file-limits.ts', '--test', '--test-reporter=./scripts/reporter.ts']
    const child = spawn(
      process.execPath,
      [...options, ...Object.keys(files).map((name) => join(folder, `${name}.test.ts`))],
      {
        env: {
          ...process.env,
          NODE_TEST_CONTEXT: undefined,
          JANGTEO_TEST_FILE_LIMIT: '15000',
          JANGTEO_TEST_CLOSING_LIMIT: '2000',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    atEnd(() => void child.kill('SIGKILL'))
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => void (said += text))
    ;[code] = await once(child, 'close')
  })

  test('ends a file that something keeps alive after its tests, and says what', () => {
    assert.match(
      said,
      /a-open\.test\.ts was ended: its tests are over, and what they opened keeps it alive \(TCPServerWrap\)/,
    )
    assert.match(said, /c-broken\.test\.ts was ended: its tests are over/)
  })

  test('ends a file that never comes to its end, even one that hears nothing', () => {
    assert.match(said, /b-blocked\.test\.ts was ended: it had not come to its end after 15 s\./)
  })

  test('goes on with the other files, and fails', () => {
    assert.match(said, /^✔ goes on/m)
    assert.doesNotMatch(said, /d-fine\.test\.ts was ended/)
    assert.equal(code, 1)
  })

  test('says at its very end which tests failed, each in a line', () => {
    const list = said.slice(said.lastIndexOf('# failed')).trimEnd().split('\n').slice(1)
    const failed = list.map((line) => line.replace(/^.*\/(\w-\w+\.test\.ts)/, '$1'))
    assert.deepEqual(failed, [
      'a-open.test.ts:1  the file as a whole',
      'b-blocked.test.ts:1  the file as a whole',
      'c-broken.test.ts:6  a thing > fails beside an open server',
    ])
  })
})
