import type { Logger } from 'pino'
import { Pool } from 'undici'
import { microBatcher } from '#kernel/batch.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database } from '#kernel/store.ts'
import { koreanTime, MINUTE, webhookTime } from '../clock.ts'
import type { Payment } from '../payments/payment.ts'
import type { Notice } from '../payments/rules.ts'
import { claimDue, postpone, removeWebhooks, type NewWebhook, type Webhook } from './webhook-store.ts'

/** Waits before each of the seven retries, after the try before it (domain.md §1.9). */
export const RETRY_AFTER: readonly number[] = [1, 4, 16, 64, 256, 1024, 4096].map((minutes) => minutes * MINUTE)

/** How long a receiver may take to answer 200, in milliseconds. */
export const ANSWER_WITHIN = 10_000

/** A process that stored a webhook sends it itself; only when it is gone this long does another take over. */
const LEASE = 30_000

/** Above this many waiting in memory, further ones are left to the sweep. */
const ROOM = 192
const AT_ONCE = 48

/** How the webhooks of one change are sent. */
export interface Posting {
  readonly off?: boolean
  /** Milliseconds they are held back. */
  readonly heldBack?: number
  /** Repeats of each. */
  readonly duplicates?: number
  /** Repeats look like webhooks of their own. */
  readonly freshIds?: boolean
}

/** The body of a payment event; `shown` is the Payment object as JSON. */
const statusBody = (shown: string, now: number): string =>
  `{"eventType":"PAYMENT_STATUS_CHANGED","createdAt":"${webhookTime(now)}","data":${shown}}`

/** The flat notice of a virtual account: no event type, no payment key, the secret as its only proof. */
const depositBody = (payment: Payment, now: number): string =>
  JSON.stringify({
    createdAt: koreanTime(now),
    secret: payment.secret,
    status: payment.status,
    transactionKey: payment.lastTransactionKey,
    orderId: payment.orderId,
  })

export interface Webhooks {
  /** Webhooks of a change, to be stored with it. */
  of(payment: Payment, shown: string, notices: readonly Notice[], posting: Posting, now: number): readonly NewWebhook[]
  /** Sends stored ones without anyone waiting. */
  send(webhooks: readonly NewWebhook[]): void
  /** Sends stored ones; resolves when each was accepted or put off. */
  sendNow(webhooks: readonly NewWebhook[]): Promise<void>
  /** Sends what is due, up to a few hundred; how many. */
  due(now: number): Promise<number>
  /** Breaks off what is under way; it is sent again after the next start. */
  close(): Promise<void>
}

/** Delivers webhooks: at once by the process that stored them, later by the sweep, at least once either way. */
export const webhooks = (given: {
  readonly db: Database
  readonly runtime: Runtime
  readonly log: Logger
  /** Where they go; undefined while nobody has registered an address. */
  readonly url: () => string | undefined
  readonly answerWithin?: number
}): Webhooks => {
  const { db, runtime, log } = given
  const answerWithin = given.answerWithin ?? ANSWER_WITHIN
  const pools = new Map<string, Pool>()
  const queue: NewWebhook[] = []
  let underWay = 0
  const deliveries = new Set<Promise<void>>()
  let closed = false

  const poolOf = (origin: string): Pool => {
    let pool = pools.get(origin)
    if (!pool) {
      pool = new Pool(origin, {
        connections: AT_ONCE,
        headersTimeout: answerWithin,
        bodyTimeout: answerWithin,
        connect: { timeout: answerWithin },
      })
      pools.set(origin, pool)
    }
    return pool
  }

  const accepted = microBatcher<string, true>({ concurrency: 1, max: 500 }, async (ids) => {
    await removeWebhooks(db, ids)
    return ids.map(() => true)
  }).call

  const post = async (webhook: Webhook, url: URL): Promise<void> => {
    const { statusCode, body } = await poolOf(url.origin).request({
      method: 'POST',
      path: url.pathname + url.search,
      headers: {
        'content-type': 'application/json',
        'tosspayments-webhook-transmission-time': koreanTime(runtime.now()),
        'tosspayments-webhook-transmission-retried-count': String(webhook.tries),
        'tosspayments-webhook-transmission-id': webhook.transmissionId,
      },
      body: webhook.body,
    })
    await body.dump()
    if (statusCode !== 200) throw new Error(`answered ${statusCode}`)
  }

  const deliver = async (webhook: Webhook): Promise<void> => {
    const url = given.url()
    // Nobody is there yet: its lease ends, and the sweep looks again.
    if (url === undefined) return
    try {
      await post(webhook, new URL(url))
      await accepted(webhook.id)
    } catch (error) {
      if (closed) return
      const wait = RETRY_AFTER[webhook.tries]
      const message = error instanceof Error ? error.message : String(error)
      log.info(
        { webhook: webhook.id, event: webhook.event, tries: webhook.tries, reason: message },
        'toss simulator: webhook not accepted',
      )
      await postpone(db, webhook.id, wait === undefined ? null : runtime.now() + wait, message)
    }
  }

  const quietly = (webhook: Webhook): Promise<void> => {
    const delivery = deliver(webhook)
      .catch((error: unknown) => {
        if (!closed) log.error({ err: error, webhook: webhook.id }, 'toss simulator: webhook left to the sweep')
      })
      .finally(() => deliveries.delete(delivery))
    deliveries.add(delivery)
    return delivery
  }

  const drain = async (): Promise<void> => {
    underWay++
    for (let next = queue.shift(); next && !closed; next = queue.shift()) await quietly(next)
    underWay--
  }

  /** Only what is leased to this process; the rest is the sweep's. */
  const leased = (each: NewWebhook, now: number): boolean => each.dueAt > now && !each.heldBack

  return {
    of: (payment, shown, notices, posting, now) => {
      if (posting.off || given.url() === undefined) return []
      const heldBack = posting.heldBack !== undefined
      const dueAt = heldBack ? now + posting.heldBack! : queue.length < ROOM ? now + LEASE : now
      return notices.flatMap((notice) => {
        const first = {
          id: runtime.id(),
          transmissionId: runtime.id(),
          event: notice === 'status' ? 'PAYMENT_STATUS_CHANGED' : 'DEPOSIT_CALLBACK',
          body: notice === 'status' ? statusBody(shown, now) : depositBody(payment, now),
          tries: 0,
          dueAt,
          heldBack,
        }
        const repeats = Array.from({ length: posting.duplicates ?? 0 }, () => ({
          ...first,
          id: runtime.id(),
          ...(posting.freshIds && { transmissionId: runtime.id() }),
        }))
        return [first, ...repeats]
      })
    },
    send: (stored) => {
      const now = runtime.now()
      queue.push(...stored.filter((each) => leased(each, now)))
      for (let i = Math.min(queue.length, AT_ONCE - underWay); i > 0; i--) void drain()
    },
    sendNow: async (stored) => {
      const now = runtime.now()
      await Promise.all(stored.filter((each) => leased(each, now)).map(quietly))
    },
    due: async (now) => {
      if (given.url() === undefined) return 0
      const claimed = await claimDue(db, now, now + LEASE, ROOM)
      await Promise.all(claimed.map(quietly))
      return claimed.length
    },
    close: async () => {
      closed = true
      await Promise.all([...pools.values()].map((pool) => pool.destroy()))
      await Promise.all(deliveries)
    },
  }
}
