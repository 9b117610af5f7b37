import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { connect, fromUrl } from '#engines/postgres/connection/connection.ts'
import { run } from '#engines/postgres/transaction.ts'
import type { Queryable } from '#kernel/store.ts'
import { audit, auditOf, type AuditReport, storesOf } from '#src/audit/audit.ts'
import { existingSchemas } from '#src/audit/snapshot-store.ts'
import { snapshotsOn } from '#src/audit/snapshots.ts'
import { shop as services } from '#src/shop.ts'
import { plants } from './plants.ts'
import { settled } from './settled.ts'
import { payOrder, placeOrder, putOnSale, signInStaff, signUp, type ApiClient } from '../support/client.ts'
import { eventually } from '../support/eventually.ts'
import { startTestShop, type TestShop } from '../support/shop.ts'

const running = await startTestShop()

/** What a shop without trouble has none of, or none yet. */
const EMPTY = [
  'no event lies dead',
  'the shop window has the categories that there are',
  'names of categories are plain text',
]

/** A product whose every word says how somebody is reached, in a name that orders and notifications shorten. */
const putReachableOnSale = async (staff: ApiClient): Promise<string> => {
  const name = `쿠폰 010-5555-6666 help@jangteo.example 5555 5555 5555 4444 ${'긴이름'.repeat(10)} long@address.of.jangteo.example`
  const options = { '문의 ask@jangteo.example': '010 아님 01077778888' }
  await staff.must('PUT', '/api/categories/reach', { name: '문의 a@jangteo.example', nameEn: 'Ask b@jangteo.example' })
  const made = await staff.must('POST', '/api/products', {
    name,
    brand: 'c@jangteo.example',
    description: '전화 010-9999-0000, d@jangteo.example',
    categoryId: 'reach',
    skus: [{ options, price: 9_900, onHand: 5 }],
  })
  return made.skus[0].id
}

/** A little of everything that can happen to orders and members. */
const live = async ({ origin, runtime }: TestShop): Promise<string[]> => {
  const staff = await signInStaff(origin)
  const { skuId } = await putOnSale(staff, 20)
  const { skuId: last } = await putOnSale(staff, 1)
  const late = await signUp(origin)
  const expired = await placeOrder(late, skuId)
  runtime.advance(11 * 60_000)

  const buyer = await signUp(origin)
  const paid = await placeOrder(buyer, skuId, 2)
  await payOrder(buyer, paid)
  const canceled = await placeOrder(buyer, last)
  await payOrder(buyer, canceled)
  await buyer.must('POST', `/api/orders/${canceled.id}/cancel`, { reason: '변심' })
  const inPart = await placeOrder(buyer, skuId, 2)
  await payOrder(buyer, inPart)
  const part = { reason: '변심', lines: [{ number: 1, quantity: 1 }] }
  await buyer.must('POST', `/api/orders/${inPart.id}/cancel`, part, { 'idempotency-key': 'a part' })
  const dropped = await placeOrder(buyer, skuId)
  await buyer.must('POST', `/api/orders/${dropped.id}/cancel`, { reason: '변심' })
  const pending = await placeOrder(buyer, skuId, 3)
  const named = await placeOrder(buyer, await putReachableOnSale(staff))
  await payOrder(buyer, named)
  await buyer.must('PUT', `/api/cart/items/${skuId}`, { quantity: 2 })

  const deposit = async (): Promise<{ id: string; amount: number }> => {
    const order = await placeOrder(buyer, skuId)
    const { id: orderId, amount } = order
    const approval = { orderId, amount, method: 'VIRTUAL_ACCOUNT' }
    const { paymentKey } = await buyer.must('POST', '/simulators/toss/approve', approval)
    await buyer.must('POST', '/api/payments/confirm', { paymentKey, orderId, amount })
    return order
  }
  const bank = (orderId: string, action: string) => buyer.must('POST', '/simulators/toss/deposits', { orderId, action })
  const statusIs = (id: string, status: string) =>
    eventually(async () => (await buyer.must('GET', `/api/orders/${id}`)).status === status, `the order is ${status}`)
  const awaiting = await deposit()
  const tooLate = await deposit()
  await bank(tooLate.id, 'pass-due')
  await statusIs(tooLate.id, 'EXPIRED')
  await bank(tooLate.id, 'deposit')

  const leaver = await signUp(origin)
  await leaver.must('PUT', `/api/cart/items/${skuId}`, { quantity: 1 })
  await leaver.must('DELETE', '/api/members/me', { password: 'correct horse 9' })
  return [expired, paid, canceled, inPart, dropped, pending, named, awaiting, tooLate].map((each) => each.id)
}

