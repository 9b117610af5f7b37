import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type pg from 'pg'
import { microBatcher } from '#kernel/batch.ts'
import { connect, type ConnectionSettings } from '#engines/postgres/connection/connection.ts'
import { summarize, type Measured } from '../load.ts'

interface Order {
  readonly skus: readonly [number, number]
}

const array = (values: readonly unknown[]): string => `{${values.join(',')}}`

/** The limit of an order: `callers` callers whose orders share batches on two connections, straight into the database. */
export const orderLimit = async (settings: ConnectionSettings, callers: number, seconds: number): Promise<Measured> => {
  const setup = await connect({ ...settings, schema: 'bench_limit' }, 'bench limit')
  const clients = await Promise.all([0, 1].map(() => connect({ ...settings, schema: 'bench_limit' }, 'bench limit')))
  try {
    return await measure(setup, clients, callers, seconds)
  } finally {
    await Promise.all([setup, ...clients].map((each) => each.end()))
  }
}

const measure = async (
  setup: pg.Client,
  clients: readonly pg.Client[],
  callers: number,
  seconds: number,
): Promise<Measured> => {
  await setup.query(readFileSync(new URL('./orders.sql', import.meta.url), 'utf8'))
  await setup.query('ANALYZE bench_limit.sku')
  let next = 1
  let turn = 0
  const placed = microBatcher<Order, true>({ concurrency: 2, max: 256 }, async (orders) => {
    const ids = orders.map(() => next++)
    const demand = new Map<number, number>()
    for (const { skus } of orders) for (const sku of skus) demand.set(sku, (demand.get(sku) ?? 0) + 1)
    const wanted = [...demand].sort(([a], [b]) => a - b)
    await clients[turn++ % 2]!.query({
      name: 'place',
      text: 'SELECT bench_limit.place($1, $2, $3, $4, $5, $6, $7)',
      values: [
        array(orders.map(() => randomUUID())),
        array(ids),
        array(ids.flatMap((id) => [id, id])),
        array(ids.flatMap(() => [1, 2])),
        array(orders.flatMap((each) => each.skus)),
        array(wanted.map(([sku]) => sku)),
        array(wanted.map(([, quantity]) => quantity)),
      ],
    })
    return orders.map(() => true)
  })

  const times: number[] = []
  const began = performance.now()
  const until = began + seconds * 1_000
  await Promise.all(
    Array.from({ length: callers }, async (_, who) => {
      for (let n = 0; performance.now() < until; n++) {
        const start = performance.now()
        const first = ((who * 7919 + n * 104_729) % 5_000) + 1
        await placed.call({ skus: [first, first + 5_000] })
        times.push(performance.now() - start)
      }
    }),
  )
  const measured = summarize(times, (performance.now() - began) / 1_000)
  const { rows } = await setup.query<{ orders: number; reserved: number }>(
    'SELECT (SELECT count(*) FROM bench_limit.orders) AS orders, (SELECT sum(reserved) FROM bench_limit.sku)::bigint AS reserved',
  )
  if (rows[0]!.orders !== times.length || rows[0]!.reserved !== 2 * times.length)
    throw new Error('The limit itself lost or doubled an order: it says nothing')
  await setup.query('DROP SCHEMA bench_limit CASCADE')
  return measured
}
