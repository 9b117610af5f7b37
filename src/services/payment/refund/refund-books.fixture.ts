import { randomUUID } from 'node:crypto'
import { sql } from '#engines/postgres/sql.ts'
import type { PostgresDatabase } from '#engines/postgres/database.ts'
import { Fault } from '#kernel/fault.ts'
import { secretsFrom } from '#kernel/secrets/secrets.ts'
import type { Database, Tx } from '#kernel/store.ts'
import type { SteerableRuntime } from '#test/support/clock.ts'
import { insert } from '#test/support/schema.ts'
import { testSettings } from '#test/support/settings.ts'
import { silent } from '#test/support/silent.ts'
import { endings } from '../capture/attempt-outcomes.ts'
import { refunding } from './refund.ts'
import { type Fate, provider } from './refund-provider.fixture.ts'
import { claimRefunds } from './refund-store.ts'
import { reviewing } from '../webhook/reconcile.ts'
import { findPaymentsById } from '../store.ts'

/** What a host dies of, for a test. */
export class Killed extends Error {}

/** A captured payment in our books and at the provider, and a host that refunds it. Amounts are won. */
export const startRefunds = async (
  db: PostgresDatabase,
  runtime: SteerableRuntime,
  given: {
    readonly amount: number
    readonly taxFreeAmount?: number
    readonly method?: string
    readonly fateOf?: () => Fate
    readonly before?: () => Promise<void>
  },
) => {
  const [id, orderId, memberId] = [randomUUID(), randomUUID(), randomUUID()]
  const at = new Date(runtime.now())
  await db.query(
    insert('payment', {
      id,
      order_id: orderId,
      payment_key: id,
      member_id: memberId,
      amount: given.amount,
      tax_free_amount: given.taxFreeAmount ?? 0,
      state: 'CAPTURED',
      method: given.method ?? '카드',
      created_at: at,
      next_check_at: at,
    }),
  )
  const toss = provider({ runtime, paymentKey: id, orderId, ...given })
  let dying: string | undefined
  /** Dies in a step, before it is stored. */
  const mortal: Database = {
    query: (statement) => db.query(statement),
    tx: (step, work) =>
      db.tx(step, async (tx: Tx) => {
        const done = await work(tx)
        if (dying === step) {
          dying = undefined
          throw new Killed()
        }
        return done
      }),
  }
  const secrets = secretsFrom(testSettings.JANGTEO_SECRET, runtime)
  const end = endings({ db, runtime, secrets, depositHours: () => 24 })
  const refunds = refunding({ db: mortal, runtime, log: silent, toss: toss.client, secrets, end })
  const reviews = reviewing({ db: mortal, runtime, toss: toss.client, refunds, end })
  const rows = (text: string, ...values: unknown[]): Promise<any[]> => db.query({ text, values })

  /** A refusal is stored with its refund; what a host died of is no error of the test. */
  const quietly = async (work: Promise<unknown>): Promise<void> => {
    await work.catch((error: unknown) => {
      if (!(error instanceof Killed || error instanceof Fault)) throw error
    })
  }
  /** What the sweeps do when they are due. */
  const sweep = async (): Promise<void> => {
    runtime.advance(3_600_000)
    const due = (await claimRefunds(db, runtime.now(), 100)).filter((each) => each.paymentId === id)
    await Promise.all(due.map((each) => quietly(refunds.attempt(each.id))))
    await quietly(refunds.resumeQueues(100))
    await quietly(reviews.reviewDue(runtime.now(), 100))
  }

  return {
    id,
    orderId,
    toss,
    refunds,
    sweep,
    quietly,
    refund: (
      amount: number | undefined,
      more: { readonly refundId?: string; readonly taxFreeAmount?: number; readonly orLess?: boolean } = {},
    ) => refunds.refund({ refundId: more.refundId ?? randomUUID(), orderId, amount, reason: '부분 취소', ...more }),
    /** A webhook says that something changed. */
    hint: async () => reviews.review((await findPaymentsById(db, [id])).get(id)!),
    /** The host dies in the next step of a name. */
    killIn: (step: string): void => void (dying = step),
    /** Sweeps until nothing is open. */
    drain: async (): Promise<void> => {
      for (let i = 0; i < 100; i++) {
        await sweep()
        const open = await rows(
          `SELECT FROM refund WHERE payment_id = $1 AND state IN ('QUEUED', 'REQUESTED')
           UNION ALL SELECT FROM payment WHERE id = $1 AND review_due_at IS NOT NULL`,
          id,
        )
        if (open.length === 0) return
      }
      throw new Error('Refunds do not come to an end')
    },
    /** Refunds as the books have them, in the order in which they were requested. */
    books: (): Promise<{ id: string; amount: number; taxFree: number; state: string; key: string | null }[]> =>
      rows(
        `SELECT id, amount, tax_free_amount AS "taxFree", state, transaction_key AS key FROM refund
         WHERE payment_id = $1 ORDER BY created_at, id`,
        id,
      ),
    /** What the payment says of itself, and what the ledger has. */
    sums: async (): Promise<{ requested: number; refunded: number; ledger: number; balance: number }> => {
      const [row] = await db.query<{ requested: number; refunded: number; ledger: number; balance: number }>(sql`
        SELECT refund_requested AS requested, refunded,
          (SELECT coalesce(-sum(amount), 0)::bigint FROM posting
           WHERE payment_id = ${id} AND account = 'provider_receivable') AS ledger,
          (SELECT coalesce(sum(amount), 0)::bigint FROM posting WHERE payment_id = ${id}) AS balance
        FROM payment WHERE id = ${id}`)
      return row!
    },
    anomalies: async (): Promise<string[]> =>
      (await rows('SELECT kind FROM anomaly WHERE payment_key = $1 ORDER BY kind', id)).map((each) => each.kind),
    /** Events of the order's payment, by name: their payloads. */
    told: async (name: string): Promise<any[]> =>
      (await rows('SELECT payload FROM outbox WHERE name = $1 AND key = $2 ORDER BY xid, id', name, orderId)).map(
        (each) => each.payload,
      ),
  }
}
export type Refunds = Awaited<ReturnType<typeof startRefunds>>
