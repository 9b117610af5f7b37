import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import type { Endpoint } from '#kernel/call.ts'
import { contract, instant, type EventType } from '#kernel/contract.ts'
import { Fault } from '#kernel/fault.ts'
import { service } from '#kernel/service.ts'
import { memberWithdrawn } from '#services/member/contract.ts'
import { orderCanceled, orderExpired, orderLinesCanceled, orderPaid } from '#services/order/contract.ts'
import { paymentRefunded, refundRefused } from '#services/payment/contract.ts'
import { eventually } from '#test/support/eventually.ts'
import { memberActor, startTestHost } from '#test/support/host.ts'
import { notification } from './contract.ts'
import { notificationService, TICKET_LIFE } from './service.ts'

/** A service that says what it is told to say, in the place of the real one. */
const speaker = (name: string, events: readonly EventType[]) => {
  const say = contract(name, {
    say: {
      summary: 'Says.',
      method: 'POST',
      access: 'service',
      input: z.object({ event: z.string(), payloads: z.array(z.any()) }),
      output: z.void(),
    },
  })
  const definition = service(say, { emits: events }, ({ db }) => ({
    operations: {
      say: ({ event: name, payloads }) =>
        db.tx(`${say.name}.say`, (tx) =>
          tx.emitAll(
            events.find((each) => each.name === name)!,
            payloads,
          ),
        ),
    },
  }))
  return { say, definition }
}
const orders = speaker('order', [orderPaid, orderCanceled, orderLinesCanceled, orderExpired])
const payments = speaker('payment', [paymentRefunded, refundRefused])
const members = speaker('member', [memberWithdrawn])

const MEMBER = '01900000-0000-7000-8000-000000000001'
const OTHER = '01900000-0000-7000-8000-000000000002'
const GONE = '01900000-0000-7000-8000-000000000003'

interface Mail {
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}
const mails: Mail[] = []
let emailAway = false
const email: Endpoint = {
  call: async (_operation, input) => {
    if (emailAway) throw new Error('away')
    mails.push(input as Mail)
    return { id: (input as Mail).id }
  },
}

let publicUrl = 'https://shop.example/'
const shop = await startTestHost([notificationService, orders.definition, payments.definition], {
  settings: {
    get PUBLIC_URL() {
      return publicUrl
    },
  },
  elsewhere: (name) => (name === 'email' ? email : name === 'member' ? memberEndpoint : undefined),
})
const memberEndpoint: Endpoint = {
  call: async (_operation, input) => {
    const { id } = input as { id: string }
    return id === GONE ? null : { id, email: `${id.slice(-1)}@example.com`, name: '김 <b>장터</b>' }
  },
}
const mine = shop.as(notification, memberActor(MEMBER))
const others = shop.as(notification, memberActor(OTHER))
const inside = shop.inside(notification)

let made = 0
const order = (memberId: string, more: object = {}) => ({
  orderId: `01900000-0000-7000-8000-${String(++made).padStart(12, '0')}`,
  number: `J${made}`,
  memberId,
  reservationId: MEMBER,
  amount: 12_900,
  orderName: '무선 이어폰 외 2건',
  at: instant(shop.runtime.now()),
  lines: [],
  ...more,
})
const paid = async (...payloads: object[]): Promise<void> => {
  await shop.inside(orders.say).say({ event: 'order.paid', payloads })
  await shop.settled()
}
const refusedWith = (code: string, work: Promise<unknown>) =>
  assert.rejects(work, (error) => error instanceof Fault && error.code === code)

