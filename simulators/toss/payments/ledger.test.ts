import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database } from '#kernel/store.ts'
import { steerableRuntime } from '#test/support/clock.ts'
import { simulatorStore } from '../simulator.fixture.ts'
import { ledger, type Command } from './ledger.ts'
import { authenticate, opened } from '../window/open.ts'
import { paymentsOfOrder } from './record-store.ts'

const runtime = steerableRuntime()
const { db } = await simulatorStore(runtime)

/** The store, except that it takes nothing that mentions poison. */
const squeamish: Database = {
  query: (statement) => db.query(statement),
  tx: (name, work) =>
    db.tx(name, (tx) =>
      work({
        ...tx,
        query: async (statement) => {
          if (JSON.stringify(statement.values).includes('poison')) throw new Error('The database refused')
          return tx.query(statement)
        },
      }),
    ),
}

const open = (orderId: string): Command => ({
  mid: 'mid',
  language: 'ko',
  orderId,
  posting: {},
  decide: (_payment, _approvedKey, chance) =>
    authenticate(
      opened({ mid: 'mid', orderId, orderName: '원두', amount: 1_000, method: 'CARD' }, chance),
      { method: 'CARD' },
      chance,
    ),
})

test('what the database refuses of one caller never fails those who share its batch', async () => {
  const books = ledger({ db: squeamish, runtime, origin: () => '', webhooksFor: () => [] })
  const orders = ['sound-1', 'sound-2', 'poison-3', 'sound-4']
  const results = await Promise.allSettled(orders.map((orderId) => books.execute(open(orderId))))
  assert.deepEqual(
    results.map((each) => each.status),
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
  )
  for (const orderId of orders) {
    assert.equal((await paymentsOfOrder(db, ['mid'], orderId)).length, orderId.startsWith('sound') ? 1 : 0)
  }
})
