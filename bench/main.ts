import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbedded } from '#engines/postgres/embedded/start.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { prepareGround } from './ground.ts'
import { orderLimit } from './limits/orders.ts'
import { closedLoop, type Measured } from './load.ts'
import { openConnection } from './http-client.ts'
import { cpuOfTree, startProgram } from './processes.ts'
import { addToCart, completePurchase, hotSku, placeOrder } from './scenarios/buying.ts'
import { productDetail, productList, suggestion } from './scenarios/reading.ts'
import { expectStatus, type Scenario } from './scenarios/scenario.ts'

// npm run bench [-- --only NAME --seconds N --connections N --json FILE]: a fresh shop, driven over its public API, every
// outcome asserted, audited afterwards. Beside each figure the limit measured in the same run.

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    json: { type: 'string' },
    seconds: { type: 'string', default: '6' },
    connections: { type: 'string', default: '128' },
  },
})

const scenarios = [productList, productDetail, suggestion, addToCart, placeOrder, completePurchase, hotSku]
const chosen = scenarios.filter(({ name }) => !values.only || name.includes(values.only))
if (chosen.length === 0) {
  console.error(`No scenario is called ${values.only}. There are: ${scenarios.map((each) => each.name).join(', ')}.`)
  process.exit(2)
}

interface Row extends Measured {
  readonly name: string
  readonly limitPerSecond: number
  readonly ratio: number
  readonly shopMicros: number
  readonly databaseMicros: number
}

const say = (line: string): void => void process.stderr.write(`${line}\n`)
const root = mkdtempSync(join(tmpdir(), 'jangteo-bench-'))
const embedded = await startEmbedded({ dataDir: join(root, 'db'), runtime: systemRuntime(), progress: say })
const env = {
  PORT: '0',
  HOST: '127.0.0.1',
  LOG_LEVEL: 'warn',
  // As in production: development traces every request.
  TRACE_PERCENT: '1',
  DATABASE_URL: embedded.url,
  JANGTEO_DATA: join(root, 'data'),
  JANGTEO_PAGES: 'off',
  JANGTEO_STAFF_PASSWORD: 'password of the bench',
  JANGTEO_PASSWORD_MEMORY: '1024',
  JANGTEO_CODES_PER_CLIENT: '100000',
}

const httpLimit = async (body: string): Promise<Measured> => {
  const bare = await startProgram(['bench/limits/bare-server.ts'], {}, body)
  const connections = await Promise.all(
    Array.from({ length: Number(values.connections) }, () => openConnection(bare.origin)),
  )
  const measured = await closedLoop(connections, Math.min(3, Number(values.seconds)), async (connection) => {
    expectStatus(await connection.request('GET', '/', ''), 200)
  })
  for (const each of connections) each.close()
  await bare.stop()
  return measured
}

const audit = (): boolean => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['src/main.ts', 'audit'], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
  if (status !== 0) say(`${stdout}${stderr}`)
  return status === 0
}

const rows: Row[] = []
let sound = false
const shop = await startProgram(['src/main.ts', 'start'], env)
try {
  say('Preparing members and products …')
  const ground = await prepareGround(shop.origin, {
    connections: Number(values.connections),
    seconds: Number(values.seconds),
    staffPassword: env.JANGTEO_STAFF_PASSWORD,
  })
  let orders: Measured | undefined
  const measure = async (scenario: Scenario): Promise<Row> => {
    say(`Measuring: ${scenario.name} …`)
    await scenario.run({ ...ground, seconds: 1, ...(scenario === hotSku && { putOnSale: ground.putOnSale }) })
    const before = { shop: cpuOfTree(shop.pid), database: cpuOfTree(embedded.pid()) }
    const measured = await scenario.run(ground)
    const used = { shop: cpuOfTree(shop.pid) - before.shop, database: cpuOfTree(embedded.pid()) - before.database }
    const limit =
      scenario.limit === 'http'
        ? await httpLimit(await scenario.sample(ground))
        : (orders ??= await orderLimit(
            embedded.connection,
            Number(values.connections),
            Math.min(4, Number(values.seconds)),
          ))
    return {
      name: scenario.name,
      ...measured,
      limitPerSecond: limit.perSecond,
      ratio: measured.perSecond / limit.perSecond,
      shopMicros: (used.shop * 1e6) / measured.count,
      databaseMicros: (used.database * 1e6) / measured.count,
    }
  }
  for (const scenario of chosen) rows.push(await measure(scenario))
  say('Auditing …')
  sound = audit()
} finally {
  await shop.stop()
  await embedded.stop()
  rmSync(root, { recursive: true, force: true })
}

if (!sound) {
  console.error('The audit found violations: there are no figures.')
  process.exit(1)
}
const whole = (value: number): string => Math.round(value).toLocaleString('en')
console.table(
  Object.fromEntries(
    rows.map((row) => [
      row.name,
      {
        'per second': whole(row.perSecond),
        'p50 ms': row.p50.toFixed(1),
        'p99 ms': row.p99.toFixed(1),
        'shop CPU µs': whole(row.shopMicros),
        'database CPU µs': whole(row.databaseMicros),
        'limit per second': whole(row.limitPerSecond),
        'of the limit': `${(row.ratio * 100).toFixed(0)} %`,
      },
    ]),
  ),
)
if (values.json) writeFileSync(values.json, `${JSON.stringify(rows, undefined, 2)}\n`)
process.exit(0)
