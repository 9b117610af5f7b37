import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestHost } from '#test/support/host.ts'
import { startTestMailbox } from '#test/support/shopping/mailbox.ts'
import { refused } from '#test/support/refused.ts'
import { testSettings } from '#test/support/settings.ts'
import { CODE_LIFE, MAX_TRIES, PROOF_LIFE } from './code.ts'
import { email } from './contract.ts'
import { emailService } from './service.ts'

const mailbox = await startTestMailbox()
const shop = await startTestHost([emailService], { settings: { ...testSettings, SMTP_URL: mailbox.smtpUrl } })
const anyone = shop.as(email, { kind: 'anonymous' })
const inside = shop.inside(email)

const purpose = 'sign-up' as const
let people = 0
const somebody = (): string => `person${++people}@example.com`

const other = (code: string): string => (code === '000000' ? '000001' : '000000')

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

test('a code dies with its fifth wrong try, and then even the right one is refused', async () => {
  const to = somebody()
  await anyone.sendCode({ email: to, purpose })
  const code = await mailbox.code(to)
  for (let i = 0; i < MAX_TRIES; i++)
    await refused('CODE_INVALID', anyone.verifyCode({ email: to, purpose, code: other(code) }))
  await refused('CODE_INVALID', anyone.verifyCode({ email: to, purpose, code }))
})

test('a code is good for five minutes, once, for its own purpose', async () => {
  const to = somebody()
  await anyone.sendCode({ email: to, purpose })
  const code = await mailbox.code(to)
  await refused('CODE_INVALID', anyone.verifyCode({ email: to, purpose: 'password-reset', code }))
  await anyone.verifyCode({ email: to, purpose, code })
  await refused('CODE_INVALID', anyone.verifyCode({ email: to, purpose, code }))

  const late = somebody()
  await anyone.sendCode({ email: late, purpose })
  const lateCode = await mailbox.code(late)
  shop.runtime.advance(CODE_LIFE)
  await refused('CODE_INVALID', anyone.verifyCode({ email: late, purpose, code: lateCode }))
})

test('a second code within 30 seconds is refused and leaves the first one good; once that is used, another may be had', async () => {
  const to = somebody()
  await anyone.sendCode({ email: to, purpose })
  const refusal = await refused('CODE_LIMIT', anyone.sendCode({ email: to, purpose }))
  assert.ok(refusal.retryAfter! > 0 && refusal.retryAfter! <= 30)
  await anyone.verifyCode({ email: to, purpose, code: await mailbox.code(to) })
  await anyone.sendCode({ email: to, purpose })
  assert.match(await mailbox.code(to, 2), /^\d{6}$/)
  assert.equal((await mailbox.messages(to)).length, 2)
})

test('a newer code takes the place of the one before, and six in an hour are one too many', async () => {
  const to = somebody()
  await anyone.sendCode({ email: to, purpose })
  const first = await mailbox.code(to)
  for (let i = 2; i <= 5; i++) {
    shop.runtime.advance(30_000)
    await anyone.sendCode({ email: to, purpose })
    const code = await mailbox.code(to, i)
    if (code !== first) await refused('CODE_INVALID', anyone.verifyCode({ email: to, purpose, code: first }))
  }
  shop.runtime.advance(30_000)
  const refusal = await refused('CODE_LIMIT', anyone.sendCode({ email: to, purpose }))
  assert.ok(refusal.retryAfter! > 3_400 && refusal.retryAfter! <= 3_600)
  shop.runtime.advance(3_600_000)
  await anyone.sendCode({ email: to, purpose })
})

test('double clicks send one code', async () => {
  const to = somebody()
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => anyone.sendCode({ email: to, purpose })))
  assert.equal(outcomes.filter((each) => each.status === 'fulfilled').length, 1)
  await mailbox.code(to)
  assert.equal((await mailbox.messages(to)).length, 1)
})

test('a proof raced for by two uses serves one of them', async () => {
  const to = somebody()
  const proof = await proven(to)
  const uses = Array.from({ length: 8 }, (_, i) => inside.redeemProof({ proof, email: to, purpose, use: `use ${i}` }))
  const outcomes = await Promise.allSettled(uses)
  assert.equal(outcomes.filter((each) => each.status === 'fulfilled').length, 1)
})

test('the same right code sent ten times at once is exchanged once', async () => {
  const to = somebody()
  await anyone.sendCode({ email: to, purpose })
  const code = await mailbox.code(to)
  const tries = Array.from({ length: 10 }, () => anyone.verifyCode({ email: to, purpose, code }))
  const outcomes = await Promise.allSettled(tries)
  assert.equal(outcomes.filter((each) => each.status === 'fulfilled').length, 1)
})
