import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { serviceConnection } from '#engines/postgres/schema/provision.ts'
import { migrate } from '#engines/postgres/schema/migrate.ts'
import { sql } from '#engines/postgres/sql.ts'
import type { PostgresDatabase } from '#engines/postgres/database.ts'
import type { Queryable, Statement } from '#kernel/store.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { claimPending } from '#services/auth/accounts/credential-store.ts'
import { deleteLeftBehind } from '#services/cart/store.ts'
import { claimMails } from '#services/email/mail-queue/mail-store.ts'
import { claimConfirmations } from '#services/notification/confirmation-store.ts'
import {
  findOverdueDeposits,
  findReminders,
  lockOverdueDeposits,
  takeReminders,
} from '#services/order/paying/deposit-store.ts'
import { claimCutOff, findCutOff } from '#services/order/paying/payment-store.ts'
import { findDue, lockDue } from '#services/order/store.ts'
import { claimRefunds } from '#services/payment/refund/refund-store.ts'
import { claimReviews } from '#services/payment/webhook/reconcile-store.ts'
import { claimUnknown, forgetRefused } from '#services/payment/store.ts'
import { claimOverdue, findOverdue } from '#services/product/stock/stock-store.ts'
import { freshStores, type Stores } from '../support/stores.ts'

// What is due is claimed once: what one process has claimed, another does not even wait for.
//
// A statement that is planned while its table is known to be empty may look up what is due again for each row it passes:
// what it has just claimed is then left out, and it claims more than it was to. New shops have such plans for a while; a
// clock that stands still keeps them.

const NOW = Date.UTC(2026, 10, 20)
const EARLIER = new Date(NOW - 60_000)
const SERVICES = ['auth', 'cart', 'email', 'notification', 'order', 'payment', 'product']
/** Orders that are due, in a state. */
const dueOrders = (status: string, rows: number): Statement => sql`
  INSERT INTO orders (id, number, member_id, status, payment_key, amount, name, reservation_id, pay_before, placed_at,
                      shipping, remind_at, next_try_at)
  SELECT gen_random_uuid(), n, gen_random_uuid(), ${status}, 'key', 1, '', gen_random_uuid(), ${EARLIER}, ${EARLIER}, '{}',
         ${EARLIER}, ${EARLIER}
  FROM generate_series(1, ${rows}::integer) AS n`

/** A plan is kept from the sixth time on. */
const UNTIL_KEPT = 6

let stores: Stores
before(async () => {
  const runtime = systemRuntime({ now: () => NOW })
  stores = await freshStores(SERVICES, runtime)
  for (const each of SERVICES)
    await migrate(
      serviceConnection(stores.admin, each),
      each,
      new URL(`../../src/services/${each}/migrations/`, import.meta.url),
    )
})

