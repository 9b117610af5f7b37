import type { Queryable, Statement } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'

/** Where the benchmark's consumers count what they took in. */
export const makeTotals = (): Statement => sql`CREATE TABLE total (consumer text PRIMARY KEY, count bigint NOT NULL)`

export const add = (consumer: string, count: number): Statement => sql`
  INSERT INTO total VALUES (${consumer}, ${count})
  ON CONFLICT (consumer) DO UPDATE SET count = total.count + excluded.count`

/** Begins the count anew. */
export const forgetTotals = (): Statement => sql`DELETE FROM total`

/** Effects of all consumers. */
export const effectsTaken = async (db: Queryable): Promise<number> =>
  (await db.query<{ count: number }>(sql`SELECT coalesce(sum(count), 0)::bigint AS count FROM total`))[0]!.count

/** Consumers that took in another number of events than were sent. */
export const wrongTotals = (db: Queryable, sent: number): Promise<unknown[]> =>
  db.query(sql`SELECT consumer, count FROM total WHERE count <> ${sent}`)

/** Keeps every relay of the source from publishing. */
export const holdRelay = (): Statement => sql`UPDATE published SET holder = 'bench', held_until = 'infinity'`

/** Lets one of them publish again. */
export const letRelayGo = (): Statement => sql`UPDATE published SET holder = NULL`
