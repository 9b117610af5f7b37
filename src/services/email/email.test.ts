import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestHost } from '#test/support/host.ts'
import { startTestMailbox } from '#test/support/mailbox.ts'
import { refused } from '#test/support/refused.ts'
import { testSettings } from '#test/support/settings.ts'
import { CODE_LIFE, PROOF_LIFE } from './code.ts'
import { email } from './contract.ts'
import { emailService } from './service.ts'

const mailbox = await startTestMailbox()
const shop = await startTestHost([emailService], { settings: { ...testSettings, SMTP_URL: mailbox.smtpUrl } })
const anyone = shop.as(email, { kind: 'anonymous' })
const inside = shop.inside(email)

const purpose = 'sign-up' as const
let people = 0
const somebody = (): string => `person${++people}@example.com`

const proven = async (to: string): Promise<string> => {
  await anyone.sendCode({ email: to, purpose })
  return (await anyone.verifyCode({ email: to, purpose, code: await mailbox.code(to) })).proof
}

test('a code arrives by mail, is exchanged for a proof, and the proof is good for one use', async () => {
  const to = somebody()
  const { expiresAt } = await anyone.sendCode({ email: ` ${to.toUpperCase()} `, purpose })
  assert.ok(Math.abs(Date.parse(expiresAt) - shop.runtime.now() - CODE_LIFE) < 5_000)
  const code = await mailbox.code(to)
  const [mail] = await mailbox.messages(to)
  assert.equal(mail!.subject, '[장터] 회원가입 인증번호')
  assert.ok(!mail!.subject.includes(code), 'a preview on a locked screen does not show the code')
  assert.ok(mail!.html!.includes(code))
  const { proof } = await anyone.verifyCode({ email: to, purpose, code })

  assert.deepEqual(await inside.redeemProof({ proof, email: to, purpose, use: 'a' }), { email: to })
  assert.deepEqual(await inside.redeemProof({ proof, email: to, purpose, use: 'a' }), { email: to })
  await refused('PROOF_INVALID', inside.redeemProof({ proof, email: to, purpose, use: 'b' }))
})

test('a proof is good for half an hour, for its own address and purpose; a used one is remembered for its use', async () => {
  const to = somebody()
  const proof = await proven(to)
  await refused('PROOF_INVALID', inside.redeemProof({ proof, email: somebody(), purpose, use: 'a' }))
  await refused('PROOF_INVALID', inside.redeemProof({ proof, email: to, purpose: 'password-reset', use: 'a' }))
  const used = somebody()
  const usedProof = await proven(used)
  await inside.redeemProof({ proof: usedProof, email: used, purpose, use: 'a' })
  shop.runtime.advance(PROOF_LIFE)
  await refused('PROOF_INVALID', inside.redeemProof({ proof, email: to, purpose, use: 'a' }))
  await inside.redeemProof({ proof: usedProof, email: used, purpose, use: 'a' })
})
