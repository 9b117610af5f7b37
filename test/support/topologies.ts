import { after, before, describe } from 'node:test'
import { startHosts } from './hosts.ts'
import { startTestShop } from './shop.ts'

/** The shop under test, whatever it is made of. */
export interface ShopUnderTest {
  /** Where the public comes in; known once the tests run. */
  readonly origin: string
  readonly databaseUrl: string
}

type Started = ShopUnderTest & { stop(): Promise<void> }

type Environment = Readonly<Record<string, string>>

/** Ways to run the shop: in one process, or in several that call each other over HTTP. */
const topologies: Readonly<Record<string, (env: Environment) => Promise<Started>>> = {
  one: (env) => startTestShop({ env }),
  hosts: (env) => startHosts({ env }),
}

/** Names the topologies to test, separated by commas; all that need nothing but this machine unless told. */
const CHOSEN = 'JANGTEO_TEST_TOPOLOGIES'

/** Runs the same tests against a shop in each topology: what the shop does never depends on how it is run. */
export const inEachTopology = (tests: (shop: ShopUnderTest) => void, env: Environment = {}): void => {
  for (const name of process.env[CHOSEN]?.split(',') ?? Object.keys(topologies))
    describe(`topology ${name}`, () => {
      const shop = {} as { -readonly [K in keyof ShopUnderTest]: ShopUnderTest[K] }
      let started: Started
      before(async () => {
        started = await topologies[name]!(env)
        shop.origin = started.origin
        shop.databaseUrl = started.databaseUrl
      })
      after(() => started?.stop())
      tests(shop)
    })
}
