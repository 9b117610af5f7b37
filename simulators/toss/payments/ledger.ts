import { microBatcher } from '#kernel/batch.ts'
import type { Fault } from '#kernel/fault.ts'
import { INTERNAL } from '#kernel/faults.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database, Tx } from '#kernel/store.ts'
import { refuse, type Answer, type Language } from '../api/answer.ts'
import { DAY } from '../clock.ts'
import * as store from './ledger-store.ts'
import { shown, type Payment } from './payment.ts'
import type { Chance, Decision } from './rules.ts'
import { insertWebhooks, type NewWebhook } from '../webhooks/webhook-store.ts'
import type { Posting } from '../webhooks/webhooks.ts'

/** First answers are remembered for 15 days (domain.md §1.3). */
export const REMEMBERED_FOR = 15 * DAY

/** One change asked for: which payment it touches, and the rule that decides it. */
export interface Command {
  readonly mid: string
  readonly language: Language
  /** Digest under which the first answer is kept and repeated. */
  readonly scope?: string | undefined
  /** The payment to lock and to decide on. */
  readonly paymentKey?: string | undefined
  /** The order whose approved payment the rule wants to know. */
  readonly orderId?: string | undefined
  /** A pure rule; asked again when another process was faster. */
  readonly decide: (payment: Payment | undefined, approvedKey: string | undefined, chance: Chance) => Decision
  /** How its webhooks are sent. */
  readonly posting: Posting
}

/** What became of a command. */
export interface Outcome {
  readonly answer: Answer
  /** The payment as it is now; undefined where the command was refused or its first answer repeated. */
  readonly payment: Payment | undefined
  readonly refused: string | undefined
  /** Webhooks stored with the change, leased to this process. */
  readonly webhooks: readonly NewWebhook[]
}

export interface Ledger {
  /** Decides and stores one change; many at a time share a transaction. */
  execute(command: Command): Promise<Outcome>
}

const orderOf = (mid: string, orderId: string): string => `${mid} ${orderId}`

const isUniqueViolation = (error: unknown): boolean => (error as { code?: unknown } | undefined)?.code === '23505'

