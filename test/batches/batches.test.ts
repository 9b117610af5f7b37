import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { before, describe, test } from 'node:test'
import { Fault } from '#kernel/fault.ts'
import { INTERNAL } from '#kernel/faults.ts'
import { connect } from '#engines/postgres/connection/connection.ts'
import { cartService } from '#services/cart/service.ts'
import { catalogService } from '#services/catalog/service.ts'
import { emailService } from '#services/email/service.ts'
import { memberService } from '#services/member/service.ts'
import { orderService } from '#services/order/service.ts'
import { paymentService } from '#services/payment/service.ts'
import { productService } from '#services/product/service.ts'
import { poisoner } from './poison.ts'
import { heldBy, placedBy, poisonOf, recipesOf, TOGETHER } from './recipes.ts'
import { startObligingProvider } from '../guards/obliging-provider.ts'
import { eventually } from '../support/eventually.ts'
import { startTestHost, type TestHost } from '../support/host.ts'
import { testSettings } from '../support/settings.ts'

// One input among those that share a batch makes the batch's statement fail in the database. Whoever brought it gets the
// error; the others get their answers, whichever operation it is.

const services = [
  memberService,
  emailService,
  productService,
  catalogService,
  cartService,
  orderService,
  paymentService,
]
const poison = poisoner()
let host: TestHost
let recipes: ReturnType<typeof recipesOf>

/** Names of the micro-batchers that services make for themselves, as their sources say. */
const innerBatchers = (): string[] =>
  globSync('src/services/**/*.ts', { exclude: ['**/*.test.ts'] }).flatMap((path) => {
    const text = readFileSync(path, 'utf8')
    const made = text.match(/\bmicroBatcher</g)?.length ?? 0
    const named = [...text.matchAll(/\bmicroBatcher<[^(]*\(\s*\{[^}]*name: '([^']+)'/g)].map((each) => each[1]!)
    assert.equal(named.length, made, `${path}: a micro-batcher without a name`)
    return named
  })

before(async () => {
  const provider = await startObligingProvider()
  host = await startTestHost(services.map(poison.reaching), {
    settings: { ...testSettings, TOSS_BASE_URL: provider.baseUrl, TOSS_SECRET_KEY: 'unused', ORDER_PAY_MINUTES: 10 },
  })
  recipes = recipesOf(host, poison)
})

describe('one bad input among eight', () => {
  test('is tried with every batched operation of every service, and with all they gather inside', () => {
    const started = new Set(services.map((each) => each.contract.name))
    const batched = host.host.services.flatMap(({ definition, endpoint }) =>
      Object.keys(endpoint.batches()).map((operation) => `${definition.contract.name}.${operation}`),
    )
    // A service that is not started here has nothing that is batched, or it would have to be.
    for (const path of globSync('src/services/*/**/*.ts', { exclude: ['**/*.test.ts'] }))
      if (/\bbatched\(/.test(readFileSync(path, 'utf8'))) assert.ok(started.has(path.split('/')[2]!), path)
    assert.deepEqual(Object.keys(recipes).toSorted(), [...batched, ...innerBatchers()].toSorted())
  })

  test('fails alone', async (t) => {
    for (const [name, recipe] of Object.entries(recipes))
      await t.test(name, async () => {
        const filled = await recipe()
        const bad = 3
        poison.set(poisonOf(filled, bad))
        const answers = await Promise.allSettled(Array.from({ length: TOGETHER }, (_, n) => filled.call(n)))
        poison.clear()
        answers.forEach((answer, n) => {
          if (n !== bad) {
            assert.ok(answer.status === 'fulfilled', `${n}: ${answer.status === 'rejected' && answer.reason}`)
            filled.isRight(answer.value, n)
          } else {
            assert.ok(answer.status === 'rejected')
            assert.ok(INTERNAL.is(answer.reason) || !(answer.reason instanceof Fault), String(answer.reason))
          }
        })
        // All eight together, then the half, the quarter and the one it is in: they did share a batch.
        assert.equal(poison.hits(), 4)
        // What failed may be tried again, and nothing is in its way.
        filled.isRight(await filled.call(bad), bad)
      })
  })
})

describe('one bad row among eight that are due', () => {
  const sweeps: Readonly<Record<string, { readonly add: (at: number) => Promise<string[]>; readonly open: string }>> = {
    'orders that were not paid in time': {
      add: async () => (await placedBy(host)).map(({ order }) => order.id),
      open: `SELECT id FROM jt_order.orders WHERE id = ANY ($1) AND status = 'PENDING_PAYMENT'`,
    },
    'holds that have run out': {
      add: (at) => heldBy(host, at),
      open: `SELECT id FROM jt_product.reservation WHERE id = ANY ($1) AND state = 'HELD'`,
    },
  }
  for (const [name, { add, open }] of Object.entries(sweeps))
    test(`keeps none of the others from being done: ${name}`, async () => {
      const inTime = host.runtime.now() + 500_000
      const ids = await add(inTime)
      const admin = await connect(host.admin, 'test')
      const left = async (): Promise<string[]> => (await admin.query(open, [ids])).rows.map((row) => row.id as string)
      try {
        poison.set({ value: ids[3]!, statement: /SKIP LOCKED/ })
        host.runtime.advance(700_000)
        await eventually(async () => (await left()).length === 1, 'the others are done')
        assert.deepEqual(await left(), [ids[3]])
        poison.clear()
        host.runtime.advance(60_000)
        await eventually(async () => (await left()).length === 0, 'it is done once it can be')
      } finally {
        poison.clear()
        await admin.end()
      }
    })
})
