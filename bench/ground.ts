import { randomUUID } from 'node:crypto'
import { openConnection, type Connection } from './http-client.ts'
import { expect, type BenchMember, type Ground } from './scenarios/scenario.ts'

const json = { 'content-type': 'application/json' }

const codeFor = async (connection: Connection, email: string): Promise<string> => {
  for (let look = 0; look < 200; look++) {
    const { items } = expect(await connection.request('GET', `/simulators/mailbox/messages?to=${email}`, ''), 200)
    const code = items[0]?.text.match(/\b\d{6}\b/)?.[0]
    if (code) return code
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('No code arrived')
}

const signUp = async (connection: Connection): Promise<BenchMember> => {
  const email = `${randomUUID()}@example.kr`
  const post = (path: string, body: object) => connection.request('POST', path, '', JSON.stringify(body))
  expect(await post('/api/email-codes', { email, purpose: 'sign-up' }), 202)
  const code = await codeFor(connection, email)
  const { proof } = expect(await post('/api/email-codes/verify', { email, purpose: 'sign-up', code }), 200)
  const person = { email, password: 'correct horse 9', name: '홍길동', emailProof: proof }
  const session = expect(await post('/api/auth/sign-up', person), 201)
  return { authorization: `authorization: Bearer ${session.accessToken}\r\n` }
}

const PRODUCTS = 200

/** Makes everything the scenarios need, through the public API alone. */
export const prepareGround = async (
  origins: readonly string[],
  given: { readonly connections: number; readonly seconds: number; readonly staffPassword: string },
): Promise<Ground> => {
  // A few at a time: hashing passwords is meant to be slow.
  const origin = origins[0]!
  const desks = await Promise.all(Array.from({ length: 8 }, () => openConnection(origin)))
  const members: BenchMember[] = []
  while (members.length < given.connections) members.push(...(await Promise.all(desks.map(signUp))))

  const signIn = await fetch(`${origin}/api/auth/sign-in`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ email: 'staff@jangteo.local', password: given.staffPassword }),
  })
  const { accessToken } = (await signIn.json()) as { accessToken: string }
  const create = async (onHand: number): Promise<{ id: string; skus: { id: string }[] }> => {
    const answer = await fetch(`${origin}/api/products`, {
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${accessToken}` },
      body: JSON.stringify({
        name: '무선 이어폰',
        options: [{ name: '색상', values: ['검정', '흰색'] }],
        skus: ['검정', '흰색'].map((value) => ({ options: { 색상: value }, price: 9_900, onHand })),
      }),
    })
    if (answer.status !== 201) throw new Error(`A product could not be made: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as { id: string; skus: { id: string }[] }
  }

  const productIds: string[] = []
  for (let cursor = ''; productIds.length < 1_000;) {
    const page = expect(await desks[0]!.request('GET', `/api/catalog/products?limit=100${cursor}`, ''), 200)
    productIds.push(...page.items.map((each: { id: string }) => each.id))
    if (!page.nextCursor) break
    cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`
  }
  const skuIds: string[] = []
  for (let n = 0; n < PRODUCTS; n++) skuIds.push(...(await create(10_000_000)).skus.map((each) => each.id))
  for (const desk of desks) desk.close()
  // Last: a connection on which nothing is asked for a while is closed.
  const connections = await Promise.all(
    Array.from({ length: given.connections }, (_, n) => openConnection(origins[n % origins.length]!)),
  )
  return {
    connections,
    members,
    productIds,
    skuIds,
    seconds: given.seconds,
    putOnSale: async (onHand) => (await create(onHand)).skus[0]!.id,
  }
}