/** The provider's books: each change locks its payment, decides, and is stored with its money, answer and webhooks. */
export const ledger = (given: {
  readonly db: Database
  readonly runtime: Runtime
  readonly origin: () => string
  readonly webhooksFor: (
    payment: Payment,
    body: string,
    notices: readonly ('status' | 'deposit')[],
    posting: Posting,
    now: number,
  ) => readonly NewWebhook[]
}): Ledger => {
  const { db, runtime } = given

  const read = async (tx: Tx, commands: readonly Command[], since: number) => {
    const keys = [...new Set(commands.flatMap((each) => each.paymentKey ?? []))].sort()
    const ordered = commands.filter((each) => each.orderId !== undefined)
    const scopes = commands.flatMap((each) => each.scope ?? [])
    const [payments, approved, answers] = await Promise.all([
      keys.length > 0 ? store.lockPayments(tx, keys) : [],
      ordered.length > 0
        ? store.approvedKeys(
            tx,
            ordered.map((each) => each.mid),
            ordered.map((each) => each.orderId!),
          )
        : [],
      scopes.length > 0 ? store.answersUnder(tx, scopes, since) : [],
    ])
    return {
      payments: new Map(payments.map((each) => [each.paymentKey, each])),
      approved: new Map(approved.map((row) => [orderOf(row.mid, row.order_id), row.payment_key])),
      answers: new Map(answers.map((each) => [each.scope, each])),
    }
  }

  const decideAll = (commands: readonly Command[], known: Awaited<ReturnType<typeof read>>, now: number) => {
    const changed = new Map<string, Payment>()
    const created = new Set<string>()
    const transactions: store.StoredTransaction[] = []
    const answers: store.StoredAnswer[] = []
    const webhooks: NewWebhook[] = []
    const outcomes = commands.map((command): Outcome => {
      const first = command.scope === undefined ? undefined : known.answers.get(command.scope)
      if (first)
        return {
          answer: { status: first.status, body: first.body },
          payment: undefined,
          refused: undefined,
          webhooks: [],
        }
      const payment = command.paymentKey === undefined ? undefined : known.payments.get(command.paymentKey)
      const approvedKey =
        command.orderId === undefined ? undefined : known.approved.get(orderOf(command.mid, command.orderId))
      const decision = command.decide(payment, approvedKey, { now, runtime })
      const next = decision.payment
      const body = next && JSON.stringify(shown(next, given.origin()))
      let own: readonly NewWebhook[] = []
      if (next) {
        if (!payment) created.add(next.paymentKey)
        changed.set(next.paymentKey, next)
        known.payments.set(next.paymentKey, next)
        if (next.captured > 0 || next.virtualAccount)
          known.approved.set(orderOf(next.mid, next.orderId), next.paymentKey)
        own = given.webhooksFor(next, body!, decision.notices ?? [], command.posting, now)
        webhooks.push(...own)
      }
      if (decision.refused === undefined) {
        for (const each of decision.transactions ?? [])
          transactions.push({ ...each, payment: decision.payment, at: now })
      }
      const answer =
        decision.refused === undefined ? { status: 200, body: body! } : refuse(decision.refused, command.language)
      if (command.scope !== undefined) {
        const stored = { scope: command.scope, ...answer }
        answers.push(stored)
        known.answers.set(command.scope, stored)
      }
      return { answer, payment: next, refused: decision.refused, webhooks: own }
    })
    return { outcomes, changed, created, transactions, answers, webhooks }
  }

  const write = async (tx: Tx, decided: ReturnType<typeof decideAll>, now: number, since: number): Promise<void> => {
    const all = [...decided.changed.values()]
    const fresh = all.filter((each) => decided.created.has(each.paymentKey))
    const updated = all.filter((each) => !decided.created.has(each.paymentKey))
    await Promise.all([
      fresh.length > 0 && store.insertPayments(tx, fresh),
      updated.length > 0 && store.updatePayments(tx, updated),
      decided.transactions.length > 0 && store.insertTransactions(tx, decided.transactions),
      decided.answers.length > 0 && store.insertAnswers(tx, decided.answers, now, since),
      decided.webhooks.length > 0 && insertWebhooks(tx, decided.webhooks, now),
    ])
  }

  const once = (commands: readonly Command[]): Promise<readonly Outcome[]> => {
    const now = runtime.now()
    const since = now - REMEMBERED_FOR
    return db.tx('toss.commands', async (tx) => {
      const decided = decideAll(commands, await read(tx, commands, since), now)
      await write(tx, decided, now, since)
      return decided.outcomes
    })
  }

  /** A key, an order or an idempotency key that another process took meanwhile: look again, and see its row. */
  const withAnotherLook = async (commands: readonly Command[]): Promise<readonly Outcome[]> => {
    for (let looks = 1; ; looks++) {
      try {
        return await once(commands)
      } catch (error) {
        if (looks >= 5 || !isUniqueViolation(error)) throw error
      }
    }
  }

  /** A batch that fails is tried one by one: what the database cannot take of one caller never fails a neighbour. */
  const alone = async (command: Command): Promise<Outcome | Fault> => {
    try {
      return (await withAnotherLook([command]))[0]!
    } catch (cause) {
      return INTERNAL(undefined, { cause })
    }
  }

  const together = async (commands: readonly Command[]): Promise<readonly (Outcome | Fault)[]> => {
    try {
      return await withAnotherLook(commands)
    } catch (error) {
      if (commands.length === 1) throw error
      const outcomes: (Outcome | Fault)[] = []
      for (const each of commands) outcomes.push(await alone(each))
      return outcomes
    }
  }

  return { execute: microBatcher({ concurrency: 2, max: 128 }, together).call }
}
