import fastify, { type FastifyPluginAsync } from 'fastify'
import type { Logger } from 'pino'
import type { Runtime } from '#kernel/runtime.ts'
import type { Sweep } from '#kernel/service.ts'
import { openDatabase } from '#engines/postgres/database.ts'
import type { Outages } from '#engines/postgres/connection/outage.ts'
import { mailboxMigrations, startMailbox } from '#simulators/mailbox/mailbox.ts'
import { developmentKeys, TOSS_SIMULATOR, tossSimulator, tossSimulatorMigrations } from '#simulators/toss/simulator.ts'
import type { Schema, Stores } from '../stores/stores.ts'

const MAILBOX = 'simulator_mailbox'

/** Schemas of the simulators. */
export const simulatorSchemas: readonly Schema[] = [
  { name: TOSS_SIMULATOR, migrations: tossSimulatorMigrations },
  { name: MAILBOX, migrations: mailboxMigrations },
]

/** Simulators of the external systems in development: Toss and a mail server, each with its real protocol on a loopback address. */
export interface RunningSimulators {
  readonly tossBaseUrl: string
  readonly keys: (typeof developmentKeys)[number]
  readonly smtpUrl: string
  readonly plugins: readonly FastifyPluginAsync<any>[]
  readonly sweeps: readonly Sweep[]
  stop(): Promise<void>
}

/** Starts the simulators. `shopOrigin` returns where the shop listens, once it does. */
export const startSimulators = async (given: {
  readonly stores: Stores
  readonly runtime: Runtime
  readonly log: Logger
  readonly outages: Outages
  readonly shopOrigin: () => string | undefined
  /** Port of the mailbox; a free one by default. */
  readonly smtpPort?: number
}): Promise<RunningSimulators> => {
  const { stores, runtime, log, outages, shopOrigin, smtpPort } = given
  const store = (name: string) => openDatabase(stores.connection(name), { name, runtime, outages })
  const tossStore = store(TOSS_SIMULATOR)
  const mailStore = store(MAILBOX)
  const keys = developmentKeys[0]!

  const toss = tossSimulator({
    db: tossStore,
    runtime,
    log: log.child({ simulator: 'toss' }),
    webhookUrl: () => {
      const origin = shopOrigin()
      return origin && `${origin}/api/payments/webhooks/toss`
    },
    publicOrigin: () => shopOrigin() ?? 'http://localhost',
    keys: developmentKeys,
  })
  await toss.start()
  const server = fastify({ logger: false })
  await server.register(toss.plugin)
  const origin = await server.listen({ host: '127.0.0.1', port: 0 })
  const mailbox = await startMailbox({
    db: mailStore,
    runtime,
    log: log.child({ simulator: 'mailbox' }),
    ...(smtpPort !== undefined && { port: smtpPort }),
  })

  return {
    tossBaseUrl: `${origin}/simulators/toss/api`,
    keys,
    smtpUrl: mailbox.smtpUrl,
    plugins: [
      async (app) => {
        // The gateway leaves bodies unread; the simulators expect a server that parses JSON.
        app.removeAllContentTypeParsers()
        app.addContentTypeParser('application/json', { parseAs: 'string' }, app.getDefaultJsonParser('error', 'error'))
        await app.register(toss.plugin)
        await app.register(mailbox.plugin)
      },
    ],
    sweeps: toss.sweeps,
    stop: async () => {
      await server.close()
      await Promise.all([toss.stop(), mailbox.stop()])
      await Promise.all([tossStore.close(), mailStore.close()])
    },
  }
}
