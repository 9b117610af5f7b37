import { randomUUID } from 'node:crypto'
import { eventually } from './eventually.ts'
import { STAFF } from './shop.ts'

/** What the shop answered. */
export interface Answer<T = any> {
  readonly status: number
  readonly body: T
  readonly headers: Headers
}

/** Someone who uses the public API by HTTP, as any client would. */
export interface ApiClient {
  readonly origin: string
  token: string | undefined
  send<T = any>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<T>>
  /** Like `send`, but fails unless the status is below 400; answers the body. */
  must<T = any>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<T>
}

export const apiClient = (origin: string): ApiClient => {
  const client: ApiClient = {
    origin,
    token: undefined,
    send: async (method, path, body, headers = {}) => {
      const answer = await fetch(`${origin}${path}`, {
        method,
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(client.token && { authorization: `Bearer ${client.token}` }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await answer.text()
      const json = /json/.test(answer.headers.get('content-type') ?? '')
      return { status: answer.status, body: json && text ? JSON.parse(text) : text, headers: answer.headers }
    },
    must: async (method, path, body, headers) => {
      const answer = await client.send(method, path, body, headers)
      if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
      return answer.body
    },
  }
  return client
}

/** The code in the newest mail to an address. */
export const codeFor = async (client: ApiClient, email: string): Promise<string> => {
  let code: string | undefined
  await eventually(async () => {
    const { items } = await client.must('GET', `/simulators/mailbox/messages?to=${encodeURIComponent(email)}`)
    code = items[0]?.text.match(/\b\d{6}\b/)?.[0]
    return code !== undefined
  }, `a code arrives at ${email}`)
  return code!
}

/** The password of everyone who signs up in a test. */
export const PASSWORD = 'correct horse 9'

/** A person who signs up, code by mail and all. */
export const signUp = async (
  origin: string,
  email = `${randomUUID()}@example.kr`,
): Promise<ApiClient & { email: string }> => {
  const client = apiClient(origin)
  await client.must('POST', '/api/email-codes', { email, purpose: 'sign-up' })
  const code = await codeFor(client, email)
  const { proof } = await client.must('POST', '/api/email-codes/verify', { email, purpose: 'sign-up', code })
  const session = await client.must('POST', '/api/auth/sign-up', {
    email,
    password: PASSWORD,
    name: '홍길동',
    emailProof: proof,
  })
  client.token = session.accessToken
  return Object.assign(client, { email })
}

/** The development staff account. */
export const signInStaff = async (origin: string): Promise<ApiClient> => {
  const client = apiClient(origin)
  client.token = (await client.must('POST', '/api/auth/sign-in', STAFF)).accessToken
  return client
}

/** Puts a product with one SKU on sale; answers the SKU's id. */
export const putOnSale = async (
  staff: ApiClient,
  onHand: number,
  price = 9_900,
): Promise<{ productId: string; skuId: string }> => {
  const made = await staff.must('POST', '/api/products', {
    name: '무선 이어폰',
    description: '귀에 편한 이어폰',
    options: [],
    skus: [{ options: {}, price, onHand }],
  })
  return { productId: made.id, skuId: made.skus[0].id }
}

export const shippingAddress = {
  recipient: '홍길동',
  phone: '010-1234-5678',
  postcode: '04524',
  address1: '서울특별시 중구 세종대로 110',
}

/** Places an order of one SKU. */
export const placeOrder = (client: ApiClient, skuId: string, quantity = 1, key: string = randomUUID()) =>
  client.must('POST', '/api/orders', { items: [{ skuId, quantity }], shippingAddress }, { 'idempotency-key': key })

/** Finishes the payment window and captures. */
export const payOrder = async (client: ApiClient, order: { id: string; amount: number }) => {
  const { paymentKey } = await client.must('POST', '/simulators/toss/approve', {
    orderId: order.id,
    amount: order.amount,
  })
  return client.must('POST', '/api/payments/confirm', { paymentKey, orderId: order.id, amount: order.amount })
}
