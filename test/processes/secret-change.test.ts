import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { reseal, sealing } from '#src/commands/re-encrypt.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { apiClient, codeFor, placeOrder, putOnSale, shippingAddress, signInStaff, signUp } from '../support/client.ts'
import { eventually } from '../support/eventually.ts'
import { startTestShop } from '../support/shop.ts'

const OLD = 'the secret of the first years, long enough'
const NEW = 'the secret that comes after it, long enough'

test('the shop’s secret is changed and nothing is lost: sessions, codes on their way, what is sealed', async () => {
  const before = await startTestShop({ env: { JANGTEO_SECRET: OLD } })
  const database = { DATABASE_URL: before.databaseUrl }
  const customer = await signUp(before.origin)
  const { id } = await customer.must('POST', '/api/members/me/addresses', {
    ...shippingAddress,
    memo: '문 앞에 두세요',
  })
  const signIn = { email: customer.email, password: 'correct horse 9' }
  const session = await customer.must('POST', '/api/auth/sign-in', signIn)
  const asked = { email: customer.email, purpose: 'password-reset' }
  await customer.must('POST', '/api/email-codes', asked)
  const mails = `/simulators/mailbox/messages?to=${encodeURIComponent(customer.email)}`
  await eventually(async () => (await customer.must('GET', mails)).items.length === 2, 'the second code arrives')
  const code = await codeFor(apiClient(before.origin), customer.email)
  const secret = { place: 'payment', name: 'TOSS_SECRET_KEY', value: 'live_sk_set-under-the-old-secret' }
  const staff = await signInStaff(before.origin)
  await staff.must('POST', '/api/config/trial/versions', { expectedVersion: 0, reason: '시험', changes: [secret] })
  // An account that a deposit is awaited in, and one that money waits to go back to.
  const { skuId } = await putOnSale(staff, 5)
  const order = await placeOrder(customer, skuId)
  const { id: orderId, amount } = order
  const approval = { orderId, amount, method: 'VIRTUAL_ACCOUNT' }
  const { paymentKey } = await customer.must('POST', '/simulators/toss/approve', approval)
  await customer.must('POST', '/api/payments/confirm', { paymentKey, orderId, amount })
  const accountOf = async (client: typeof customer): Promise<string> =>
    (await client.must('GET', `/api/orders/${orderId}/payments`)).items[0].virtualAccount.accountNumber
  const account = await accountOf(customer)
  await before.stop()

  const between = await startTestShop({ env: { ...database, JANGTEO_SECRET: NEW, JANGTEO_SECRET_ALSO: OLD } })
  const visitor = apiClient(between.origin)
  const { refreshToken } = session
  const renewed = await visitor.must('POST', '/api/auth/refresh', { refreshToken })
  assert.equal((await visitor.send('POST', '/api/email-codes/verify', { ...asked, code })).status, 200)
  visitor.token = renewed.accessToken
  const memoOf = async (client: typeof visitor): Promise<string> => {
    const { items } = await client.must('GET', '/api/members/me/addresses')
    return items.find((each: { id: string }) => each.id === id).memo
  }
  assert.equal(await memoOf(visitor), '문 앞에 두세요')

  const run = async (): Promise<string[]> => {
    const said: string[] = []
    const env = { ...process.env, ...database, JANGTEO_SECRET: NEW, JANGTEO_SECRET_ALSO: OLD, LOG_LEVEL: 'silent' }
    assert.equal(await reseal({ args: [], runtime: systemRuntime(), env, say: (line) => void said.push(line) }), 0)
    return said
  }
  const first = await run()
  assert.ok(first.includes('member: 1 values re-encrypted'), first.join('\n'))
  assert.match(first.join('\n'), /auth: [1-9] values re-encrypted/)
  assert.ok(first.includes('config: 1 values re-encrypted'), first.join('\n'))
  assert.ok(first.includes('payment: 1 values re-encrypted'), first.join('\n'))
  assert.ok((await run()).includes('member: 0 values re-encrypted'))
  await between.stop()

  const after = await startTestShop({ env: { ...database, JANGTEO_SECRET: NEW } })
  const again = apiClient(after.origin)
  const kept = await again.must('POST', '/api/auth/refresh', { refreshToken: renewed.refreshToken })
  again.token = kept.accessToken
  assert.equal(await memoOf(again), '문 앞에 두세요')
  assert.equal(await accountOf(Object.assign(again, { email: customer.email })), account)
  const { settings } = await (await signInStaff(after.origin)).must('GET', '/api/config/trial')
  const sealed = settings.find((each: { name: string }) => each.name === secret.name).values[0]
  assert.deepEqual([sealed.set, sealed.left], [true, null], 'it can still be opened')
})

test('every service that seals anything is looked through', () => {
  const using = globSync('src/services/*/**/*.ts')
    .filter((path) => !path.endsWith('.test.ts') && readFileSync(path, 'utf8').includes('secretsOf('))
    .map((path) => path.split('/')[2])
  const named = sealing.map((each) => (each as { name: string }).name)
  assert.deepEqual([...new Set(using)].sort(), named.toSorted())
})
