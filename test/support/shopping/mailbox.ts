import assert from 'node:assert/strict'
import { after } from 'node:test'
import { pino } from 'pino'
import { systemRuntime } from '#kernel/runtime.ts'
import type { Queryable } from '#kernel/store.ts'
import { openDatabase } from '#engines/postgres/database.ts'
import { freshDatabase } from '#engines/postgres/embedded/database.fixture.ts'
import { migrate } from '#engines/postgres/schema/migrate.ts'
import { provision, serviceConnection } from '#engines/postgres/schema/provision.ts'
import { mailboxMigrations, startMailbox, type Mailbox } from '#simulators/mailbox/mailbox.ts'
import { newest, type Message } from '#simulators/mailbox/store.ts'
import { eventually } from '../eventually.ts'

/** The mailbox simulator on a database of its own. */
export interface TestMailbox extends Pick<Mailbox, 'smtpUrl' | 'plugin'> {
  readonly db: Queryable
  /** Mails that arrived for an address, newest first. */
  messages(to: string): Promise<Message[]>
  /** The code in the newest mail to an address, once there are `count` mails. */
  code(to: string, count?: number): Promise<string>
}

/** Starts a mailbox; it stops after the file's tests. Call it in `before`. */
export const startTestMailbox = async (): Promise<TestMailbox> => {
  const runtime = systemRuntime()
  const name = 'simulator_mailbox'
  const admin = (await freshDatabase(runtime)).connection
  await provision(admin, [name])
  await migrate(serviceConnection(admin, name), name, mailboxMigrations)
  const db = openDatabase(serviceConnection(admin, name), { name, runtime })
  const mailbox = await startMailbox({ db, runtime, log: pino({ level: 'silent' }) })
  opened.push(async () => {
    await mailbox.stop()
    await db.close()
  })
  const messages = (to: string): Promise<Message[]> => newest(db, to, 100)
  return {
    smtpUrl: mailbox.smtpUrl,
    plugin: mailbox.plugin,
    db,
    messages,
    code: async (to, count = 1) => {
      await eventually(async () => (await messages(to)).length >= count, `a mail to ${to} arrives`)
      const code = /^\d{6}$/m.exec((await messages(to))[0]!.text)
      assert.ok(code, 'the mail carries a code')
      return code[0]
    },
  }
}

const opened: (() => Promise<void>)[] = []
// Registered while the file loads: inside a hook it would run after the hook.
after(async () => {
  for (const stop of opened) await stop()
})
