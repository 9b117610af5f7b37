import type { FastifyPluginAsync } from 'fastify'
import type { Logger } from 'pino'
import type { Runtime } from '#kernel/runtime.ts'
import { sweep, type Sweep } from '#kernel/service.ts'
import type { Database } from '#kernel/store.ts'
import { tossApi } from './api/api.ts'
import { controls } from './faults/control.ts'
import { lapse } from './payments/deposit.ts'
import { exchange, postingUnder } from './api/exchange.ts'
import { faultSwitches } from './faults/faults.ts'
import { ledger, REMEMBERED_FOR } from './payments/ledger.ts'
import { forgetAnswers, lapsedKeys } from './payments/ledger-store.ts'
import { merchants as registered, type KeyPair } from './merchants.ts'
import { webhooks as webhookDelivery } from './webhooks/webhooks.ts'
import { paymentWindow } from './window/window.ts'

/** Names the simulator's store, as a service's name does. */
export const TOSS_SIMULATOR = 'simulator_toss'

/** Folder of its migrations. */
export const tossSimulatorMigrations = new URL('./migrations/', import.meta.url)

/** Keys of the merchant the shop is in development: a widget pair and a pair for the plain payment window. */
export const developmentKeys: readonly KeyPair[] = [
  { clientKey: 'test_gck_jangteo0000000000000000000', secretKey: 'test_gsk_jangteo0000000000000000000' },
  { clientKey: 'test_ck_jangteo00000000000000000000', secretKey: 'test_sk_jangteo00000000000000000000' },
]

export interface TossSimulator {
  /** Routes under `/simulators/toss`; the API is at `/simulators/toss/api`. */
  readonly plugin: FastifyPluginAsync
  /** Webhook retries, clocks that run out, answers to forget. */
  readonly sweeps: readonly Sweep[]
  /** Sends the webhooks due at `now`; how many. */
  readonly dueWebhooks: (now: number) => Promise<number>
  /** Ends payments whose clock has run out at `now`; how many. */
  readonly dueLapses: (now: number) => Promise<number>
  /** Reads what an earlier process left switched on. Call once, after migrations. */
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
}

/**
 * TossPayments as the shop meets it: the real protocol at a base address of our own, a payment window, webhooks, and
 * faults on demand. It keeps its own ledgerCommands in its own schema, so that an auditor can compare two independent records.
 */
export const tossSimulator = (given: {
  readonly db: Database
  readonly runtime: Runtime
  readonly log: Logger
  /** Where webhooks go; undefined while no address is registered. */
  readonly webhookUrl: () => string | undefined
  /** Origin at which a browser reaches this simulator, for receipts and payment windows. */
  readonly publicOrigin: () => string
  readonly keys: readonly KeyPair[]
  /** Milliseconds a webhook's receiver may take; 10,000 unless told. */
  readonly webhookAnswerWithin?: number
}): TossSimulator => {
  const { db, runtime, log, publicOrigin: origin } = given
  const merchants = registered(given.keys)
  const faults = faultSwitches(db, runtime)
  const webhooks = webhookDelivery({
    db,
    runtime,
    log,
    url: given.webhookUrl,
    ...(given.webhookAnswerWithin !== undefined && { answerWithin: given.webhookAnswerWithin }),
  })
  const ledgerCommands = ledger({ db, runtime, origin, webhooksFor: webhooks.of })
  const shared = { db, runtime, merchants, faults, ledger: ledgerCommands, webhooks, origin }

  const end = async (paymentKey: string): Promise<void> => {
    const keepWaiting = faults.list().some((each) => each.name === 'keep-waiting-past-due')
    const outcome = await ledgerCommands.execute({
      mid: '',
      language: 'ko',
      paymentKey,
      posting: await postingUnder(faults, 'lapse'),
      decide: (payment, _approvedKey, { now }) => {
        const lapsed = payment && lapse(payment, now, keepWaiting)
        if (!lapsed || lapsed === payment) return { refused: 'NOT_FOUND_PAYMENT' }
        return { payment: lapsed, notices: lapsed.status === 'EXPIRED' ? ['status'] : [] }
      },
    })
    webhooks.send(outcome.webhooks)
  }

  const dueLapses = async (now: number): Promise<number> => {
    const keys = await lapsedKeys(db, now, 200)
    await Promise.all(keys.map(end))
    return keys.length
  }

  const plugin: FastifyPluginAsync = async (app) => {
    await app.register(tossApi({ ...shared, exchange: exchange(shared) }), { prefix: '/simulators/toss/api' })
    await app.register(controls(shared), { prefix: '/simulators/toss' })
    await app.register(paymentWindow(shared), { prefix: '/simulators/toss' })
  }

  return {
    plugin,
    dueWebhooks: webhooks.due,
    dueLapses,
    sweeps: [
      sweep('toss-simulator.webhooks', 1_000, async (now) => {
        await faults.reload()
        return webhooks.due(now)
      }),
      sweep('toss-simulator.lapses', 5_000, dueLapses),
      sweep('toss-simulator.answers', 3_600_000, (now) => forgetAnswers(db, now - REMEMBERED_FOR)),
    ],
    start: faults.reload,
    stop: webhooks.close,
  }
}
