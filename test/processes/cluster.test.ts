import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { livingServer } from '#engines/postgres/embedded/server/running-server.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { superviseHost } from '#src/host/local-cluster/supervised-host.ts'
import { placementFrom } from '#src/host/process/serve-host.ts'
import { shop } from '#src/shop.ts'
import { placeOrder, putOnSale, signInStaff, signUp } from '../support/client.ts'
import { eventually } from '../support/eventually.ts'
import { freePorts } from '../support/engines/free-ports.ts'
import { allServices } from '../support/processes/hosts.ts'
import { shopSettings } from '../support/shop-settings.ts'

let folder: string
let port: number
let placement: string
let env: Record<string, string>
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'jangteo-cluster-'))
  port = await freePorts(5)
  placement = join(folder, 'placement.json')
  const hosts = [
    { name: 'back', runs: [...allServices, 'simulators'], port },
    { name: 'edge', runs: ['gateway'], port: port + 2, edgePort: port + 3 },
  ]
  writeFileSync(placement, JSON.stringify({ hosts }))
  env = { ...shopSettings(join(folder, 'data'), ''), JANGTEO_SAMPLES: 'off', JANGTEO_LEAVE_GRACE: '100' }
})
after(() => rmSync(folder, { recursive: true, force: true }))

const answers = (at: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${at}/health/live`).then(
    () => true,
    () => false,
  )

/** Starts the cluster; answers its process and what it has said once it is open. */
const startCluster = async (): Promise<{ child: ChildProcess; said: () => string }> => {
  const child = spawn(process.execPath, ['src/main.ts', 'cluster', '--placement', placement, '--engines', 'embedded'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  await eventually(
    () => {
      if (child.exitCode !== null) throw new Error(said)
      return said.includes('is open at')
    },
    'the cluster is open',
    60,
  )
  return { child, said: () => said }
}

describe('npm run cluster', () => {
  test('starts each part with a line, on the embedded database; Ctrl-C stops everything', async () => {
    const { child, said } = await startCluster()
    for (const line of [/^ {2}PostgreSQL +in /m, /^ {2}back +auth, /m, /^ {2}edge +gateway; open at /m])
      assert.match(said(), line)
    assert.ok(said().includes(`Jangteo is open at http://localhost:${port + 3} (`), said())
    const origin = `http://localhost:${port + 3}`
    const { skuId } = await putOnSale(await signInStaff(origin), 5)
    assert.equal((await placeOrder(await signUp(origin), skuId)).status, 'PENDING_PAYMENT')
    child.kill('SIGINT')
    assert.deepEqual(await once(child, 'exit'), [0, null])
    assert.match(said(), /Closing …\n[^]*Closed\.\n$/)
    for (const each of [port, port + 2, port + 3]) assert.equal(await answers(each), false)
  })

  test('killed, it leaves no host behind, and the next start opens on the same data', async () => {
    const { child } = await startCluster()
    child.kill('SIGKILL')
    for (const each of [port, port + 2])
      await eventually(async () => !(await answers(each)), `nobody listens on ${each}`)
    const next = await startCluster()
    next.child.kill('SIGINT')
    assert.deepEqual(await once(next.child, 'exit'), [0, null])
  })

  test('an engine that cannot be had is named, with how to go on without; nothing is left running', async () => {
    const bin = join(folder, 'bin')
    mkdirSync(bin)
    for (const name of ['sh', 'setpriv', 'unshare']) symlinkSync(`/usr/bin/${name}`, join(bin, name))
    const child = spawn(process.execPath, ['src/main.ts', 'cluster', '--placement', placement, '--engines', 'redis'], {
      env: { ...process.env, ...env, PATH: bin },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    assert.deepEqual(await once(child, 'close'), [1, null])
    assert.match(said, /^There is no redis-server on this machine: install it \(Debian: redis-server\)\.\n/)
    assert.match(said, /npm run cluster -- --engines embedded/)
    assert.doesNotMatch(said, /\n\s+at /)
    assert.equal(livingServer(join(folder, 'data')), undefined)
  })

  test('an engine nobody knows is refused before anything is started', async () => {
    const child = spawn(process.execPath, ['src/main.ts', 'cluster', '--engines', 'redis,kafak'], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    assert.deepEqual(await once(child, 'close'), [1, null])
    assert.match(said, /^--engines: "kafak" is no engine\.\n/)
  })

  test('a placement that is not right stops it before anything is started', async () => {
    writeFileSync(join(folder, 'wrong.json'), '{"hosts": [{"name": "a", "runs": ["ordr"], "port": 4000}]}')
    const child = spawn(process.execPath, ['src/main.ts', 'cluster', '--placement', join(folder, 'wrong.json')], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    assert.deepEqual(await once(child, 'close'), [1, null])
    assert.match(said, /^The placement .* is not right:\n {2}- host a runs "ordr", which is no service/)
    assert.doesNotMatch(said, /\n\s+at /)
  })
})

test('a host that ends by itself is started again, and one that is told to stop stays gone', async () => {
  const lines: string[] = []
  const [edge] = placementFrom(placement, shop).hosts.filter((each) => each.name === 'edge')
  const kept = await superviseHost({
    placement,
    host: edge!,
    replica: 1,
    env,
    runtime: systemRuntime(),
    progress: (line) => void lines.push(line),
  })
  try {
    const pid = kept.pid()
    process.kill(pid, 'SIGKILL')
    await eventually(() => kept.pid() !== pid, 'it runs again')
    assert.ok(lines.includes('edge exited unexpectedly (killed); restarting it'), lines.join('\n'))
    assert.equal(await answers(port + 2), true)
  } finally {
    await kept.stop()
  }
  assert.equal(await answers(port + 2), false)
  assert.throws(() => process.kill(kept.pid(), 0), { code: 'ESRCH' })
})