describe('the inbox', () => {
  test('a paid order is told once, in both languages, with its link', async () => {
    const given = order(MEMBER)
    await paid(given)
    const { items, unread } = await mine.list({})
    assert.equal(items.length, 1)
    assert.equal(unread, 1)
    const [told] = items
    assert.equal(told!.type, 'order.paid')
    assert.equal(
      told!.body.ko,
      `‘무선 이어폰 외 2건’ 상품 12,900원 결제가 끝났습니다. 주문번호는 ${given.number}입니다.`,
    )
    assert.match(told!.body.en, /₩12,900/)
    assert.equal(told!.link, `/orders/${given.orderId}`)
    assert.equal(told!.readAt, null)
  })

  test('cancellation, expiry and refund are told too', async () => {
    await shop
      .inside(orders.say)
      .say({ event: 'order.canceled', payloads: [order(OTHER, { wasPaid: true, reason: '변심' })] })
    await shop.inside(orders.say).say({ event: 'order.expired', payloads: [order(OTHER)] })
    const refund = {
      paymentId: MEMBER,
      orderId: MEMBER,
      refundId: MEMBER,
      memberId: OTHER,
      amount: 5_000,
      remaining: 0,
    }
    await shop.inside(payments.say).say({
      event: 'payment.refunded',
      // That of which nothing was left to give back is no news.
      payloads: [refund, { ...refund, amount: 0 }].map((each) => ({ ...each, at: instant(shop.runtime.now()) })),
    })
    await shop.settled()
    const { items } = await others.list({})
    assert.deepEqual(items.map((each) => each.type).sort(), ['order.canceled', 'order.expired', 'payment.refunded'])
    assert.match(items.find((each) => each.type === 'order.canceled')!.body.ko, /모두 환불/)
    assert.match(items.find((each) => each.type === 'payment.refunded')!.body.ko, /5,000원/)
  })

  test('units that are canceled are told, with what is refunded for them if anything is', async () => {
    const memberId = '01900000-0000-7000-8000-000000000005'
    const line = { number: 1, skuId: MEMBER, productId: MEMBER, unitPrice: 5_000, amount: 5_000 }
    const canceled = { cancellationId: MEMBER, reason: '변심' }
    const told = shop.as(notification, memberActor(memberId))
    for (const [quantity, amount] of [
      [2, 10_000],
      [1, 0],
    ] as const)
      await shop.inside(orders.say).say({
        event: 'order.lines_canceled',
        payloads: [order(memberId, { ...canceled, lines: [{ ...line, quantity }], amount })],
      })
    await shop.settled()
    const [free, refunded] = (await told.list({})).items
    assert.match(refunded!.body.ko, /상품 2개가 취소되었습니다\. 취소하신 상품의 금액 10,000원은 환불됩니다\.$/)
    assert.match(refunded!.body.en, /^2 items of your order .* are canceled\. ₩10,000 is refunded\.$/)
    assert.match(free!.body.ko, /상품 1개가 취소되었습니다\.$/)
    assert.match(free!.body.en, /^1 item of your order .* is canceled\.$/)
  })

  test('a refund that was refused is told, unless nobody knows whose it is', async () => {
    const memberId = '01900000-0000-7000-8000-000000000004'
    const ids = { paymentId: MEMBER, orderId: MEMBER, refundId: MEMBER }
    const refused = { ...ids, code: 'INVALID_REQUEST', at: instant(shop.runtime.now()) }
    await shop
      .inside(payments.say)
      .say({ event: 'payment.refund_refused', payloads: [refused, { ...refused, memberId }] })
    await shop.settled()
    const { items } = await shop.as(notification, memberActor(memberId)).list({})
    assert.equal(items.length, 1)
    const [told] = items
    assert.equal(told!.type, 'payment.refund_refused')
    assert.match(told!.body.ko, /다시 취소해 주시거나 고객센터로/)
    assert.equal(told!.link, `/orders/${MEMBER}`)
  })

  test('it pages by keyset, newest first, and misses nothing', async () => {
    await paid(...Array.from({ length: 7 }, () => order(OTHER)))
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await others.list({ limit: 3, ...(cursor && { cursor }) })
      seen.push(...page.items.map((each) => each.id))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    assert.equal(seen.length, 10)
    assert.equal(new Set(seen).size, 10)
    await refusedWith('INVALID_INPUT', others.list({ cursor: 'nonsense' }))
  })

  test('one, or all up to one, is marked as read; nobody marks what is not theirs', async () => {
    const { items } = await others.list({})
    await others.markRead({ id: items[0]!.id })
    assert.equal((await others.list({})).unread, 9)
    await others.markRead({ id: items[4]!.id, upTo: true })
    const after = await others.list({})
    assert.equal(after.unread, 3)
    assert.deepEqual(
      after.items.map((each) => each.readAt !== null),
      [true, false, false, false, true, true, true, true, true, true],
    )
    await refusedWith('NOT_FOUND', mine.markRead({ id: items[1]!.id }))
    assert.equal((await others.list({})).unread, 3)
  })

  test('what came after a notification is found by it, oldest first, for its owner only', async () => {
    const { items } = await others.list({})
    const missed = await inside.missed({ memberId: OTHER, after: items[3]!.id })
    assert.deepEqual(
      missed.items.map((each) => each.id),
      [items[2]!.id, items[1]!.id, items[0]!.id],
    )
    assert.deepEqual((await inside.missed({ memberId: MEMBER, after: items[3]!.id })).items, [])
  })
})

describe('the feed', () => {
  test('begins at its end and brings what is stored from then on', async () => {
    const { place, items } = await inside.tail({ after: null })
    assert.deepEqual(items, [])
    const given = [order(MEMBER), order(OTHER)]
    await paid(...given)
    const ours = ({ link }: { link: string | null }): boolean => given.some((each) => link?.endsWith(each.orderId))
    let found: { memberId: string; link: string | null }[] = []
    let last = ''
    await eventually(async () => {
      ;({ items: found, place: last } = await inside.tail({ after: place }))
      return found.filter(ours).length === 2
    }, 'both notifications are in the feed')
    // What was told just before is brought too while a transaction somewhere on the server, as old as it, is still open.
    const told = found.slice(-2).filter(ours)
    assert.deepEqual(told.map((each) => each.memberId).sort(), [MEMBER, OTHER])
    assert.deepEqual((await inside.tail({ after: last })).items, [])
  })
})

