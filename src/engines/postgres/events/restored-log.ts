import type pg from 'pg'

/** Places left free above a log that was taken back: its old server may have given out some after the backup. */
const GAP = 1_000_000_000n

/** What migrating answers where it raised a log. */
export const RAISED = 'log taken back from another server'

/**
 * Makes new events come after those in the log, whichever server stored them: places are counted by the server's
 * transactions, and a dump taken back elsewhere meets a server that has counted less (decision 0095). Answers whether it
 * had to. Only a schema's owner may; nobody else stores events meanwhile, or they count above already.
 */
export const raiseLog = async (client: pg.Client): Promise<boolean> => {
  const { rows } = await client.query<{ last: string | null }>('SELECT max(xid)::text AS last FROM outbox')
  const last = rows[0]!.last
  if (last === null) return false
  // Looked at after the log: whatever this server has stored lies below.
  const { rows: counted } = await client.query<{ next: string; offset: string }>(
    `SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next, log_offset()::text AS offset`,
  )
  const { next, offset } = counted[0]!
  if (BigInt(last) < BigInt(next) + BigInt(offset)) return false
  await client.query(
    `CREATE OR REPLACE FUNCTION log_offset() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN ${BigInt(last) + GAP}`,
  )
  return true
}
