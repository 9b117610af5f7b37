import { prepareGround } from './ground.ts'
import { openConnection } from './http-client.ts'
import { callsAnswered, remoteReservation } from './inside.ts'
import { orderLimit } from './limits/orders.ts'
import { closedLoop, type Measured } from './load.ts'
import { cpuOfTree, startProgram } from './processes.ts'
import { hotSku } from './scenarios/buying.ts'
import { expectStatus, type Scenario } from './scenarios/scenario.ts'
import { underLoad } from './shop-under-load.ts'

/** One scenario, measured. Microseconds of processor for each time it was done. */
export interface Row extends Measured {
  readonly name: string
  readonly limitPerSecond: number
  readonly ratio: number
  readonly shopMicros: number
  readonly databaseMicros: number
  readonly engineMicros: number
  /** Calls of operations, inside a process or between two. */
  readonly calls: number
}

/** What one topology showed. */
export interface Run {
  readonly topology: string
  readonly rows: readonly Row[]
  /** What another host waits for a reservation; where there are others. */
  readonly reservation?: Measured
}

interface Options {
  readonly seconds: number
  /** Seconds a scenario runs before it is measured: code that was never called is compiled meanwhile, in every process. */
  readonly warm: number
  readonly connections: number
  readonly say: (line: string) => void
}

const httpLimit = async (body: string, { connections, seconds }: Options): Promise<Measured> => {
  const bare = await startProgram(['bench/limits/bare-server.ts'], {}, body)
  const opened = await Promise.all(Array.from({ length: connections }, () => openConnection(bare.origin)))
  const measured = await closedLoop(opened, Math.min(3, seconds), async (connection) => {
    expectStatus(await connection.request('GET', '/', ''), 200)
  })
  for (const each of opened) each.close()
  await bare.stop()
  return measured
}

/** Runs the scenarios on a fresh shop of a topology and audits it. Answers nothing when the audit finds a violation. */
export const run = async (
  topology: string,
  scenarios: readonly Scenario[],
  options: Options,
): Promise<Run | undefined> => {
  const { say, seconds, warm, connections } = options
  return underLoad(topology, { say }, async ({ shop, embedded, env }) => {
    say('Preparing members and products …')
    const staffPassword = env.JANGTEO_STAFF_PASSWORD
    const ground = await prepareGround(shop.origins, { connections, seconds, staffPassword })
    const cpu = () => ({ ...shop.cpu(), database: cpuOfTree(embedded.pid()) })

    let orders: Measured | undefined
    const measure = async (scenario: Scenario): Promise<Row> => {
      say(`Measuring: ${scenario.name} …`)
      await scenario.run({ ...ground, seconds: warm, ...(scenario === hotSku && { putOnSale: ground.putOnSale }) })
      const [before, answered] = [cpu(), await callsAnswered(shop)]
      const measured = await scenario.run(ground)
      const [after, answeredThen] = [cpu(), await callsAnswered(shop)]
      const each = (used: number): number => (used * 1e6) / measured.count
      const limit =
        scenario.limit === 'http'
          ? await httpLimit(await scenario.sample(ground), options)
          : (orders ??= await orderLimit(embedded.connection, connections, Math.min(4, seconds)))
      return {
        name: scenario.name,
        ...measured,
        limitPerSecond: limit.perSecond,
        ratio: measured.perSecond / limit.perSecond,
        shopMicros: each(after.shop - before.shop),
        databaseMicros: each(after.database - before.database),
        engineMicros: each(after.engines - before.engines),
        calls: (answeredThen - answered) / measured.count,
      }
    }
    const rows: Row[] = []
    for (const scenario of scenarios) rows.push(await measure(scenario))
    const reservation = await remoteReservation(shop, env, ground.skuIds)
    for (const each of ground.connections) each.close()
    return { topology, rows, ...(reservation && { reservation }) }
  })
}
