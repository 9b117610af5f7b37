import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { microBatcher } from '#kernel/batch.ts'
import { instant } from '#kernel/contract.ts'
import { idSchema } from '#kernel/ids.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database } from '#kernel/store.ts'
import { page, pagePolicy } from './page.ts'
import { listen } from './smtp.ts'
import { type Arrival, clear, keep, newest, one, type Message } from './store.ts'

/** Migrations of the mailbox's schema, `jt_simulator_mailbox`. */
export const mailboxMigrations = new URL('./migrations/', import.meta.url)

/** Milliseconds for which mails are kept. */
const RETAINED = 7 * 24 * 3_600_000
/** Messages in one answer. */
const MOST = 100

/** A mailbox of development, running. */
export interface Mailbox {
  /** Give it to the e-mail service as `SMTP_URL`. */
  readonly smtpUrl: string
  /** Routes below `/simulators/mailbox`; register it where the shop is not in production. */
  readonly plugin: (app: FastifyInstance) => Promise<void>
  stop(): Promise<void>
}

const shown = (message: Message) => ({ ...message, at: instant(message.at) })

const recipientOf = (query: unknown): string | undefined => {
  const to = (query as { to?: unknown }).to
  return typeof to === 'string' && to.trim() !== '' && !to.includes('\u0000') ? to.trim().toLowerCase() : undefined
}

/** Starts the mailbox on a loopback port, a free one unless told. Mails survive a restart. */
export const startMailbox = async (given: {
  readonly db: Database
  readonly runtime: Runtime
  readonly log: Logger
  readonly port?: number
}): Promise<Mailbox> => {
  const { db, runtime } = given
  await db.query(clear(runtime.now() - RETAINED))
  // What arrives while others are being written down is written down together.
  const incoming = microBatcher<Arrival, undefined>({ concurrency: 1, max: 100 }, async (arrived) => {
    await db.query(keep(arrived))
    return arrived.map(() => undefined)
  })
  const server = await listen({
    port: given.port ?? 0,
    log: given.log,
    arrived: async ({ recipients, raw }) => {
      const at = runtime.now()
      await Promise.all(recipients.map((to) => incoming.call({ id: runtime.id(), to, raw, at })))
    },
  })
  return {
    smtpUrl: `smtp://127.0.0.1:${server.port}`,
    plugin: async (app) => {
      app.get('/simulators/mailbox/messages', async (request) => ({
        items: (await newest(db, recipientOf(request.query), MOST)).map(shown),
      }))
      app.get('/simulators/mailbox', async (request, reply) => {
        const to = recipientOf(request.query)
        return reply
          .type('text/html; charset=utf-8')
          .header('content-security-policy', pagePolicy)
          .send(page(await newest(db, to, MOST), to))
      })
      app.get('/simulators/mailbox/messages/:id/html', async (request, reply) => {
        const { id } = request.params as { id: string }
        const message = idSchema.safeParse(id).success ? await one(db, id) : undefined
        if (!message?.html) return reply.code(404).type('text/plain; charset=utf-8').send('없는 메일입니다.')
        return reply.type('text/html; charset=utf-8').header('content-security-policy', pagePolicy).send(message.html)
      })
    },
    stop: server.close,
  }
}
