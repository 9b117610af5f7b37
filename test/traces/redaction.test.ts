import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomInt, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connect } from '#engines/postgres/connection/connection.ts'
import { freshDatabase } from '#engines/postgres/embedded/database.fixture.ts'
import { apiClient, payOrder, putOnSale, signInStaff } from '#test/support/client.ts'
import { startCollector } from '#test/support/engines/collector.ts'
import { eventually } from '#test/support/eventually.ts'
import { shopSettings } from '#test/support/shop-settings.ts'
import { missingEdges } from './edges.ts'

/** Digits that occur nowhere by chance. */
const digits = (count: number): string => Array.from({ length: count }, () => randomInt(10)).join('')
const word = (): string => randomUUID().slice(0, 13)

/** What a person, or the shop, could keep to themselves, by what it is. What is found on the way is added. */
const secret = {
  name: `김비밀${word()}`,
  email: `${word()}@secret.example`,
  password: `first password ${word()}`,
  'wrong password': `wrong password ${word()}`,
  'new password': `second password ${word()}`,
  phone: `0107${digits(7)}`,
  'phone as it was written': `010-7${digits(3)}-${digits(4)}`,
  street: `비밀로 ${word()}`,
  house: `${word()}동 101호`,
  note: `현관 비밀번호 ${word()}`,
  card: `4330${digits(12)}`,
  account: `110${digits(9)}`,
  query: word(),
  'key of Toss': 'test_sk_simulator',
  'key of Toss, as it travels': Buffer.from('test_sk_simulator:').toString('base64'),
  'secret of the shop': `secret of the shop ${randomUUID()}`,
}
const secrets = new Map<string, string>(Object.entries(secret))
/** Short, so they count only where they stand alone. */
const POSTCODE = '07361'
const codes: string[] = [POSTCODE]

const collector = await startCollector()
const database = await freshDatabase()
const data = mkdtempSync(join(tmpdir(), 'jangteo-redaction-'))
const said: string[] = []
let origin = ''

const child = spawn(process.execPath, ['src/main.ts', 'start'], {
  env: {
    ...process.env,
    ...shopSettings(data, database.url),
    JANGTEO_PAGES: 'off',
    JANGTEO_SECRET: secret['secret of the shop'],
    LOG_LEVEL: 'trace',
    OTLP_URL: collector.url,
  },
  stdio: ['ignore', 'pipe', 'pipe'],
})
for (const stream of [child.stdout, child.stderr])
  stream.setEncoding('utf8').on('data', (text: string) => {
    said.push(text)
    origin ||= /http:\/\/(?:localhost|127\.0\.0\.1):\d+/.exec(said.join(''))?.[0] ?? ''
  })
const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
const leave = async (): Promise<void> => {
  child.kill('SIGTERM')
  await ended
}
after(async () => {
  await leave()
  await collector.stop()
  rmSync(data, { recursive: true, force: true })
})

const asAdministrator = async <T>(text: string): Promise<T[]> => {
  const client = await connect(database.connection, 'test')
  try {
    return (await client.query(text)).rows as T[]
  } finally {
    await client.end()
  }
}

const found = (where: string, text: string): void => {
  for (const [what, value] of secrets) {
    const at = text.indexOf(value)
    assert.equal(at, -1, `${where} holds a ${what}: …${text.slice(Math.max(0, at - 200), at + value.length + 50)}…`)
  }
  for (const code of codes) assert.ok(!new RegExp(`(?<![\\w.-])${code}(?![\\w.])`).test(text), `${where} holds a code`)
}

/** All that a session is proven by, in the body and as cookies. */
const remember = (answer: { body: { accessToken: string; refreshToken: string }; headers: Headers }): void => {
  secrets.set(`access token ${secrets.size}`, answer.body.accessToken)
  secrets.set(`refresh token ${secrets.size}`, answer.body.refreshToken)
  for (const cookie of answer.headers.getSetCookie()) {
    const value = cookie.split(';')[0]!.split('=')[1]!
    if (value.length > 8) secrets.set(`cookie ${secrets.size}`, value)
  }
}

