import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from '#engines/postgres/sql.ts'
import { secretsFrom } from '#kernel/secrets/secrets.ts'
import type { Database } from '#kernel/store.ts'
import { startTestHost } from '#test/support/host.ts'
import { refused } from '#test/support/refused.ts'
import { testSettings } from '#test/support/settings.ts'
import { silent } from '#test/support/silent.ts'
import { email } from './contract.ts'
import { outgoing } from './mail-queue/mail-queue.ts'
import { emailService } from './service.ts'

// No SMTP_URL, and sweeps only by hand: the test sees what is left, and when.
const shop = await startTestHost([emailService], { settings: testSettings, background: false })
const { runtime } = shop
const service = shop.host.services[0]!
const db: Database = service.db
const anyone = shop.as(email, { kind: 'anonymous' })
const secrets = secretsFrom(testSettings.JANGTEO_SECRET, runtime)
const sent: string[] = []
const mails = outgoing({ db, runtime, log: silent }, secrets, {
  send: async ({ text }) => {
    sent.push(text)
    return { kind: 'sent' }
  },
  close: () => {},
})
const forget = (): Promise<number> => service.built.sweeps!.find((each) => each.name === 'forget')!.run(runtime.now())
const left = async () =>
  (
    await db.query<Record<'codes' | 'proofs' | 'rates' | 'mails', number>>(sql`
      SELECT (SELECT count(*) FROM code) AS codes, (SELECT count(*) FROM proof) AS proofs,
             (SELECT count(*) FROM rate) AS rates, (SELECT count(*) FROM mail) AS mails`)
  )[0]

test('what is kept of a person ends by itself: codes and rates within the hour, proofs within a day, mail ids in a month', async () => {
  const input = { email: 'gone@example.com', purpose: 'sign-up' } as const
  await anyone.sendCode(input)
  await mails.deliver(runtime.now(), 20)
  const code = /^\d{6}$/m.exec(sent[0]!)![0]
  const { proof } = await anyone.verifyCode({ ...input, code })
  await forget()
  assert.deepEqual(await left(), { codes: 1, proofs: 1, rates: 3, mails: 1 }, 'nothing goes before its time')

  runtime.advance(3_600_000)
  await forget()
  assert.deepEqual(await left(), { codes: 0, proofs: 1, rates: 0, mails: 1 })
  runtime.advance(24 * 3_600_000)
  await forget()
  assert.deepEqual(await left(), { codes: 0, proofs: 0, rates: 0, mails: 1 })
  await refused('PROOF_INVALID', shop.inside(email).redeemProof({ ...input, proof, use: 'late' }))
  runtime.advance(30 * 24 * 3_600_000)
  await forget()
  assert.deepEqual(await left(), { codes: 0, proofs: 0, rates: 0, mails: 0 })
})
