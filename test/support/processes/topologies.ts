import { randomUUID } from 'node:crypto'
import { after, before, describe } from 'node:test'
import { engineAddress } from '../engines/engines.ts'
import { startHosts } from './hosts.ts'
import { startTestShop } from '../shop.ts'

/** The shop under test, whatever it is made of. */
export interface ShopUnderTest {
  /** Where the public comes in; known once the tests run. */
  readonly origin: string
  /** Where its edge tells of its inside, to those who watch over it: health and metrics. */
  readonly watched: string
  readonly databaseUrl: string
  /** Processes it is made of. */
  readonly hosts: number
  /** Moves the clock of the whole shop on by milliseconds. */
  advance(ms: number): Promise<void>
}

type Started = ShopUnderTest & { stop(): Promise<void> }

type Environment = Readonly<Record<string, string>>

/** What a shop is told of the engines that `npm run test:engines` has started. It shares them and has names of its own there. */
export const onEngines = (): Environment => {
  const own = `t${randomUUID().slice(0, 8)}`
  return {
    REDIS_URL: engineAddress('redis'),
    REDIS_PREFIX: `${own}:`,
    KAFKA_BROKERS: engineAddress('kafka'),
    KAFKA_PREFIX: `${own}.`,
    OPENSEARCH_URL: engineAddress('opensearch'),
    OPENSEARCH_PREFIX: `${own}-`,
    ZIPKIN_URL: engineAddress('zipkin'),
  }
}

const several = async (env: Environment): Promise<Started> => {
  const shop = await startHosts({ env })
  return { ...shop, watched: shop.internal('edge'), hosts: shop.processes.length }
}

/** Ways to run the shop: in one process; in several that call each other over HTTP; in several on the real engines. */
const topologies: Readonly<Record<string, (env: Environment) => Promise<Started>>> = {
  one: async (env) => {
    const shop = await startTestShop({ env })
    return { ...shop, watched: shop.origin, hosts: 1, advance: async (ms) => shop.runtime.advance(ms) }
  },
  hosts: (env) => several(env),
  engines: (env) => several({ ...onEngines(), ...env }),
}

/**
 * Names the topologies to test, separated by commas: unless told, those that need nothing but this machine;
 * `npm run test:engines` names the one on engines.
 */
const CHOSEN = 'JANGTEO_TEST_TOPOLOGIES'

/** Runs the same tests against a shop in each topology: what the shop does never depends on how it is run. */
export const inEachTopology = (tests: (shop: ShopUnderTest) => void, env: Environment = {}): void => {
  for (const name of process.env[CHOSEN]?.split(',') ?? ['one', 'hosts'])
    describe(`topology ${name}`, () => {
      let started: Started
      before(async () => {
        started = await topologies[name]!(env)
      })
      after(() => started?.stop())
      tests({
        get origin() {
          return started.origin
        },
        get databaseUrl() {
          return started.databaseUrl
        },
        get watched() {
          return started.watched
        },
        get hosts() {
          return started.hosts
        },
        advance: (ms) => started.advance(ms),
      })
    })
}
