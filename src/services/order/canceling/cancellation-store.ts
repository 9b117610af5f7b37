import type { Queryable, Statement, Tx } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'
import { allUnits, type Cancellation, cancellationOf, withCanceling } from './cancellation.ts'
import type { OrderRecord } from '../order.ts'
import { saveLines } from '../store.ts'

/** The cancellations of an order, the earliest first. */
export const findCancellations = async (db: Queryable, orderId: string): Promise<Cancellation[]> =>
  db.query<Cancellation & Record<string, unknown>>(sql`
    SELECT id, order_id AS "orderId", state, whole, amount, tax_free AS "taxFree", parts, reason
    FROM cancellation WHERE order_id = ${orderId} ORDER BY requested_at, id`)

/** Stores a cancellation; one that is done already gave back nothing. `now` in epoch milliseconds. */
export const insertCancellation = (each: Cancellation, now: number): Statement => sql`
  INSERT INTO cancellation (id, order_id, state, whole, amount, tax_free, parts, reason, requested_at, refunded, ended_at)
  VALUES (${each.id}, ${each.orderId}, ${each.state}, ${each.whole}, ${each.amount}, ${each.taxFree},
    ${JSON.stringify(each.parts)}::jsonb, ${each.reason}, ${new Date(now)},
    ${each.state === 'DONE' ? 0 : null}::bigint, ${each.state === 'DONE' ? new Date(now) : null}::timestamptz)`

/** Ends a cancellation of a locked order. `refunded`: what was given back for it, in won; null where that is not known. */
export const endCancellation = (
  id: string,
  state: 'DONE' | 'REFUSED',
  refunded: number | null,
  now: number,
): Statement => sql`
  UPDATE cancellation SET state = ${state}, refunded = ${refunded}::bigint, ended_at = ${new Date(now)}
  WHERE id = ${id} AND state = 'REQUESTED'`

/**
 * A locked order with its cancellations. One that a host of the version before requested has no row yet: it is of all units,
 * and gets one.
 */
export const readCancellations = async (
  tx: Tx,
  order: OrderRecord,
  now: number,
): Promise<{ order: OrderRecord; cancellations: Cancellation[] }> => {
  const cancellations = await findCancellations(tx, order.id)
  const { cancellationId: id } = order
  if (order.status !== 'CANCEL_REQUESTED' || id === null || cancellations.some((each) => each.id === id))
    return { order, cancellations }
  const canceling = (number: number): number =>
    cancellations
      .filter((each) => each.state === 'REQUESTED')
      .flatMap((each) => each.parts)
      .reduce((sum, part) => (part.number === number ? sum + part.quantity : sum), 0)
  const before = { ...order, lines: order.lines.map((each) => ({ ...each, canceling: canceling(each.number) })) }
  const missing = cancellationOf(before, allUnits(before), cancellations, { id, reason: order.cancelReason ?? '' })
  const adopted = withCanceling(before, missing.parts)
  await Promise.all([tx.query(insertCancellation(missing, now)), tx.query(saveLines(adopted))])
  return { order: adopted, cancellations: [...cancellations, missing] }
}

/** What was asked under an idempotency key to be canceled of an order. */
export interface CancelRequest {
  readonly orderId: string
  readonly key: string
  readonly fingerprint: string
}

/** A request that was done, and the cancellation it made; null of an order that was not paid. */
export interface DoneRequest {
  readonly fingerprint: string
  readonly cancellationId: string | null
}

/** The request under a key that was done. */
export const findRequest = async (
  db: Queryable,
  { orderId, key }: Pick<CancelRequest, 'orderId' | 'key'>,
): Promise<DoneRequest | undefined> =>
  (
    await db.query<DoneRequest & Record<string, unknown>>(sql`
      SELECT fingerprint, cancellation_id AS "cancellationId" FROM cancel_request
      WHERE order_id = ${orderId} AND key = ${key}`)
  )[0]

/** Stores that a request was done; false where one was done under its key already. */
export const insertRequest = async (
  tx: Tx,
  { orderId, key, fingerprint }: CancelRequest,
  cancellationId: string | null,
): Promise<boolean> =>
  (
    await tx.query(sql`
      INSERT INTO cancel_request (order_id, key, fingerprint, cancellation_id)
      VALUES (${orderId}, ${key}, ${fingerprint}, ${cancellationId}::uuid)
      ON CONFLICT DO NOTHING RETURNING key`)
  ).length > 0

/** Makes the key of a cancellation as good as new: its refund was refused. */
export const deleteRequests = (cancellationId: string): Statement =>
  sql`DELETE FROM cancel_request WHERE cancellation_id = ${cancellationId}`
