import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, describe, test } from 'node:test'
import { noPlatform } from '#kernel/reports/platform.ts'
import type { CallContext } from '#kernel/context.ts'
import { Fault } from '#kernel/fault.ts'
import type { Batched } from '#kernel/service.ts'
import type { Database, Statement } from '#kernel/store.ts'
import { openCaches } from '#engines/cache/caches.ts'
import { product } from '#services/product/contract.ts'
import { productService } from '#services/product/service.ts'
import { staffActor, startTestHost, type TestHost } from '#test/support/host.ts'
import { silent } from '#test/support/silent.ts'
import { MAX_KINDS } from './cart.ts'
import { cartService } from './service.ts'
import { lockCart, lockCarts } from './store.ts'

const nameOf = async (ask: (db: never) => unknown): Promise<string> => {
  let name = ''
  const spy = { query: async (statement: Statement) => ((name = statement.name!), []) }
  await ask(spy as never)
  return name
}

/** The same store without its locks: carts are still made, guests' carts still looked for. */
const unlocked = async (db: Database): Promise<Database> => {
  const [makes, finds] = [lockCarts([], 0).name, await nameOf((spy) => lockCart(spy, { kind: 'guest', id: '' }))]
  const without = (statement: Statement): Statement => {
    if (statement.name === makes)
      return { ...statement, name: 'makes', text: statement.text.replace(/DO UPDATE[^]*/, 'DO NOTHING') }
    if (statement.name === finds) return { ...statement, name: 'finds', text: statement.text.replace('FOR UPDATE', '') }
    return statement
  }
  return {
    query: (statement) => db.query(statement),
    tx: (step, work) => db.tx(step, (tx) => work({ ...tx, query: (statement) => tx.query(without(statement)) })),
  }
}

describe('one cart, several processes', () => {
  let shop: TestHost
  let locked: Database
  let free: Database
  let skus: string[]

  before(async () => {
    const quiet = (definition: typeof productService | typeof cartService) =>
      ({ ...definition, build: (tools: any) => ({ ...definition.build(tools), consumers: [] }) }) as never
    shop = await startTestHost([quiet(productService), quiet(cartService)])
    locked = shop.db('cart') as Database
    free = await unlocked(locked)
    const staff = shop.as(product, staffActor(randomUUID(), 'catalog'))
    const made = await Promise.all(
      ['가', '나', '다'].map((name) =>
        staff.create({
          name,
          skus: Array.from({ length: 40 }, (_, i) => ({ options: { 크기: `${i}` }, price: 100, onHand: 9 })),
        }),
      ),
    )
    skus = made.flatMap((each) => each.skus.map((sku) => sku.id))
  })

  /** The cart's operations as one process would run them. */
  const process = (db: Database) =>
    cartService.build({
      db,
      runtime: shop.runtime,
      log: silent,
      cache: openCaches({ runtime: shop.runtime, log: silent }).of('cart'),
      settings: {},
      history: { read: async () => [] },
      platform: noPlatform,
      call: { product: shop.inside(product) },
    }).operations

  const contextOf = (memberId: string): CallContext => ({
    actor: { kind: 'member', memberId, sessionId: memberId },
    caller: 'edge',
    deadline: shop.runtime.now() + 60_000,
    locale: 'ko',
    requestId: 'test',
  })

  const countOf = async (kind: string, id: string): Promise<{ kinds: number; units: number }> => {
    const [row] = await locked.query<{ kinds: number; units: number }>({
      text: 'SELECT count(*) AS kinds, coalesce(sum(quantity), 0) AS units FROM cart_item WHERE kind = $1 AND owner_id = $2',
      values: [kind, id],
    })
    return row!
  }

  /** Whether a race goes wrong in some of its runs: without a guard it may still come out right by chance. */
  const comesAbout = async (goesWrong: () => Promise<boolean>): Promise<boolean> => {
    for (let run = 0; run < 50; run++) if (await goesWrong()) return true
    return false
  }

  /** 120 kinds from four processes at once: how many are in the cart, and how many were refused. */
  const fill = async (db: Database): Promise<[kinds: number, refused: number]> => {
    const memberId = randomUUID()
    const answers = await Promise.all(
      [0, 1, 2, 3].map((at) => {
        const some = skus.slice(at * 30, at * 30 + 30)
        const put = process(db).putItem as unknown as Batched<never>
        return put.batch(
          some.map((skuId) => ({ skuId, quantity: 1 })) as never,
          some.map(() => contextOf(memberId)),
        )
      }),
    )
    return [
      (await countOf('member', memberId)).kinds,
      answers.flat().filter((each: unknown) => each instanceof Fault).length,
    ]
  }

  test('never holds more kinds than it may', async () => {
    assert.deepEqual(await fill(locked), [MAX_KINDS, 20])
  })

  test('twin: without the lock it does', async () => {
    assert.ok(await comesAbout(async () => (await fill(free))[0] > MAX_KINDS))
  })

  /** A guest's three units brought to a member by four processes at once. */
  const merge = async (db: Database): Promise<number> => {
    const [guestId, memberId] = [randomUUID(), randomUUID()]
    await locked.tx('test.guest', async (tx) => {
      await tx.query(
        lockCarts(
          [
            { kind: 'guest', id: guestId },
            { kind: 'member', id: memberId },
          ],
          0,
        ),
      )
      await tx.query({
        text: `INSERT INTO cart_item VALUES ('guest', $1, $2, 3, now())`,
        values: [guestId, skus[0]],
      })
    })
    const put = process(db).merge as (input: object, context: CallContext) => Promise<unknown>
    await Promise.all([1, 2, 3, 4].map(() => put({ guestId, memberId }, contextOf(memberId))))
    return Number((await countOf('member', memberId)).units)
  }

  test('takes in a guest’s cart once, whoever signs in how often', async () => {
    assert.equal(await merge(locked), 3)
  })

  test('twin: without the locks units are counted again', async () => {
    assert.ok(await comesAbout(async () => (await merge(free)) > 3))
  })
})
