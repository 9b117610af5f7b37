import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { z } from 'zod'
import { clientOf } from '#kernel/call.ts'
import { contract, event, nothing } from '#kernel/contract.ts'
import { fault } from '#kernel/fault.ts'
import { UNAVAILABLE } from '#kernel/faults.ts'
import { consumer, on, service, sweep } from '#kernel/service.ts'
import { serviceConnection } from '#engines/postgres/schema/provision.ts'
import { sql } from '#engines/postgres/sql.ts'
import { eventually } from '#test/support/eventually.ts'
import { freshStores, type Stores } from '#test/support/stores.ts'
import { silent } from '#test/support/silent.ts'
import { listDeadLetters, redriveDeadLetter, redriveDeadLetters } from '../events/dead-letters.ts'
import { startHost, type Host, type HostSettings } from './host.ts'

const SOLD_OUT = fault('SOLD_OUT', 409, { ko: '품절입니다.', en: 'Sold out.' })
const sold = event('shelf.sold', {
  version: 1,
  key: 'item',
  payload: z.object({ item: z.string(), at: z.int() }),
  summary: 'An item was sold.',
})
const shelf = contract('shelf', {
  sell: {
    summary: 'Sells.',
    method: 'POST',
    access: 'service',
    input: z.object({ item: z.string(), at: z.int() }),
    output: z.void(),
    faults: [SOLD_OUT],
  },
})
const till = contract('till', {
  buy: {
    summary: 'Buys.',
    method: 'POST',
    access: 'public',
    input: z.object({ item: z.string() }),
    output: z.void(),
    faults: [SOLD_OUT],
  },
  receipts: { summary: 'What was sold.', method: 'GET', access: 'public', input: nothing, output: z.array(z.string()) },
})

const shelfService = service(shelf, { emits: [sold] }, ({ db }) => ({
  operations: {
    sell: async (input) => {
      if (input.item === 'nothing') throw SOLD_OUT()
      await db.tx('shelf.sell', (tx) => tx.emit(sold, input))
    },
  },
}))

let smudged = true
const latencies: number[] = []
const swept: number[] = []
/** What the sweep that gathers did each time. */
const gathered: number[] = []
const tillService = service(till, { needs: { shelf }, consumes: { printer: [sold] } }, ({ db, call, runtime }) => ({
  operations: {
    buy: ({ item }) => call.shelf.sell({ item, at: runtime.now() }),
    receipts: async () =>
      (await db.query<{ item: string }>(sql`SELECT item FROM receipt ORDER BY place`)).map((row) => row.item),
  },
  start: async () => {
    await db.query(sql`CREATE TABLE IF NOT EXISTS receipt (place bigint GENERATED ALWAYS AS IDENTITY, item text)`)
  },
  consumers: [
    consumer('printer', [
      on(sold, async ({ payload: { item, at } }, tx) => {
        if (smudged && item === 'smudge') throw new Error('no ink')
        await tx.query(sql`INSERT INTO receipt (item) VALUES (${item})`)
        latencies.push(runtime.now() - at)
      }),
    ]),
  ],
  sweeps: [
    sweep('dust', 20, async (now) => {
      swept.push(now)
      return 0
    }),
    sweep(
      'crumbs',
      20,
      async () => {
        gathered.push(gathered.length === 0 ? 2 : 1)
        return gathered.at(-1)!
      },
      { pace: 3_600_000, full: 2 },
    ),
  ],
}))

let stores: Stores
const settings = (given: Partial<HostSettings> & Pick<HostSettings, 'services'>): HostSettings => ({
  connection: (name) => serviceConnection(stores.admin, name),
  settings: {},
  runtime: stores.runtime,
  log: silent,
  checkOutputs: true,
  ...given,
})
const withHosts = async (all: readonly HostSettings[], work: (...hosts: Host[]) => Promise<void>): Promise<void> => {
  const hosts = await Promise.all(all.map(startHost))
  try {
    await work(...hosts)
  } finally {
    await Promise.all(hosts.map((each) => each.stop()))
  }
}
before(async () => {
  stores = await freshStores(['shelf', 'till'])
})