const claims: readonly {
  readonly service: string
  readonly table: string
  readonly what: string
  /** Adds so many rows that are due. */
  readonly add: (rows: number) => Statement
  readonly claim: (db: Queryable) => Promise<number>
  readonly most: number
}[] = [
  {
    service: 'auth',
    table: 'credential',
    what: 'credentials without a profile',
    add: (rows) => sql`
      INSERT INTO credential (member_id, email, password_hash, state, pending_name, next_at, created_at, changed_at)
      SELECT gen_random_uuid(), n || '@example.com', '', 'PENDING', 'n', ${EARLIER}, ${EARLIER}, ${EARLIER}
      FROM generate_series(1, ${rows}::integer) AS n`,
    claim: async (db) => (await claimPending(db, NOW, NOW + 60_000)).length,
    most: 20,
  },
  {
    service: 'cart',
    table: 'cart',
    what: 'carts left behind',
    add: (rows) => sql`
      INSERT INTO cart (kind, owner_id, touched_at)
      SELECT 'guest', gen_random_uuid(), ${EARLIER} FROM generate_series(1, ${rows}::integer)`,
    claim: (db) => deleteLeftBehind(db, NOW, 20),
    most: 20,
  },
  {
    service: 'email',
    table: 'mail',
    what: 'mails',
    add: (rows) => sql`
      INSERT INTO mail (id, sealed, next_at, useless_after)
      SELECT gen_random_uuid(), '', ${EARLIER}, ${new Date(NOW + 60_000)} FROM generate_series(1, ${rows}::integer)`,
    claim: async (db) => (await claimMails(db, NOW, NOW + 60_000, 20)).length,
    most: 20,
  },
  {
    service: 'notification',
    table: 'confirmation',
    what: 'confirmations',
    add: (rows) => sql`
      INSERT INTO confirmation (id, member_id, order_number, order_name, order_id, amount, paid_at, next_at)
      SELECT gen_random_uuid(), gen_random_uuid(), '', '', gen_random_uuid(), 1, ${EARLIER}, ${EARLIER}
      FROM generate_series(1, ${rows}::integer)`,
    claim: async (db) => (await claimConfirmations(db, NOW, NOW + 60_000, 20)).length,
    most: 20,
  },
  {
    service: 'order',
    table: 'orders',
    what: 'orders to expire',
    add: (rows) => dueOrders('PENDING_PAYMENT', rows),
    claim: async (db) => (await lockDue(db, await findDue(db, NOW, 20), NOW)).length,
    most: 20,
  },
  {
    service: 'order',
    table: 'orders',
    what: 'orders whose deposit is overdue',
    add: (rows) => dueOrders('AWAITING_DEPOSIT', rows),
    claim: async (db) => (await lockOverdueDeposits(db, await findOverdueDeposits(db, NOW, 20), NOW)).length,
    most: 20,
  },
  {
    service: 'order',
    table: 'orders',
    what: 'reminders of deposits',
    add: (rows) => dueOrders('AWAITING_DEPOSIT', rows),
    claim: async (db) => (await takeReminders(db, await findReminders(db, NOW, 20), NOW)).length,
    most: 20,
  },
  {
    service: 'order',
    table: 'orders',
    what: 'payments that were cut off',
    add: (rows) => dueOrders('PAYING', rows),
    claim: async (db) => (await claimCutOff(db, await findCutOff(db, NOW, 20), NOW)).length,
    most: 20,
  },
  {
    service: 'product',
    table: 'reservation',
    what: 'holds that have run out',
    add: (rows) => sql`
      INSERT INTO reservation (id, state, expires_at, sku_ids, quantities, unit_prices)
      SELECT gen_random_uuid(), 'HELD', ${EARLIER}, '{}', '{}', '{}' FROM generate_series(1, ${rows}::integer)`,
    claim: async (db) => (await claimOverdue(db, await findOverdue(db, NOW, 20), NOW)).length,
    most: 20,
  },
  {
    service: 'payment',
    table: 'payment',
    what: 'attempts whose outcome is not known',
    add: (rows) => sql`
      INSERT INTO payment (id, order_id, payment_key, amount, state, created_at, next_check_at)
      SELECT gen_random_uuid(), gen_random_uuid(), 'unknown ' || n, 1, 'CONFIRMING', ${EARLIER}, ${EARLIER}
      FROM generate_series(1, ${rows}::integer) AS n`,
    claim: async (db) => (await claimUnknown(db, NOW, 20)).length,
    most: 20,
  },
  {
    service: 'payment',
    table: 'payment',
    what: 'attempts turned down',
    add: (rows) => sql`
      INSERT INTO payment (id, order_id, payment_key, amount, state, created_at, next_check_at)
      SELECT gen_random_uuid(), gen_random_uuid(), 'refused ' || n, 1, 'REFUSED', ${EARLIER}, ${EARLIER}
      FROM generate_series(1, ${rows}::integer) AS n`,
    claim: (db) => forgetRefused(db, NOW),
    most: 1_000,
  },
  {
    service: 'payment',
    table: 'refund',
    what: 'refunds',
    add: (rows) => sql`
      WITH captured AS (
        INSERT INTO payment (id, order_id, payment_key, amount, state, created_at, next_check_at)
        SELECT gen_random_uuid(), gen_random_uuid(), 'captured ' || n, 1, 'CAPTURED', ${EARLIER}, ${EARLIER}
        FROM generate_series(1, ${rows}::integer) AS n
        RETURNING id, order_id)
      INSERT INTO refund (id, payment_id, order_id, amount, reason, state, created_at, next_try_at)
      SELECT gen_random_uuid(), id, order_id, 1, '', 'REQUESTED', ${EARLIER}, ${EARLIER} FROM captured`,
    claim: async (db) => (await claimRefunds(db, NOW, 20)).length,
    most: 20,
  },
  {
    service: 'payment',
    table: 'payment',
    what: 'payments to look at again',
    add: (rows) => sql`
      INSERT INTO payment (id, order_id, payment_key, amount, state, created_at, next_check_at, review_due_at)
      SELECT gen_random_uuid(), gen_random_uuid(), 'reviewed ' || n, 1, 'CAPTURED', ${EARLIER}, ${EARLIER}, ${EARLIER}
      FROM generate_series(1, ${rows}::integer) AS n`,
    claim: async (db) => (await claimReviews(db, NOW, 20)).length,
    most: 20,
  },
]

