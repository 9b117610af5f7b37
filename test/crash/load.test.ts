import assert from 'node:assert/strict'
import { randomInt, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemRuntime } from '#kernel/runtime.ts'
import { connect } from '#engines/postgres/connection/connection.ts'
import { endPostmaster, findPostmaster } from '#engines/postgres/embedded/server/postmaster.ts'
import { audit } from '#src/audit/audit.ts'
import { attachStores } from '#src/host/stores/attach.ts'
import { written } from '#src/audit/report.ts'
import { readSettings } from '#src/settings.ts'
import { shop as services } from '#src/shop.ts'
import { settled } from '../audit/settled.ts'
import { type ApiClient, apiClient, putOnSale, shippingAddress, signInStaff, signUp } from '../support/client.ts'
import { eventually } from '../support/eventually.ts'
import { STAFF } from '../support/shop.ts'
import { TIME_PASSES } from './lane.ts'
import { startProcess } from './shop-process.ts'

const ROUNDS = 3
const BUYERS = 16
const UNITS = 400

const runtime = systemRuntime()
const data = mkdtempSync(join(tmpdir(), 'jangteo-load-'))
after(async () => {
  // The shop's server outlives a shop that is killed; here nobody will take it over again.
  const server = findPostmaster(join(data, 'postgres'))
  if (server) await endPostmaster(server, join(data, 'postgres'), runtime)
  rmSync(data, { recursive: true, force: true })
})

/** What customers were told before the shop died. */
interface Told {
  readonly placed: string[]
  readonly paid: string[]
  readonly canceled: string[]
}

/** Buys, and now and then cancels, until the shop is gone. */
const shopping = async (client: ApiClient, skuId: string, told: Told): Promise<void> => {
  for (;;) {
    const body = { items: [{ skuId, quantity: 1 }], shippingAddress }
    const order = await client.send('POST', '/api/orders', body, { 'idempotency-key': randomUUID() })
    if (order.status !== 201) {
      assert.equal(order.body.code, 'OUT_OF_STOCK', JSON.stringify(order.body))
      return
    }
    const { id, amount } = order.body
    told.placed.push(id)
    if (randomInt(8) === 0) {
      if ((await client.send('POST', `/api/orders/${id}/cancel`, { reason: '변심' })).body.status === 'CANCELED')
        told.canceled.push(id)
      continue
    }
    const { paymentKey } = await client.must('POST', '/simulators/toss/approve', { orderId: id, amount })
    const answer = await client.send('POST', '/api/payments/confirm', { paymentKey, orderId: id, amount })
    if (answer.body.status === 'PAID') told.paid.push(id)
    if (answer.body.status === 'PAID' && randomInt(5) === 0) {
      const canceled = await client.send('POST', `/api/orders/${id}/cancel`, { reason: '변심' })
      if (canceled.body.status === 'CANCELED') told.canceled.push(id)
    }
  }
}

test(`killed in the middle of ${BUYERS} buyers, ${ROUNDS} times, nothing that was told is untrue`, async () => {
  const env = { JANGTEO_DATA: data, DATABASE_URL: '', JANGTEO_STAFF_PASSWORD: STAFF.password }
  const told: Told = { placed: [], paid: [], canceled: [] }
  let shop = await startProcess(env)
  const { skuId } = await putOnSale(await signInStaff(shop.origin), UNITS)
  const tokens = await Promise.all(Array.from({ length: BUYERS }, async () => (await signUp(shop.origin)).token!))

  const { adminOf } = await attachStores(readSettings(env), { runtime })
  const looked = { services, adminOf, runtime }

  for (let round = 0; round < ROUNDS; round++) {
    const clients = tokens.map((token) => Object.assign(apiClient(shop.origin), { token }))
    const buying = Promise.all(
      clients.map((client) =>
        shopping(client, skuId, told).catch((error: unknown) => {
          // The shop was killed under it; anything it answered is judged above.
          if (!(error instanceof TypeError)) throw error
        }),
      ),
    )
    await eventually(() => told.paid.length > 0, 'somebody has paid')
    await sleep(randomInt(900))
    // Looked at in the middle of it all, nothing is wrong either: what is not done yet is in flight.
    const report = await audit({ ...looked, acknowledged: [...told.placed] })
    assert.equal(report.violations, 0, written(report))
    await sleep(randomInt(300))
    await shop.kill()
    await buying
    shop = await startProcess(env)
  }

  const look = () => audit({ ...looked, grace: 0, acknowledged: told.placed })
  const database = await connect(adminOf('order'), 'load test')
  try {
    await database.query(TIME_PASSES)
    const report = await settled(look)
    const { rows } = await database.query('SELECT id, status FROM jt_order.orders')
    const states = new Map(rows.map((row) => [row.id, row.status]))
    for (const id of told.canceled) assert.equal(states.get(id), 'CANCELED')
    for (const id of told.paid) if (!told.canceled.includes(id)) assert.match(states.get(id), /^(PAID|CANCELED)$/)
    const sold = [...states.values()].filter((each) => each === 'PAID').length
    const { rows: stock } = await database.query('SELECT on_hand, reserved FROM jt_product.sku WHERE id = $1', [skuId])
    assert.equal(stock[0].on_hand, UNITS - sold)
    assert.ok(told.paid.length > 0, written(report))
    console.log(`${states.size} orders, ${told.placed.length} of them told; ${sold} paid; audited`)
  } finally {
    await database.end()
    await shop.stop()
  }
})
