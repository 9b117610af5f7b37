import { sql } from '#engines/postgres/sql.ts'
import type { Queryable, Statement } from '#kernel/store.ts'
import type { Action } from './contract.ts'

/** Something staff are about to do. */
export type Intended = Pick<Action, 'id' | 'memberId' | 'what' | 'target' | 'value' | 'reason'>

/** Writes down what is about to be done. */
export const putAction = ({ id, memberId, what, target, value, reason }: Intended, now: number): Statement => sql`
  INSERT INTO action (id, at, member_id, what, target, value, reason)
  VALUES (${id}, ${new Date(now)}, ${memberId}, ${what}, ${target}, ${value}, ${reason})`

/** Writes down how it went. */
export const settleAction = (id: string, outcome: string): Statement => sql`
  UPDATE action SET outcome = ${outcome} WHERE id = ${id}`

/** An action as it is stored; `at` in epoch milliseconds. */
export type StoredAction = Omit<Action, 'at'> & { readonly at: number }

/** What was done before an action, newest first: ids are made in the order of time. */
export const findActions = (db: Queryable, before: string | undefined, limit: number): Promise<StoredAction[]> =>
  db.query<StoredAction>(sql`
    SELECT id, at, member_id AS "memberId", what, target, value, reason, outcome FROM action
    WHERE ${before ?? null}::uuid IS NULL OR id < ${before ?? null}::uuid
    ORDER BY id DESC LIMIT ${limit}`)