describe('tickets', () => {
  test('open once, within half a minute, and are stored as hashes', async () => {
    const { ticket } = await mine.createTicket({})
    const stored = await shop.db('notification').query({ text: 'SELECT hash FROM ticket', values: [] })
    assert.equal(stored.length, 1)
    assert.notEqual(stored[0]!['hash'], ticket)
    const uses = await Promise.allSettled([1, 2, 3].map(() => inside.redeemTicket({ ticket })))
    assert.equal(uses.filter((each) => each.status === 'fulfilled').length, 1)
    await refusedWith('TICKET_INVALID', inside.redeemTicket({ ticket }))
    const late = await mine.createTicket({})
    shop.runtime.advance(TICKET_LIFE + 1)
    await refusedWith('TICKET_INVALID', inside.redeemTicket({ ticket: late.ticket }))
  })
})

describe('the confirmation by mail', () => {
  const mailOf = (given: { number: string }) =>
    mails.filter((each) => each.text.includes(`주문번호: ${given.number}\n`))

  test('goes to the member once, with names made harmless', async () => {
    const given = order(MEMBER, { orderName: '책상\r\nBcc: all@example.com <script>' })
    await paid(given)
    await eventually(() => mailOf(given).length > 0, 'the confirmation is handed over')
    const [mail] = mailOf(given)
    assert.equal(mail!.to, '1@example.com')
    assert.ok(!/[\r\n]/.test(mail!.subject))
    assert.ok(
      mail!.html.includes('&lt;script&gt;') && mail!.html.includes('김 &lt;b&gt;') && !mail!.html.includes('<script'),
    )
    assert.ok(mail!.text.includes(`https://shop.example/orders/${given.orderId}`))
    shop.runtime.advance(120_000)
    await paid(order(OTHER))
    assert.equal(mailOf(given).length, 1)
  })

  test('waits while the e-mail service is away, under the same id', async () => {
    emailAway = true
    const given = order(MEMBER)
    await paid(given)
    await eventually(async () => {
      const rows = await shop
        .db('notification')
        .query({ text: 'SELECT FROM confirmation WHERE attempts > 0 AND order_number = $1', values: [given.number] })
      return rows.length > 0
    }, 'an attempt is made')
    assert.equal(mailOf(given).length, 0)
    emailAway = false
    shop.runtime.advance(10_000)
    await eventually(() => mailOf(given).length === 1, 'the confirmation is handed over')
  })

  test('waits until it is known where the shop listens, and then links there', async () => {
    publicUrl = ''
    const given = order(MEMBER)
    await paid(given)
    const { built } = shop.host.services.find((each) => each.definition.contract.name === 'notification')!
    const sweep = built.sweeps!.find((each) => each.name === 'confirmations')!
    assert.equal(await sweep.run(shop.runtime.now()), 0)
    assert.equal(mailOf(given).length, 0)
    publicUrl = 'http://localhost:3100'
    await eventually(() => mailOf(given).length === 1, 'the confirmation is handed over')
    assert.ok(mailOf(given)[0]!.text.includes(`http://localhost:3100/orders/${given.orderId}`))
    publicUrl = 'https://shop.example/'
  })

  test('a member who withdrew is not written to', async () => {
    const given = order(GONE)
    await paid(given)
    await eventually(async () => {
      const rows = await shop
        .db('notification')
        .query({ text: 'SELECT state FROM confirmation WHERE order_number = $1', values: [given.number] })
      return rows[0]?.['state'] === 'SKIPPED'
    }, 'the confirmation is skipped')
    assert.equal(mailOf(given).length, 0)
  })
})

test('what a member was told is forgotten when they withdraw', async () => {
  const alone = await startTestHost([notificationService, orders.definition, payments.definition, members.definition], {
    elsewhere: (name) => (name === 'email' ? email : undefined),
  })
  await alone.inside(orders.say).say({ event: 'order.expired', payloads: [order(MEMBER), order(OTHER)] })
  await alone.settled()
  await alone.inside(members.say).say({
    event: 'member.withdrawn',
    payloads: [{ memberId: MEMBER, at: instant(alone.runtime.now()) }],
  })
  await alone.settled()
  assert.equal((await alone.as(notification, memberActor(MEMBER)).list({})).items.length, 0)
  assert.equal((await alone.as(notification, memberActor(OTHER)).list({})).items.length, 1)
})
