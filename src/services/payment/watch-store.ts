import { sql } from '#engines/postgres/sql.ts'
import type { ServiceGauge } from '#kernel/service.ts'
import type { Queryable, Statement } from '#kernel/store.ts'

/** Counted up to here: what is more is as alarming. */
const MOST = 1_000
/** Milliseconds in which an outcome is usually known, and money given back. */
const USUAL = 60_000
const USUAL_REFUND = 300_000

/** Payments whose outcome nobody knows yet, refunds that are not done, and what a person must look at. */
export const paymentGauges = (db: Queryable, now: () => number): readonly ServiceGauge[] => {
  const count = async (statement: Statement): Promise<number> =>
    (await db.query<{ count: number }>(statement))[0]!.count
  return [
    {
      name: 'jangteo_payments_unknown',
      help: 'Payments begun more than a minute ago whose outcome is not known yet, up to 1000',
      read: () =>
        count(sql`
          SELECT count(*) AS count FROM (
            SELECT FROM payment WHERE state = 'CONFIRMING' AND created_at < ${new Date(now() - USUAL)}
            LIMIT ${MOST}) AS late`),
    },
    {
      name: 'jangteo_refunds_open',
      help: 'Refunds asked for more than five minutes ago that are not done yet, up to 1000',
      read: () =>
        count(sql`
          SELECT count(*) AS count FROM (
            SELECT FROM refund WHERE state IN ('QUEUED', 'REQUESTED') AND created_at < ${new Date(now() - USUAL_REFUND)}
            LIMIT ${MOST}) AS late`),
    },
    {
      name: 'jangteo_refunds_awaiting_account',
      help: 'Deposits to be given back for which nobody has named an account yet, up to 1000',
      read: () =>
        count(sql`
          SELECT count(*) AS count FROM (
            SELECT FROM refund WHERE state = 'AWAITING_ACCOUNT' LIMIT ${MOST}) AS waiting`),
    },
    {
      name: 'jangteo_payment_anomalies',
      help: 'What the provider and we did not agree on, all that were ever noted',
      read: () => count(sql`SELECT count(*) AS count FROM anomaly`),
    },
  ]
}