let metrics = ''
before(async () => {
  await eventually(() => origin !== '', `the shop starts: ${said.join('')}`, 60)
  await eventually(
    async () => (await fetch(`${origin}/health/ready`).catch(() => undefined))?.ok === true,
    'it is ready',
    60,
  )
  const staff = await signInStaff(origin)
  const { skuId } = await putOnSale(staff, 5)
  const buyer = apiClient(origin)
  const { email, password, name } = secret

  const codeIn = async (subject: string): Promise<string> => {
    let code: string | undefined
    await eventually(async () => {
      const { items } = await buyer.must('GET', `/simulators/mailbox/messages?to=${encodeURIComponent(email)}`)
      const mail = items.find((each: { subject: string }) => each.subject.includes(subject))
      code = mail?.text.match(/\b\d{6}\b/)?.[0]
      return code !== undefined
    }, `a mail arrives: ${subject}`)
    return code!
  }
  const proofFor = async (purpose: string): Promise<string> => {
    await buyer.must('POST', '/api/email-codes', { email, purpose })
    const code = await codeIn(purpose === 'sign-up' ? '회원가입' : '재설정')
    codes.push(code)
    await buyer.send('POST', '/api/email-codes/verify', {
      email,
      purpose,
      code: code === '111111' ? '222222' : '111111',
    })
    const { proof } = await buyer.must('POST', '/api/email-codes/verify', { email, purpose, code })
    secrets.set(`proof ${purpose}`, proof)
    return proof
  }
  const emailProof = await proofFor('sign-up')
  remember(await buyer.send('POST', '/api/auth/sign-up', { email, password, name, emailProof }))
  await buyer.send('POST', '/api/auth/sign-in', { email, password: secret['wrong password'] })
  const session = await buyer.send('POST', '/api/auth/sign-in', { email, password })
  remember(session)
  const refreshed = await buyer.send('POST', '/api/auth/refresh', { refreshToken: session.body.refreshToken })
  remember(refreshed)
  buyer.token = refreshed.body.accessToken
  await buyer.must('PATCH', '/api/members/me', { phone: secret['phone as it was written'] })

  const address = {
    recipient: name,
    phone: secret.phone,
    postcode: POSTCODE,
    address1: secret.street,
    address2: secret.house,
    memo: secret.note,
  }
  await buyer.must('POST', '/api/members/me/addresses', address)
  // What is refused, what is not JSON, what nobody asked for, and what breaks.
  await buyer.send('POST', '/api/members/me/addresses', { ...address, phone: `${secret.phone}${secret.phone}` })
  await buyer.send('POST', '/api/members/me/addresses', `{"address1":"${secret.street}"`)
  await buyer.send('GET', `/api/catalog/products?q=${secret.query}&card=${secret.card}`)
  await buyer.send('GET', `/api/nothing/${secret.query}?phone=${secret.phone}`)
  await asAdministrator('ALTER TABLE jt_member.address RENAME TO gone')
  assert.equal((await buyer.send('POST', '/api/members/me/addresses', address)).status, 500)
  await asAdministrator('ALTER TABLE jt_member.gone RENAME TO address')

  const place = () =>
    buyer.must(
      'POST',
      '/api/orders',
      { items: [{ skuId, quantity: 1 }], shippingAddress: address },
      { 'idempotency-key': randomUUID() },
    )
  const order = await place()
  await buyer.send('POST', '/api/payments/confirm', {
    paymentKey: 'nobody-knows-this-key',
    orderId: order.id,
    amount: order.amount,
    cardNumber: secret.card,
  })
  const second = await place()
  await payOrder(buyer, second)
  await buyer.send('POST', '/api/payments/webhooks/toss', {
    eventType: 'PAYMENT_STATUS_CHANGED',
    data: {
      orderId: second.id,
      card: { number: secret.card },
      refundReceiveAccount: { accountNumber: secret.account },
    },
  })
  await eventually(() => missingEdges(collector.spans).length === 0, 'the purchase is traced').catch(() => {})
  await buyer.must('POST', `/api/orders/${second.id}/cancel`, {
    reason: `변심, ${secret['phone as it was written']}이나 ${email}로 연락, 카드 ${secret.card}`,
    refundReceiveAccount: { bank: '88', accountNumber: secret.account, holderName: name },
  })
  // A deposit: the account it is paid into, and the one it goes back to.
  const third = await place()
  const { paymentKey } = await buyer.must('POST', '/simulators/toss/approve', {
    orderId: third.id,
    amount: third.amount,
    method: 'VIRTUAL_ACCOUNT',
    customerName: name,
  })
  await buyer.must('POST', '/api/payments/confirm', { paymentKey, orderId: third.id, amount: third.amount })
  const { items: payments } = await buyer.must('GET', `/api/orders/${third.id}/payments`)
  secrets.set('virtual account', payments[0].virtualAccount.accountNumber)
  await eventually(async () => {
    const { items } = await buyer.must('GET', `/simulators/mailbox/messages?to=${encodeURIComponent(email)}`)
    return items.some((each: { text: string }) => each.text.includes(payments[0].virtualAccount.accountNumber))
  }, 'the mail says where to pay')
  await buyer.must('POST', '/simulators/toss/deposits', { orderId: third.id })
  await eventually(
    async () => (await buyer.must('GET', `/api/orders/${third.id}`)).status === 'PAID',
    'the deposit arrives',
  )
  const refundAccount = { bank: '88', accountNumber: secret.account, holderName: name }
  await buyer.send('POST', `/api/orders/${third.id}/cancel`, {
    reason: '변심',
    refundAccount: { ...refundAccount, bank: secret.account },
  })
  const back = await buyer.must('POST', `/api/orders/${third.id}/cancel`, { reason: '변심', refundAccount })
  assert.equal(back.status, 'CANCELED')
  const proof = await proofFor('password-reset')
  await buyer.must('POST', '/api/auth/password-reset', {
    email,
    newPassword: secret['new password'],
    emailProof: proof,
  })
  remember(await buyer.send('POST', '/api/auth/sign-in', { email, password: secret['new password'] }))
  await eventually(async () => {
    const { items } = await buyer.must('GET', `/simulators/mailbox/messages?to=${encodeURIComponent(email)}`)
    return items.some((each: { text: string }) => each.text.includes(second.number))
  }, 'the confirmation arrives')
  metrics = await (await fetch(`${origin}/metrics`)).text()
  await leave()
})

