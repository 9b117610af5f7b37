import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRuntime } from '#kernel/runtime.ts'
import { secretsOf } from '#kernel/secrets/secrets.ts'
import { openRefundAccount, sealIssued, sealRefundAccount, shownAccount } from './virtual-account.ts'

const secrets = secretsOf({ JANGTEO_SECRET: 'a secret that is good for this test alone' }, systemRuntime())
const [one, other] = ['0198c1f0-0000-7000-8000-000000000001', '0198c1f0-0000-7000-8000-000000000002']

test('an account to give money back to opens for its payment, and for no other', () => {
  const account = { bank: '88', accountNumber: '110123456789', holderName: '홍길동' }
  const sealed = sealRefundAccount(secrets, one, account)
  assert.deepEqual(openRefundAccount(secrets, one, sealed), account)
  assert.throws(() => openRefundAccount(secrets, other, sealed), /another payment/)
})

test('an account a deposit is awaited in is shown with its payment, and with no other', () => {
  const issued = { bank: '20', accountNumber: 'X1234567890123', holderName: '홍길동', dueAt: 0 }
  const account = sealIssued(secrets, one, issued)
  const stored = { bank: issued.bank, account, dueAt: issued.dueAt }
  assert.equal(shownAccount(secrets, { ...stored, id: one })!.accountNumber, issued.accountNumber)
  assert.throws(() => shownAccount(secrets, { ...stored, id: other }), /another payment/)
})
