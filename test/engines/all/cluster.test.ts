import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { isFree } from '#tools/engines/ports.ts'
import { ask } from '#tools/engines/probes.ts'
import { payOrder, placeOrder, putOnSale, signInStaff, signUp } from '#test/support/client.ts'
import { scratchFolder } from '#test/support/engines/engines.ts'
import { eventually } from '#test/support/eventually.ts'
import { freePorts } from '#test/support/engines/free-ports.ts'
import { allServices } from '#test/support/processes/hosts.ts'
import { shopSettings } from '#test/support/shop-settings.ts'

const folder = scratchFolder()
const placement = join(folder, 'placement.json')
const children: ChildProcess[] = []
let port: number
before(async () => {
  port = await freePorts(5)
  const hosts = [
    { name: 'back', runs: [...allServices, 'simulators'], port },
    { name: 'edge', runs: ['gateway'], port: port + 2, edgePort: port + 3 },
  ]
  writeFileSync(placement, JSON.stringify({ hosts }))
})
after(() => children.forEach((each) => each.kill('SIGKILL')))

const run = (args: readonly string[] = []): { child: ChildProcess; said: () => string } => {
  const child = spawn(process.execPath, ['src/main.ts', 'cluster', '--placement', placement, ...args], {
    env: { ...process.env, ...shopSettings(join(folder, 'data'), ''), JANGTEO_SAMPLES: 'off' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let said = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  return { child, said: () => said }
}

/** The address a part has told. */
const addressOf = (said: string, name: string): string => new RegExp(`^ {2}${name} +(\\S+)$`, 'm').exec(said)![1]!
const portOf = (address: string): number => Number(/:(\d+)$/.exec(address)![1])

test('a cluster stands on engines of its own, starts one that died again, and leaves none behind', async () => {
  const { child, said } = run()
  await eventually(
    () => {
      assert.equal(child.exitCode, null, said())
      return said().includes('is open at')
    },
    'the cluster is open',
    240,
  )
  const names = ['Redis', 'Kafka', 'OpenSearch', 'Zipkin', 'Prometheus']
  const addresses = names.map((name) => addressOf(said(), name))
  const origin = `http://localhost:${port + 3}`
  const staff = await signInStaff(origin)
  const { skuId } = await putOnSale(staff, 5)
  const buyer = await signUp(origin)
  assert.equal((await payOrder(buyer, await placeOrder(buyer, skuId))).status, 'PAID')

  await eventually(async () => {
    const answer = await fetch(`${addresses.at(-1)}/api/v1/query?query=up`)
    const { data } = (await answer.json()) as {
      data: { result: { metric: { host: string }; value: [number, string] }[] }
    }
    return ['back', 'edge'].every((host) =>
      data.result.some((each) => each.metric.host === host && each.value[1] === '1'),
    )
  }, 'Prometheus sees both hosts')
  assert.match((await ask(portOf(addresses[0]!), 'CLIENT LIST\r\n')).toString(), / name=jangteo-/)

  process.kill(Number(readFileSync(join(folder, 'data', 'engines', 'redis', 'engine.pid'), 'utf8')), 'SIGKILL')
  await eventually(() => said().includes('Redis is back'), 'Redis is started again')
  assert.match(said(), /Redis exited unexpectedly; restarting it/)
  assert.equal((await ask(portOf(addresses[0]!), 'PING\r\n')).toString(), '+PONG\r\n')
  assert.equal((await payOrder(buyer, await placeOrder(buyer, skuId))).status, 'PAID')

  child.kill('SIGINT')
  assert.deepEqual(await once(child, 'exit'), [0, null])
  for (const each of [...addresses.map(portOf), port, port + 2, port + 3]) assert.ok(await isFree(each), `${each}`)
})

test('when a host cannot start, no engine is left', async () => {
  const taken = createServer().listen(port + 2, '127.0.0.1')
  await once(taken, 'listening')
  const { child, said } = run(['--engines', 'redis'])
  assert.deepEqual(await once(child, 'exit'), [1, null])
  taken.close()
  assert.ok(await isFree(portOf(addressOf(said(), 'Redis'))), said())
  assert.match(said(), new RegExp(`${port + 2}`))
})

test('an engine whose address is set is not started', async () => {
  process.env['REDIS_URL'] = process.env['JANGTEO_TEST_REDIS']
  const { child, said } = run(['--engines', 'redis'])
  delete process.env['REDIS_URL']
  await eventually(() => said().includes('is open at'), 'the cluster is open', 60)
  assert.match(said(), /^ {2}redis +that of REDIS_URL$/m)
  assert.doesNotMatch(said(), /^ {2}Redis +redis:/m)
  child.kill('SIGINT')
  assert.deepEqual(await once(child, 'exit'), [0, null])
})