describe('the audit', () => {
  let orders: string[]
  const source = fromUrl(running.databaseUrl)

  const options = (acknowledged: readonly string[], grace = 0) => ({
    services,
    runtime: running.runtime,
    grace,
    acknowledged,
  })
  const look = () => audit({ ...options(orders), adminOf: () => source })

  /** Does something to the shop's data that nobody else sees, and that is undone; answers what the audit makes of it. */
  const afterPlanting = async (
    text: string,
    acknowledged: readonly string[] = orders,
    grace?: number,
  ): Promise<AuditReport> => {
    const client = await connect(source, 'planting')
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
      await client.query(text)
      const store: Queryable = { query: (statement) => run(client, statement) }
      const server = { store, schemas: await existingSchemas(store) }
      const given = options(acknowledged, grace)
      return await auditOf(
        snapshotsOn(() => server, storesOf(given)),
        given,
      )
    } finally {
      await client.query('ROLLBACK')
      await client.end()
    }
  }

  before(async () => {
    orders = await live(running)
    await settled(look)
    await running.stop()
  })

  test('finds nothing wrong with a shop that is right, and has looked at something of each kind', async () => {
    const { findings, violations, inFlight } = await look()
    assert.deepEqual(
      findings.flatMap((each) => each.listed),
      [],
    )
    assert.equal(violations + inFlight, 0)
    for (const { invariant, looked } of findings)
      assert.ok(EMPTY.includes(invariant) || looked! > 0, `it looked at nothing: ${invariant}`)
  })

  for (const { invariant, name, plant, acknowledged } of plants)
    test(`finds that it is not true: ${invariant}: ${name}`, async () => {
      const report = await afterPlanting(plant, acknowledged ?? orders)
      const found = report.findings.find((each) => each.invariant === invariant)
      assert.ok(found, 'the invariant is one of the audit')
      assert.ok(found.violations > 0, `nothing was found; ${report.violations} violations of others`)
      assert.match(found.listed[0]!.id, /./)
    })

  test('each invariant has been seen to be found out', async () => {
    const { findings } = await look()
    const planted = new Set(plants.map((each) => each.invariant))
    assert.deepEqual(
      findings.map((each) => each.invariant).filter((each) => !planted.has(each)),
      [],
    )
  })

  test('a check that fails over what it reads is a violation, and the others go on', async () => {
    const whole = await look()
    const report = await afterPlanting('DROP TABLE jt_cart.cart_item CASCADE')
    const failed = report.findings.filter((each) => each.violations > 0)
    assert.deepEqual([...new Set(failed.map((each) => each.family))], ['catalogue'])
    for (const each of failed) assert.match(each.listed[0]!.what, /could not be examined to the end: .*cart_item/)
    const looked = (of: AuditReport) =>
      of.findings
        .filter((each) => !failed.some(({ invariant }) => invariant === each.invariant))
        .map((each) => each.looked)
    assert.deepEqual(looked(report), looked(whole))
  })

  test('what is young is in flight, and no violation', async () => {
    const requested = `UPDATE jt_payment.refund SET state = 'REQUESTED', ended_at = NULL WHERE state = 'REFUNDED'`
    const report = await afterPlanting(requested, orders, 3_600_000)
    const known = report.findings.find((each) => each.invariant === 'each outcome becomes known')!
    // That of the whole order, and that of the part.
    assert.equal(known.inFlight, 2)
    assert.equal(known.violations, 0)
  })
})
