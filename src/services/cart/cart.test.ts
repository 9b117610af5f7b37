import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, describe, test } from 'node:test'
import { sql } from '#engines/postgres/sql.ts'
import type { Database } from '#kernel/store.ts'
import { memberWithdrawn } from '#services/member/contract.ts'
import { orderPaid } from '#services/order/contract.ts'
import { product, SKU_NOT_FOUND } from '#services/product/contract.ts'
import { productService } from '#services/product/service.ts'
import { blocked } from '#test/support/blocked.ts'
import { memberActor, staffActor, startTestHost, type TestHost } from '#test/support/host.ts'
import { teller } from '#test/support/shopping/teller.ts'
import { cart, CART_FULL } from './contract.ts'
import { keyOf, MAX_KINDS } from './cart.ts'
import { cartService } from './service.ts'
import { findItems, lockCarts, saveItems } from './store.ts'

const orders = teller('order', [orderPaid])
const members = teller('member', [memberWithdrawn])

describe('carts', () => {
  let shop: TestHost
  let skus: { id: string; price: number }[]

  before(async () => {
    // Product follows more of order's events than are told here: its consumers are not wanted.
    const quiet = { ...productService, build: (tools: any) => ({ ...productService.build(tools), consumers: [] }) }
    shop = await startTestHost([quiet, cartService, orders.service, members.service])
    const staff = shop.as(product, staffActor(randomUUID(), 'catalog'))
    const sizes = Array.from({ length: 50 }, (_, i) => `${i}`)
    const created = []
    for (const name of ['가방', '모자', '양말', '신발', '장갑'])
      created.push(
        await staff.create({
          name,
          skus: sizes.map((size, i) => ({ options: { 크기: size }, price: 1_000 + i, onHand: i })),
        }),
      )
    skus = created.flatMap((each) => each.skus)
  })

  const guest = (guestId = randomUUID()) => ({ guestId, ...shop.as(cart, { kind: 'guest', guestId }) })
  const member = (memberId = randomUUID()) => ({ memberId, ...shop.as(cart, memberActor(memberId)) })
  const quantities = (shown: { items: { skuId: string; quantity: number }[] }) =>
    Object.fromEntries(shown.items.map((each) => [each.skuId, each.quantity]))
  const paid = (memberId: string, lines: { skuId: string; quantity: number }[]) =>
    shop.inside(orders.contract).tell({
      events: [
        {
          name: 'order.paid',
          payload: {
            orderId: randomUUID(),
            number: 'T',
            memberId,
            reservationId: randomUUID(),
            amount: 1,
            orderName: 'x',
            at: new Date(0).toISOString(),
            lines: lines.map((each) => ({ ...each, productId: randomUUID(), unitPrice: 1 })),
          },
        },
      ],
    })

  test('starts empty, is priced now, and adds up only what can be bought', async () => {
    const me = guest()
    assert.deepEqual(await me.get({}), { items: [], amount: 0, amountTooLarge: false })
    await me.putItem({ skuId: skus[5]!.id, quantity: 2 })
    const shown = await me.putItem({ skuId: skus[3]!.id, quantity: 4 })
    assert.deepEqual(
      shown.items.map(({ quantity, amount, available, options }) => ({ quantity, amount, available, options })),
      [
        { quantity: 2, amount: 2_010, available: true, options: { 크기: '5' } },
        { quantity: 4, amount: 4_012, available: false, options: { 크기: '3' } },
      ],
    )
    assert.equal(shown.amount, 2_010)
    assert.deepEqual(await me.get({}), shown)
  })

  test('putting sets the quantity, removing takes it out, both any number of times', async () => {
    const me = member()
    const skuId = skus[9]!.id
    await me.putItem({ skuId, quantity: 5 })
    assert.deepEqual(quantities(await me.putItem({ skuId: skuId.toUpperCase(), quantity: 2 })), { [skuId]: 2 })
    await me.removeItem({ skuId })
    assert.deepEqual(await me.removeItem({ skuId }), { items: [], amount: 0, amountTooLarge: false })
  })

  test('what is not for sale cannot be put in, and fails no neighbour', async () => {
    const me = guest()
    const other = guest()
    const [refused, fine] = await Promise.allSettled([
      me.putItem({ skuId: randomUUID(), quantity: 1 }),
      other.putItem({ skuId: skus[1]!.id, quantity: 1 }),
    ])
    assert.ok(refused!.status === 'rejected' && SKU_NOT_FOUND.is(refused!.reason))
    assert.equal(fine!.status, 'fulfilled')
  })

  test(`takes ${MAX_KINDS} kinds and no more, also when all come at once`, async () => {
    const me = member()
    const answers = await Promise.allSettled(
      skus.slice(0, MAX_KINDS + 5).map((sku) => me.putItem({ skuId: sku.id, quantity: 1 })),
    )
    const refused = answers.filter((each) => each.status === 'rejected')
    assert.equal(refused.length, 5)
    assert.ok(refused.every((each) => CART_FULL.is(each.reason)))
    assert.equal((await me.get({})).items.length, MAX_KINDS)
    await me.putItem({ skuId: (await me.get({})).items[0]!.skuId, quantity: 3 })
  })

  test('carts are apart: a guest and a member of the same id see nothing of each other', async () => {
    const id = randomUUID()
    await guest(id).putItem({ skuId: skus[1]!.id, quantity: 1 })
    assert.deepEqual((await member(id).get({})).items, [])
    for (const other of [guest(), member(id)]) await other.removeItem({ skuId: skus[1]!.id })
    assert.equal((await guest(id).get({})).items.length, 1)
  })

  test('a cart that another sign-in is taking in is waited for, and then there is none', async () => {
    const visitor = guest()
    await visitor.putItem({ skuId: skus[1]!.id, quantity: 1 })
    const { memberId, get } = member()
    const db = shop.db('cart') as Database
    const { merging } = await db.tx('other', async (tx) => {
      await tx.query(sql`SELECT FROM cart WHERE owner_id = ${visitor.guestId} FOR UPDATE`)
      const started = shop.inside(cart).merge({ guestId: visitor.guestId, memberId })
      await blocked(db, 1)
      await tx.query(sql`DELETE FROM cart WHERE owner_id = ${visitor.guestId}`)
      return { merging: started }
    })
    assert.deepEqual(await merging, { merged: 0 })
    assert.deepEqual((await get({})).items, [])
  })

  test('merging adds up, loses no kind, stops at one line’s limit, and happens once', async () => {
    const visitor = guest()
    const me = member()
    await visitor.putItem({ skuId: skus[1]!.id, quantity: 2 })
    await visitor.putItem({ skuId: skus[2]!.id, quantity: 999 })
    await me.putItem({ skuId: skus[1]!.id, quantity: 3 })
    await me.putItem({ skuId: skus[2]!.id, quantity: 2 })
    const given = { guestId: visitor.guestId, memberId: me.memberId }
    const answers = await Promise.all([1, 2, 3].map(() => shop.inside(cart).merge(given)))
    assert.deepEqual(answers.map((each) => each.merged).sort(), [0, 0, 2])
    assert.deepEqual(quantities(await me.get({})), { [skus[1]!.id]: 5, [skus[2]!.id]: 999 })
    assert.deepEqual((await visitor.get({})).items, [])
  })

  test('two full carts become one of 200 kinds; nothing new goes in until there is room', async () => {
    const visitor = guest()
    const me = member()
    await Promise.all(skus.slice(0, 100).map((sku) => visitor.putItem({ skuId: sku.id, quantity: 1 })))
    await Promise.all(skus.slice(100, 200).map((sku) => me.putItem({ skuId: sku.id, quantity: 1 })))
    await shop.inside(cart).merge({ guestId: visitor.guestId, memberId: me.memberId })
    assert.equal((await me.get({})).items.length, 200)
    await assert.rejects(me.putItem({ skuId: skus[201]!.id, quantity: 1 }), CART_FULL.is)
  })

  test('merges and puts at the same time lose nothing', async () => {
    const me = member()
    const visitors = Array.from({ length: 12 }, () => guest())
    await Promise.all(
      visitors.map((visitor, i) =>
        Promise.all([
          visitor.putItem({ skuId: skus[i]!.id, quantity: 1 }),
          visitor.putItem({ skuId: skus[20]!.id, quantity: 2 }),
        ]),
      ),
    )
    await Promise.all(
      visitors.flatMap((visitor, i) => [
        shop.inside(cart).merge({ guestId: visitor.guestId, memberId: me.memberId }),
        me.putItem({ skuId: skus[30 + i]!.id, quantity: 1 }),
      ]),
    )
    const found = quantities(await me.get({}))
    assert.equal(Object.keys(found).length, 25)
    assert.equal(found[skus[20]!.id], 24)
  })

  const chosen = (shown: { items: { skuId: string; chosen: boolean }[] }) =>
    shown.items.filter((each) => each.chosen).map((each) => each.skuId)

  test('what is put in is chosen; a choice stays whatever becomes of the quantity, until it is put in as chosen', async () => {
    const [one, two, three] = [skus[1]!.id, skus[2]!.id, skus[3]!.id]
    const me = guest()
    for (const skuId of [one, two, three]) await me.putItem({ skuId, quantity: 1 })
    assert.deepEqual(chosen(await me.get({})), [one, two, three])
    const given = [
      { skuId: one, chosen: false },
      { skuId: two.toUpperCase(), chosen: true },
      { skuId: two, chosen: false },
      { skuId: skus[9]!.id, chosen: false },
    ]
    assert.deepEqual(chosen(await me.choose({ items: given })), [three])
    assert.deepEqual(chosen(await me.putItem({ skuId: one, quantity: 4 })), [three])
    assert.deepEqual(chosen(await me.get({})), [three])
    assert.deepEqual(quantities(await me.get({})), { [one]: 4, [two]: 1, [three]: 1 })
    assert.deepEqual(chosen(await me.putItem({ skuId: two, quantity: 2, chosen: true })), [two, three])
    assert.deepEqual(await guest().choose({ items: given }), { items: [], amount: 0, amountTooLarge: false })
  })

  test('a choice made while a quantity changes is not undone by it', async () => {
    const me = member()
    const owner = { kind: 'member', id: me.memberId } as const
    const db = shop.db('cart') as Database
    const skuId = skus[5]!.id
    await me.putItem({ skuId, quantity: 1 })
    // As `putItem` does it in another process: what it writes it has read under the lock, the choice included.
    let choice: Promise<unknown> | undefined
    await db.tx('test.put', async (tx) => {
      await tx.query(lockCarts([owner], shop.runtime.now()))
      const [item] = (await findItems(tx, [owner])).get(keyOf(owner))!
      choice = me.choose({ items: [{ skuId, chosen: false }] })
      // Without the lock it is made at once, and undone below.
      await Promise.race([blocked(db, 1), choice])
      await tx.query(saveItems([{ ...item!, quantity: 7, owner }]))
    })
    await choice
    const [item] = (await me.get({})).items
    assert.deepEqual([item!.quantity, item!.chosen], [7, false])
  })

  test('merging keeps chosen what either had chosen', async () => {
    const visitor = guest()
    const me = member()
    const [one, two, three] = [skus[1]!.id, skus[2]!.id, skus[3]!.id]
    for (const skuId of [one, two, three]) await visitor.putItem({ skuId, quantity: 1 })
    await visitor.choose({ items: [two, three].map((skuId) => ({ skuId, chosen: false })) })
    for (const skuId of [one, two]) await me.putItem({ skuId, quantity: 1, chosen: false })
    await shop.inside(cart).merge({ guestId: visitor.guestId, memberId: me.memberId })
    assert.deepEqual(chosen(await me.get({})), [one])
  })

  test('what is no longer for sale says so, and cannot be put in by name', async () => {
    const me = guest()
    const skuId = skus[49]!.id
    await me.putItem({ skuId, quantity: 1 })
    await shop.db('product').query({ text: `UPDATE sku SET status = 'STOPPED' WHERE id = $1`, values: [skuId] })
    const [item] = (await me.get({})).items
    assert.deepEqual([item!.onSale, item!.available], [false, false])
    await assert.rejects(
      me.putItem({ skuId, quantity: 2 }),
      (error) => SKU_NOT_FOUND.is(error) && error.data.items?.[0]?.productName === '가방',
    )
  })

  test('what was not chosen stays in the cart when the rest is paid for', async () => {
    const me = member()
    const [bought, left] = [skus[1]!.id, skus[2]!.id]
    await me.putItem({ skuId: bought, quantity: 2 })
    await me.putItem({ skuId: left, quantity: 3, chosen: false })
    await paid(me.memberId, [{ skuId: bought, quantity: 2 }])
    await shop.settled()
    const { items } = await me.get({})
    assert.deepEqual(
      items.map((each) => [each.skuId, each.quantity, each.chosen]),
      [[left, 3, false]],
    )
  })

  test('what was paid for leaves the cart, as many units as were bought', async () => {
    const me = member()
    await me.putItem({ skuId: skus[1]!.id, quantity: 2 })
    await me.putItem({ skuId: skus[2]!.id, quantity: 5 })
    await me.putItem({ skuId: skus[3]!.id, quantity: 1 })
    await paid(me.memberId, [
      { skuId: skus[1]!.id, quantity: 2 },
      { skuId: skus[2]!.id, quantity: 3 },
      { skuId: skus[4]!.id, quantity: 1 },
    ])
    await shop.settled()
    assert.deepEqual(quantities(await me.get({})), { [skus[2]!.id]: 2, [skus[3]!.id]: 1 })
  })

  test('the cart of a member who withdraws is forgotten, nobody else’s', async () => {
    const [leaver, other] = [member(), member()]
    for (const each of [leaver, other]) await each.putItem({ skuId: skus[1]!.id, quantity: 1 })
    const payload = { memberId: leaver.memberId, at: new Date(0).toISOString() }
    await shop.inside(members.contract).tell({ events: [{ name: memberWithdrawn.name, payload }] })
    await shop.settled()
    assert.equal((await leaver.get({})).items.length, 0)
    assert.equal((await other.get({})).items.length, 1)
  })

  test('a guest’s cart is forgotten after 30 days of rest, a member’s never', async () => {
    const visitor = guest()
    const active = guest()
    const me = member()
    for (const each of [visitor, me, active]) await each.putItem({ skuId: skus[1]!.id, quantity: 1 })
    shop.runtime.advance(29 * 86_400_000)
    await active.putItem({ skuId: skus[1]!.id, quantity: 2 })
    shop.runtime.advance(2 * 86_400_000)
    const sweeps = shop.host.services.find((each) => each.definition.contract.name === 'cart')!.built.sweeps!
    await sweeps[0]!.run(shop.runtime.now())
    assert.equal((await visitor.get({})).items.length, 0)
    assert.equal((await active.get({})).items.length, 1)
    assert.equal((await me.get({})).items.length, 1)
  })
})
