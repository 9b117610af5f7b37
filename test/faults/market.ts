import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { STAFF } from '../support/shop-settings.ts'
import type { Answered, Balancer } from './balancer.ts'
import type { Market, Person } from './buyers.ts'

const PEOPLE = 16
const PRODUCTS = 40
/** More than a run can sell. */
const ON_HAND = 1_000_000

const well = ({ status, body }: Answered): any => {
  if (status >= 300) throw new Error(`The market cannot be opened: ${status} ${JSON.stringify(body)}`)
  return body
}

const codeIn = async (toss: Balancer, email: string): Promise<string> => {
  for (let look = 0; look < 200; look++) {
    const { items } = well(await toss.send('GET', `/simulators/mailbox/messages?to=${encodeURIComponent(email)}`))
    const code = items[0]?.text.match(/\b\d{6}\b/)?.[0]
    if (code) return code
    await sleep(100)
  }
  throw new Error(`No code arrived at ${email}`)
}

const signUp = async (edge: Balancer, toss: Balancer): Promise<Person> => {
  const email = `${randomUUID()}@example.kr`
  const password = 'correct horse 9'
  well(await edge.send('POST', '/api/email-codes', {}, { email, purpose: 'sign-up' }))
  const code = await codeIn(toss, email)
  const { proof } = well(await edge.send('POST', '/api/email-codes/verify', {}, { email, purpose: 'sign-up', code }))
  const made = { email, password, name: '홍길동', emailProof: proof }
  return { email, password, token: well(await edge.send('POST', '/api/auth/sign-up', {}, made)).accessToken }
}

/** Signs people up and puts goods on sale, through the public API alone. */
export const openMarket = async (edge: Balancer, toss: Balancer): Promise<Market> => {
  const people: Person[] = []
  while (people.length < PEOPLE)
    people.push(...(await Promise.all(Array.from({ length: 4 }, () => signUp(edge, toss)))))
  const { accessToken } = well(await edge.send('POST', '/api/auth/sign-in', {}, STAFF))
  const productIds: string[] = []
  const skuIds: string[] = []
  for (let n = 0; n < PRODUCTS; n++) {
    const given = { name: `무선 이어폰 ${n}`, options: [], skus: [{ options: {}, price: 9_900 + n, onHand: ON_HAND }] }
    const made = well(await edge.send('POST', '/api/products', { authorization: `Bearer ${accessToken}` }, given))
    productIds.push(made.id)
    skuIds.push(made.skus[0].id)
  }
  for (const id of productIds)
    for (let look = 0; (await edge.send('GET', `/api/catalog/products/${id}`)).status !== 200; look++) {
      if (look > 200) throw new Error('The goods do not come into the window')
      await sleep(100)
    }
  return { edge, toss, people, skuIds, productIds }
}