describe('a host', () => {
  test("runs services that call each other and take in each other's events soon", async () => {
    await withHosts([settings({ services: [shelfService, tillService] })], async (host) => {
      const client = host.client(till)
      await eventually(() => swept.length > 2, 'the sweep runs again and again')
      for (const item of ['apple', 'bread']) await client.buy({ item })
      await eventually(async () => (await client.receipts({})).length === 2, 'receipts are printed')
      assert.deepEqual(await client.receipts({}), ['apple', 'bread'])
      await assert.rejects(client.buy({ item: 'nothing' }), { code: 'SOLD_OUT' })
    })
  })

  test('a sweep that gathers goes on at once only when it did as many as it does in one go', async () => {
    gathered.length = 0
    swept.length = 0
    await withHosts([settings({ services: [shelfService, tillService] })], async () => {
      await eventually(() => swept.length > 5, 'others run again and again')
      assert.deepEqual(gathered, [2, 1])
    })
  })

  test('services in two hosts work as in one; events stored by the other are seen without being told', async () => {
    const one = await startHost(settings({ services: [shelfService] }))
    const two = await startHost(
      settings({ services: [tillService], elsewhere: (name) => (name === 'shelf' ? one.endpoint(name) : undefined) }),
    )
    try {
      const client = two.client(till)
      latencies.length = 0
      await client.buy({ item: 'cheese' })
      await eventually(() => latencies.length === 1, 'the receipt is printed')
      assert.ok(latencies[0]! < 1_500, String(latencies[0]))
    } finally {
      await Promise.all([one.stop(), two.stop()])
    }
  })

  test('an event that cannot be taken in is listed for a person, and redriven', async () => {
    await withHosts([settings({ services: [shelfService, tillService] })], async (host) => {
      const names = ['shelf', 'till']
      const storeOf = (name: string) => host.services.find((each) => each.definition.contract.name === name)!.db
      await host.client(shelf, 'test').sell({ item: 'smudge', at: 7 })
      await eventually(async () => (await listDeadLetters(names, storeOf)).length === 1, 'it is set aside')
      const [letter] = await listDeadLetters(names, storeOf)
      const { service: by, consumer: name, source, key, state, payload, error } = letter!
      assert.deepEqual(
        { by, name, source, key, state, payload, error },
        {
          by: 'till',
          name: 'printer',
          source: 'shelf',
          key: 'smudge',
          state: 'RETRYING',
          payload: { item: 'smudge', at: 7 },
          error: 'Error: no ink',
        },
      )
      assert.equal(await redriveDeadLetter(letter!, storeOf, stores.runtime.now()), false)
      await storeOf('till').query(sql`UPDATE dead_letter SET state = 'DEAD'`)
      smudged = false
      assert.equal(await redriveDeadLetter(letter!, storeOf, stores.runtime.now()), true)
      await eventually(async () => (await listDeadLetters(names, storeOf)).length === 0, 'it is taken in')
      assert.ok((await host.client(till).receipts({})).includes('smudge'))
      assert.equal(await redriveDeadLetters(names, storeOf, stores.runtime.now()), 0)
    })
  })

  test('its store being away is told as such, in a sentence for a customer', async () => {
    const away = { ...stores.admin, port: 1 }
    const host = await startHost(settings({ services: [shelfService], connection: () => away, background: false }))
    const client = clientOf(shelf, 'test', () => host.endpoint('shelf'), stores.runtime)
    const error = await client.sell({ item: 'apple', at: 1 }).catch((raised: unknown) => raised)
    assert.ok(UNAVAILABLE.is(error))
    assert.match(error.messages.en, /shelf service is not available/)
    await host.stop()
  })

  test('stops only when what is under way has ended', async () => {
    const host = await startHost(settings({ services: [shelfService, tillService] }))
    const buying = Promise.all(Array.from({ length: 20 }, (_, n) => host.client(till).buy({ item: `last ${n}` })))
    await stores.runtime.sleep(1)
    const [outcome] = await Promise.allSettled([buying, host.stop()])
    assert.equal(outcome.status, 'fulfilled')
  })

  test('each service may have its database on a server of its own', async () => {
    const other = await freshStores(['till'])
    const connection = (name: string, source = name) =>
      serviceConnection(source === 'till' ? other.admin : stores.admin, name)
    await withHosts([settings({ services: [shelfService, tillService], connection })], async (host) => {
      await host.client(till).buy({ item: 'far away' })
      await eventually(
        async () => (await host.client(till).receipts({})).includes('far away'),
        'its receipt is printed',
      )
    })
  })

  test('one that cannot start leaves no connection behind', async () => {
    const failing = service(contract('till', {}), {}, ({ db }) => ({
      operations: {},
      start: async () => {
        await db.query(sql`SELECT 1`)
        throw new Error('not today')
      },
    }))
    const mine = () =>
      stores.administrator.query(sql`
        SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'jangteo till'`)
    const before = (await mine()).length
    await assert.rejects(startHost(settings({ services: [failing] })), /not today/)
    await eventually(async () => (await mine()).length === before, 'its connections are closed')
  })

  test('a service nobody runs is named', async () => {
    await withHosts([settings({ services: [shelfService], background: false })], async (host) => {
      assert.throws(() => host.endpoint('till'), /No host runs the service till/)
    })
  })
})
