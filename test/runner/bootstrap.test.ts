import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { isInstalled } from '../../scripts/installed.js'

const root = mkdtempSync(join(tmpdir(), 'jangteo-bootstrap-'))
after(() => rmSync(root, { recursive: true, force: true }))

interface Entry {
  readonly version: string
  readonly [member: string]: unknown
}

let count = 0

/** A checkout with these packages in its lockfile, and those in node_modules. */
const checkout = (wanted: Record<string, Entry>, present?: Record<string, Entry>): string => {
  const folder = join(root, `checkout-${++count}`)
  const inModules = (packages: Record<string, Entry>) =>
    Object.fromEntries(Object.entries(packages).map(([name, entry]) => [`node_modules/${name}`, entry]))
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  const lock = { packages: { '': { name: 'shop' }, ...inModules(wanted) } }
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock))
  if (present) {
    const note = { packages: inModules(present) }
    writeFileSync(join(folder, 'node_modules', '.package-lock.json'), JSON.stringify(note))
  }
  return folder
}

const here = { os: [process.platform], cpu: [process.arch], optional: true }

describe('whether the packages are there', () => {
  const a = { version: '1.0.0' }

  test('nothing installed, or an installation cut off', () => assert.equal(isInstalled(checkout({ a }), {}), false))
  test('all as wanted', () => assert.equal(isInstalled(checkout({ a }, { a }), {}), true))
  test('one missing', () => assert.equal(isInstalled(checkout({ a, b: a }, { a }), {}), false))
  test('one of another version', () =>
    assert.equal(isInstalled(checkout({ a: { version: '1.0.1' } }, { a }), {}), false))
  test('one too many does no harm', () => assert.equal(isInstalled(checkout({ a }, { a, b: a }), {}), true))
  test('an optional one for another system', () => {
    const elsewhere = { version: '1.0.0', optional: true, os: ['plan9'], cpu: [process.arch] }
    assert.equal(isInstalled(checkout({ a, elsewhere }, { a }), {}), true)
  })
  test('an optional one for this system', () =>
    assert.equal(isInstalled(checkout({ a, own: { version: '1.0.0', ...here } }, { a }), {}), false))
  test('tools of development are wanted, but not in production', () => {
    const folder = checkout({ a, tool: { version: '1.0.0', dev: true } }, { a })
    assert.equal(isInstalled(folder, {}), false)
    assert.equal(isInstalled(folder, { NODE_ENV: 'production' }), true)
  })
})

describe('the way into every verb', () => {
  test('every script of package.json leads to a verb it knows', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
    const { stderr, status } = spawnSync(process.execPath, ['scripts/run.js', 'nonsense'], { encoding: 'utf8' })
    assert.equal(status, 2)
    for (const [name, command] of Object.entries(scripts)) {
      // Without exec a shell stays between npm and the program, and keeps a SIGTERM to itself.
      assert.equal(command, `exec node scripts/run.js ${name}`)
      assert.match(stderr, new RegExp(`[< ]${name}[ >]`))
    }
  })

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`${signal} reaches the program once, which ends in its own time and with its own code`, async () => {
      const program = join(root, `program-${signal}.mjs`)
      writeFileSync(
        program,
        `process.on('${signal}', () => { console.log('asked'); setTimeout(() => process.exit(7), 50) })
         setInterval(() => {}, 1000)
         console.log('ready')`,
      )
      // Without execve, as on Node.js 20: the wrapper stays and hands signals on.
      const code = `process.execve = undefined; const { handOver } = await import('./scripts/hand-over.js'); handOver(process.execPath, ['${program}'], process.env)`
      const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let said = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text
        if (text.includes('ready')) child.kill(signal)
      })
      const [exit] = await once(child, 'close')
      assert.equal(exit, 7)
      assert.equal(said, 'ready\nasked\n')
    })
  }
})