/** A service's store with one table empty. */
const emptied = async (service: string, table: string): Promise<PostgresDatabase> => {
  const db = stores.open(service)
  await db.query({ text: `TRUNCATE ${table} CASCADE`, values: [] })
  return db
}

describe('a statement planned while its table was empty claims no more than it is to', () => {
  for (const { service, table, what, add, claim, most } of claims) {
    test(`${service}: ${what}`, async () => {
      const db = await emptied(service, table)
      await db.query({ text: `VACUUM ${table}`, values: [] })
      for (let i = 0; i < UNTIL_KEPT; i++) assert.equal(await claim(db), 0)
      await db.query(add(most + 30))
      assert.equal(await claim(db), most)
    })
  }
})

describe('what one process has claimed another passes over, without waiting', () => {
  for (const { service, table, what, add, claim, most } of claims) {
    test(`${service}: ${what}`, async () => {
      const db = await emptied(service, table)
      await db.query(add(most))
      await db.tx('one', async (one) => {
        assert.equal(await claim(one), most)
        const other = await db.tx('other', async (tx) => {
          // Whoever waits for a lock, however shortly, fails.
          await tx.query(sql`SET LOCAL lock_timeout = 1`)
          return claim(tx)
        })
        assert.equal(other, 0)
      })
    })
  }
})

/** Claims in two steps: what is due is found first, and locked by the transaction that does it. */
const inTwoSteps: readonly {
  readonly what: string
  readonly find: (db: Queryable) => Promise<string[]>
  readonly lock: (db: Queryable, ids: readonly string[]) => Promise<string[]>
  /** What may become of one in between. */
  readonly changes: readonly Statement[]
}[] = [
  {
    what: 'orders to expire',
    find: (db) => findDue(db, NOW, 20),
    lock: (db, ids) => lockDue(db, ids, NOW),
    changes: [sql`UPDATE orders SET status = 'PAYING'`, sql`UPDATE orders SET pay_before = ${new Date(NOW + 1)}`],
  },
  {
    what: 'orders whose deposit is overdue',
    find: (db) => findOverdueDeposits(db, NOW, 20),
    lock: (db, ids) => lockOverdueDeposits(db, ids, NOW),
    changes: [sql`UPDATE orders SET status = 'PAID'`, sql`UPDATE orders SET pay_before = ${new Date(NOW + 1)}`],
  },
  {
    what: 'reminders of deposits',
    find: (db) => findReminders(db, NOW, 20),
    lock: (db, ids) => takeReminders(db, ids, NOW),
    changes: [sql`UPDATE orders SET status = 'PAID'`, sql`UPDATE orders SET remind_at = NULL`],
  },
  {
    what: 'payments that were cut off',
    find: (db) => findCutOff(db, NOW, 20),
    lock: async (db, ids) => (await claimCutOff(db, ids, NOW)).map((each) => each.orderId),
    changes: [sql`UPDATE orders SET status = 'PAID'`, sql`UPDATE orders SET next_try_at = ${new Date(NOW + 1)}`],
  },
  {
    what: 'holds that have run out',
    find: (db) => findOverdue(db, NOW, 20),
    lock: (db, ids) => claimOverdue(db, ids, NOW),
    changes: [
      sql`UPDATE reservation SET state = 'SECURED'`,
      sql`UPDATE reservation SET expires_at = ${new Date(NOW + 1)}`,
    ],
  },
]

describe('what is no longer due once it is claimed is left alone', () => {
  for (const { what, find, lock, changes } of inTwoSteps)
    test(what, async () => {
      const { service, table, add } = claims.find((each) => each.what === what)!
      for (const change of changes) {
        const db = await emptied(service, table)
        await db.query(add(1))
        const ids = await find(db)
        assert.equal(ids.length, 1)
        await db.query(change)
        assert.deepEqual(await lock(db, ids), [])
      }
    })
})
