import { sql } from '#engines/postgres/sql.ts'
import type { ServiceGauge } from '#kernel/service.ts'
import type { Queryable } from '#kernel/store.ts'

/** Milliseconds in which the sweep lets a hold go that has ended. */
const USUAL = 60_000

/** Stock that is held although nobody may claim it any more. */
export const productGauges = (db: Queryable, now: () => number): readonly ServiceGauge[] => [
  {
    name: 'jangteo_stock_holds_overdue',
    help: 'Holds of stock that ended more than a minute ago and were not let go, up to 1000',
    read: async () =>
      (
        await db.query<{ count: number }>(sql`
          SELECT count(*) AS count FROM (
            SELECT FROM reservation WHERE state = 'HELD' AND expires_at < ${new Date(now() - USUAL)}
            LIMIT 1000) AS late`)
      )[0]!.count,
  },
]
