import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestHost } from '#test/support/host.ts'
import { startTestMailbox } from '#test/support/shopping/mailbox.ts'
import { testSettings } from '#test/support/settings.ts'
import { email } from './contract.ts'
import { emailService } from './service.ts'

const mailbox = await startTestMailbox()
// No sweep runs here: what arrives was sent at once.
const shop = await startTestHost([emailService], {
  settings: { ...testSettings, SMTP_URL: mailbox.smtpUrl },
  background: false,
})

test('a code is sent at once, for somebody is waiting; a letter takes its turn', async () => {
  await shop
    .inside(email)
    .send({ id: shop.runtime.id(), to: 'letter@example.com', subject: '주문 완료', text: '고맙습니다' })
  await shop.as(email, { kind: 'anonymous' }).sendCode({ email: 'code@example.com', purpose: 'sign-up' })
  assert.match(await mailbox.code('code@example.com'), /^\d{6}$/)
  assert.deepEqual(await mailbox.messages('letter@example.com'), [])
})
