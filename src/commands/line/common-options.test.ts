import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CannotStart } from '#kernel/cannot-start.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { GRACE } from '#src/audit/audit.ts'
import { CLUSTER_ENGINES } from '#src/host/local-cluster/cluster-engines.ts'
import { VERSION } from '#src/host/process/version.ts'
import { answerCommonOption } from './common-options.ts'
import { commands, type CommandName } from '../index.ts'
import { usage } from './usage.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const names = Object.keys(usage) as CommandName[]
/** Where no database is: whoever asked it would fail. */
const NOWHERE = { PATH: process.env['PATH'], DATABASE_URL: 'postgres://127.0.0.1:1/x', JANGTEO_START_PATIENCE: '0' }

type Env = Readonly<Record<string, string | undefined>>

const runOf = async (script: string, args: readonly string[], env: Env) => {
  const child = spawn(process.execPath, [join(ROOT, script), ...args], {
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { out, err, code }
}

const ran = (args: readonly string[], env: Env = NOWHERE) => runOf('src/main.ts', args, env)

describe('the command line', () => {
  test('every command says how it is called, and its version, without a database', async () => {
    await Promise.all(
      names.map(async (name) => {
        const out = `${answerCommonOption(['--help'], usage[name])}\n`
        assert.deepEqual(await ran([name, '--help']), { out, err: '', code: 0 })
        assert.match(usage[name], new RegExp(`^npm (run (-s )?)?${name}`))
      }),
    )
    for (const args of [['--version'], ['audit', '--json', '--version'], ['serve', 'cart', '--version']])
      assert.deepEqual(await ran(args), { out: `${VERSION}\n`, err: '', code: 0 })
    assert.match((await ran(['--help'])).out, /npm run dead-letters[^]*npm run openapi|npm start/)
  })

  test('so does every other script of the package', async () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object }
    const others = Object.keys(scripts).filter((each) => !(names as readonly string[]).includes(each))
    assert.ok(others.includes('test:mutants'))
    for (const each of others) {
      const { out, err, code } = await runOf('scripts/run.js', [each, '--help'], process.env)
      assert.deepEqual([err, code], ['', 0], each)
      assert.ok(
        out.includes(`npm ${each === 'test' ? '' : 'run '}${each} [`) || out.startsWith(`npm run ${each}: `),
        each,
      )
    }
  })

  test('what stands after -- is not an option of every command', () => {
    assert.equal(answerCommonOption(['--', '--help', '--version'], 'x'), undefined)
    assert.equal(answerCommonOption(['list'], 'x'), undefined)
    assert.match(answerCommonOption(['list', '-h'], 'x')!, /^x\n/)
  })

  test('every command refuses an option it does not know, by name', async () => {
    for (const name of names) {
      const command = await commands[name]()
      await assert.rejects(
        command({ args: ['--nonsense'], runtime: systemRuntime(), env: {}, say: () => {} }),
        (error: Error) =>
          error instanceof CannotStart && error.message.startsWith('The option --nonsense is not known.'),
        name,
      )
    }
    const audit = await commands.audit()
    for (const [args, said] of [
      [['--jsno'], /The option --jsno is not known: is --json meant\?/],
      [['--grace', '0x10'], /--grace is "0x10": give a whole number of seconds/],
      [['--grace', '1e3'], /--grace is "1e3"/],
      [['now'], /"now" means nothing here/],
    ] as const)
      await assert.rejects(audit({ args, runtime: systemRuntime(), env: {} }), said)
  })

  test('a command there is none of is refused with the nearest', async () => {
    const { err, code } = await ran(['stats'])
    assert.equal(code, 2)
    assert.match(err, /^"stats" is no command: is status meant\?/)
    for (const name of ['__proto__', 'constructor', '']) assert.equal((await ran([name])).code, 2)
  })

  test('settings that are none are named with the nearest; one that would move data is refused', async () => {
    const { out, err } = await ran(['openapi'], {
      ...NOWHERE,
      ORDER_PAY_MINUTE: '5',
      JANGTEO_SECRT: 'x',
      HTTP_URL: 'x',
    })
    assert.equal(
      err,
      'JANGTEO_SECRT is no setting and counts for nothing: is JANGTEO_SECRET meant?\n' +
        'ORDER_PAY_MINUTE is no setting and counts for nothing: is ORDER_PAY_MINUTES meant?\n',
    )
    assert.equal(JSON.parse(out).openapi, '3.1.0')
    const refused = await ran(['migrate'], { ...NOWHERE, DATABASE_URL_ORDERS: 'postgres://127.0.0.1:1/orders' })
    assert.deepEqual(refused, {
      out: '',
      err: 'DATABASE_URL_ORDERS is no setting and counts for nothing: is DATABASE_URL_ORDER meant?\n',
      code: 1,
    })
  })

  test('what is said of a command is what it does', () => {
    assert.ok(usage.audit.includes(`(${GRACE / 1_000})`))
    assert.ok(usage.cluster.includes(CLUSTER_ENGINES.join(', ')))
  })
})