test('no span tells a secret', () => {
  assert.deepEqual(missingEdges(collector.spans), [], 'the purchase was traced')
  assert.ok(collector.spans.some((each) => each.name === 'mail send'))
  for (const text of collector.texts) found('a span', text)
})

test('no line of the log tells a secret, however much is logged', () => {
  const lines = said.join('').split('\n')
  assert.ok(
    lines.some((each) => each.includes('"route":"auth.signIn"')),
    'the access log was kept',
  )
  assert.ok(
    lines.some((each) => each.includes('An operation failed')),
    'what broke was logged',
  )
  for (const line of lines) found('the log', line)
})

test('no event tells a secret', async () => {
  const schemas = await asAdministrator<{ name: string }>(
    "SELECT table_schema AS name FROM information_schema.tables WHERE table_name = 'outbox' AND table_schema LIKE 'jt\\_%'",
  )
  const names = new Set<string>()
  for (const { name } of schemas)
    for (const row of await asAdministrator<{ name: string }>(`SELECT * FROM ${name}.outbox`)) {
      names.add(row.name)
      found(`the event ${row.name}`, JSON.stringify(row))
    }
  for (const expected of ['order.placed', 'order.paid', 'payment.captured', 'notification.created', 'email.sent'])
    assert.ok(names.has(expected), `${expected} was told`)
})

test('no metric tells a secret', () => {
  assert.match(metrics, /jangteo_request_seconds_count\{operation="order.place"/)
  found('a metric', metrics)
})
