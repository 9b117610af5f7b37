import { sql } from '#engines/postgres/sql.ts'
import type { Queryable } from '#kernel/store.ts'

/** A webhook not yet accepted. */
export interface Webhook {
  readonly id: string
  /** What the receiver tells repeats by; a duplicate has its own row and the same transmission. */
  readonly transmissionId: string
  readonly event: string
  readonly body: string
  /** Tries so far. */
  readonly tries: number
}

export interface NewWebhook extends Webhook {
  readonly dueAt: number
  /** Left to the sweep on purpose, so that later ones overtake it. */
  readonly heldBack: boolean
}

export const insertWebhooks = (tx: Queryable, webhooks: readonly NewWebhook[], now: number) =>
  tx.query(sql`
    insert into webhook (id, transmission_id, event, body, due_at, created_at)
    select id, transmission_id, event, body, due_at, ${now}
    from unnest(
      ${webhooks.map((each) => each.id)}::uuid[], ${webhooks.map((each) => each.transmissionId)}::uuid[],
      ${webhooks.map((each) => each.event)}::text[], ${webhooks.map((each) => each.body)}::text[],
      ${webhooks.map((each) => each.dueAt)}::bigint[]) as r (id, transmission_id, event, body, due_at)`)

/** Takes due webhooks until `leaseUntil`: nobody else sends them before, and someone will after. */
export const claimDue = (db: Queryable, now: number, leaseUntil: number, limit: number): Promise<Webhook[]> =>
  db.query<Webhook & Record<string, unknown>>(sql`
    update webhook set due_at = ${leaseUntil}
    where id in (select id from webhook where due_at <= ${now} order by due_at, id limit ${limit} for update skip locked)
    returning id, transmission_id as "transmissionId", event, body, tries::int as tries`)

/** Forgets webhooks that were accepted. */
export const removeWebhooks = (db: Queryable, ids: readonly string[]) =>
  db.query(sql`delete from webhook where id = any(${ids}::uuid[])`)

/** Writes down a failed try and when the next one is; null after the last. */
export const postpone = (db: Queryable, id: string, dueAt: number | null, error: string) =>
  db.query(sql`update webhook set tries = tries + 1, due_at = ${dueAt}, last_error = ${error} where id = ${id}`)

export interface WebhookState {
  readonly id: string
  readonly event: string
  readonly tries: number
  readonly dueAt: number | null
  readonly lastError: string | null
}

/** Webhooks not accepted so far, oldest first. */
export const unaccepted = (db: Queryable, limit: number): Promise<WebhookState[]> =>
  db.query<WebhookState & Record<string, unknown>>(sql`
    select id, event, tries::int as tries, due_at::float8 as "dueAt", last_error as "lastError"
    from webhook order by created_at, id limit ${limit}`)
