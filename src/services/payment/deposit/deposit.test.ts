import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import type { Fault } from '#kernel/fault.ts'
import { INVALID_INPUT } from '#kernel/faults.ts'
import { won } from '#kernel/money.ts'
import { ORDER_STATE } from '#services/order/contract.ts'
import { runSweeps, storeOf } from '#services/order/order.fixture.ts'
import { type Deposit, ownAccount, startDeposits } from '#test/support/shopping/deposits.ts'
import { eventually } from '#test/support/eventually.ts'
import { startPurchases } from '#test/support/purchases.ts'
import { payment, paymentCaptured, REFUND_ACCOUNT_REFUSED, REFUND_ACCOUNT_REQUIRED } from '../contract.ts'
import { forgetRefundAccounts } from './deposit-store.ts'

const HOUR = 3_600_000
const shop = await startPurchases()
const { chosen, issued } = startDeposits(shop)
afterEach(() => shop.simulator.calm())

const hook = shop.as(payment, { kind: 'anonymous' })
const rows = <R = any>(text: string, ...values: unknown[]): Promise<R[]> =>
  shop.db('payment').query<R>({ text, values })
const anomalies = async ({ order }: Deposit): Promise<string[]> =>
  (await rows('SELECT kind FROM anomaly WHERE order_id = $1', order.id)).map((each) => each.kind)
/** Whether an account to give money back to is kept, and the states of refunds. */
const kept = async ({ order }: Deposit): Promise<[kept: boolean, ...states: string[]]> => {
  const [row] = await rows('SELECT refund_account IS NOT NULL AS kept FROM payment WHERE order_id = $1', order.id)
  const refunds = await rows('SELECT state FROM refund WHERE order_id = $1 ORDER BY created_at', order.id)
  return [row.kept, ...refunds.map((each) => each.state)]
}
const closed = (deposit: Deposit): Promise<void> =>
  eventually(async () => (await deposit.atToss())[0] === 'CANCELED', 'the account is closed at the provider')
const stockIs = async ({ skuId }: Deposit, ...wanted: [onHand: number, reserved: number]): Promise<void> => {
  await shop.settled()
  assert.deepEqual(await shop.stock(skuId), wanted)
}

describe('an account that was issued', () => {
  test('is shown with bank, number, holder and due date; the order awaits the deposit and holds its stock', async () => {
    const before = shop.runtime.now()
    const deposit = await issued()
    const { buyer, order } = deposit
    const seen = await buyer.orders.get({ id: order.id })
    assert.equal(seen.status, 'AWAITING_DEPOSIT')
    assert.deepEqual(
      seen.lines.map((each) => each.status),
      ['AWAITING_DEPOSIT'],
    )
    const { status, virtualAccount, refundAccount } = await deposit.payment()
    assert.deepEqual([status, refundAccount], ['AWAITING_DEPOSIT', 'NOT_NEEDED'])
    const { bank, bankName, accountNumber, holderName, dueAt } = virtualAccount!
    assert.deepEqual([bank, bankName.ko, holderName], ['20', '우리은행', '홍길동'])
    assert.match(accountNumber, /^X\d{13}$/)
    assert.equal(seen.payBefore, dueAt)
    const hours = (Date.parse(dueAt) - before) / HOUR
    assert.ok(hours >= 24 && hours < 24.1, `due after ${hours} hours: the setting, not the week Toss keeps it open`)
    assert.deepEqual((await buyer.orders.list({})).items[0]!.status, 'AWAITING_DEPOSIT')
    shop.runtime.advance(11 * 60_000)
    await stockIs(deposit, 5, 1)
    assert.equal(await deposit.status(), 'AWAITING_DEPOSIT')
  })

  test('is due when Toss says where that is sooner', async () => {
    const deposit = await issued({ validHours: 2 })
    const { body } = await shop.simulator.get(`/v1/payments/${deposit.paymentKey}`)
    assert.equal(Date.parse((await deposit.payment()).virtualAccount!.dueAt), Date.parse(body.virtualAccount.dueDate))
  })

  test('is asked for again without another effect, and no other payment can begin', async () => {
    const deposit = await issued()
    const { buyer, order } = deposit
    assert.equal((await deposit.confirm()).status, 'AWAITING_DEPOSIT')
    const card = await buyer.approve(order).catch(() => 'any key')
    await assert.rejects(
      buyer.orders.confirmPayment({ paymentKey: card, orderId: order.id, amount: order.amount }),
      ORDER_STATE.is,
    )
    await shop.settled()
    const [{ count }] = await rows(
      `SELECT count(*) AS count FROM outbox WHERE name = 'payment.awaiting_deposit' AND key = $1`,
      order.id,
    )
    assert.equal(count, 1)
  })

  test('stands nowhere in plain text: not in a table, nor in an event', async () => {
    const deposit = await issued()
    const { accountNumber } = (await deposit.payment()).virtualAccount!
    await shop.settled()
    for (const service of ['payment', 'order'])
      for (const table of service === 'payment' ? ['payment', 'outbox'] : ['orders', 'outbox']) {
        const [row] = await shop.db(service).query<{ found: boolean }>({
          text: `SELECT bool_or(t::text LIKE '%' || $1 || '%') AS found FROM ${table} AS t`,
          values: [accountNumber],
        })
        assert.equal(row!.found, false, `${service}.${table}`)
      }
  })

  test('is paid once the deposit arrives, reported by webhook', async () => {
    const deposit = await issued()
    assert.equal(await deposit.bank('deposit'), 200)
    await deposit.becomes('PAID')
    assert.deepEqual(await shop.takenByToss(deposit.order.id), [9_900])
    await stockIs(deposit, 4, 0)
    const { status, refundAccount } = await deposit.payment()
    assert.deepEqual([status, refundAccount], ['CAPTURED', 'NEEDED'])
    assert.deepEqual(await anomalies(deposit), [])
  })

  test('is paid where no webhook came: found by reconciliation', async () => {
    const deposit = await issued()
    await shop.faults({ 'webhook-off': {} })
    await deposit.bank('deposit')
    assert.equal(await deposit.status(), 'AWAITING_DEPOSIT')
    shop.runtime.advance(6 * 60_000)
    await deposit.becomes('PAID')
  })

  test('is stored and told although the answer that carried it was lost', async () => {
    const deposit = await chosen()
    await shop.faults({ 'webhook-off': {}, 'drop-after-commit': { scope: 'confirm', count: 1 } })
    assert.equal((await deposit.confirm()).status, 'AWAITING_DEPOSIT')
    assert.ok((await deposit.payment()).virtualAccount)
  })

  test('deposited before anything was answered: paid', async () => {
    const deposit = await chosen()
    await shop.faults({
      'webhook-off': {},
      'drop-after-commit': { scope: 'confirm', count: 20 },
      http500: { scope: 'get' },
    })
    assert.equal((await deposit.confirm()).status, 'CONFIRMING')
    await deposit.bank('deposit')
    await shop.simulator.calm()
    shop.runtime.advance(60_000)
    await deposit.becomes('PAID')
    await stockIs(deposit, 4, 0)
  })
})

test('deposited before anything was answered: its buyer asks again, and Toss its first answer aside, it is paid', async () => {
  const deposit = await chosen()
  await shop.faults({
    'webhook-off': {},
    'drop-after-commit': { scope: 'confirm', count: 20 },
    http500: { scope: 'get' },
  })
  assert.equal((await deposit.confirm()).status, 'CONFIRMING')
  await deposit.bank('deposit')
  await shop.simulator.calm()
  assert.equal((await deposit.confirm()).status, 'PAID')
})

describe('callbacks', () => {
  const callback = (deposit: Deposit, more: object = {}) =>
    hook.tossWebhook({
      createdAt: '2026-11-20T12:00:00',
      secret: 'ps_forged',
      status: 'DONE',
      transactionKey: 'x',
      orderId: deposit.order.id,
      ...more,
    } as never)

  test('the first one, faster than the answer that carries its secret, is no anomaly', async () => {
    const deposit = await chosen()
    await shop.faults({ 'webhook-before-response': { scope: 'confirm' } })
    assert.equal((await deposit.confirm()).status, 'AWAITING_DEPOSIT')
    assert.deepEqual(await anomalies(deposit), [])
    assert.equal(await deposit.status(), 'AWAITING_DEPOSIT')
  })

  test('one before the secret is known makes us ask Toss, whose word alone counts', async () => {
    const deposit = await chosen()
    await shop.faults({ 'webhook-off': {}, http500: [{ scope: 'confirm' }, { scope: 'get' }] })
    assert.equal((await deposit.confirm()).status, 'CONFIRMING')
    await shop.simulator.calm()
    await callback(deposit)
    await shop.settled()
    assert.equal(await deposit.status(), 'AWAITING_DEPOSIT', 'Toss issued an account; that is paid is a lie')
    assert.deepEqual(await anomalies(deposit), [])
  })

  test('a forged one is ignored and noted once the secret is known, whatever it says', async () => {
    const deposit = await issued()
    for (const status of ['DONE', 'CANCELED', 'WAITING_FOR_DEPOSIT']) await callback(deposit, { status })
    assert.equal(await deposit.status(), 'AWAITING_DEPOSIT')
    assert.deepEqual(await anomalies(deposit), ['forged deposit callback'])
  })

  test('one with the right secret is not believed either: nothing was paid', async () => {
    const deposit = await issued()
    const [{ secret }] = await rows(
      'SELECT deposit_secret AS secret FROM payment WHERE order_id = $1',
      deposit.order.id,
    )
    await callback(deposit, { secret })
    const data = { paymentKey: deposit.paymentKey, orderId: deposit.order.id, status: 'DONE' }
    await hook.tossWebhook({ eventType: 'PAYMENT_STATUS_CHANGED', data } as never)
    assert.equal(await deposit.status(), 'AWAITING_DEPOSIT')
    assert.deepEqual(await anomalies(deposit), [])
  })
})

test('a deposit reported while somebody looks, who asked before it, is looked at once more', async () => {
  const deposit = await issued()
  // The answer was made before the deposit, and takes its time.
  await shop.faults({ delay: { scope: 'get', when: 'after', ms: 1_500, count: 1 } })
  const looking = deposit.confirm()
  await eventually(async () => {
    const { faults } = (await shop.simulator.call('GET', '/faults')).body
    return faults[0]?.remaining === 0
  }, 'the look is under way')
  await deposit.bank('deposit')
  await looking
  await deposit.becomes('PAID')
})

describe('the due time', () => {
  test('passes: the account is closed at Toss, the order expired, its stock back once', async () => {
    const deposit = await issued()
    shop.runtime.advance(24 * HOUR + 3_000)
    await deposit.becomes('EXPIRED')
    await closed(deposit)
    await stockIs(deposit, 5, 0)
    assert.notEqual(await deposit.bank('deposit'), 200)
    assert.equal((await deposit.payment()).virtualAccount, null, 'nobody is sent to a closed account')
  })

  test('passes by the word of Toss', async () => {
    const deposit = await issued()
    await deposit.bank('pass-due')
    await deposit.becomes('EXPIRED')
    await stockIs(deposit, 5, 0)
  })

  test('passes at Toss, which goes on calling the account open', async () => {
    await shop.faults({ 'keep-waiting-past-due': {} })
    const deposit = await issued()
    await deposit.bank('pass-due')
    await deposit.confirm().catch(() => undefined)
    await deposit.becomes('EXPIRED')
    await closed(deposit)
  })

  test('passes at Toss, which calls the account open and will not cancel it either', async () => {
    await shop.faults({
      'keep-waiting-past-due': {},
      'refuse-cancel': { scope: 'cancel', code: 'NOT_CANCELABLE_PAYMENT' },
    })
    const deposit = await issued()
    await deposit.bank('pass-due')
    await deposit.confirm().catch(() => undefined)
    await deposit.becomes('EXPIRED')
    await stockIs(deposit, 5, 0)
  })

  test('passes while Toss is away: the order ends a little later by itself, and the account is closed once Toss is back', async () => {
    const deposit = await issued()
    await shop.faults({ http500: {} })
    shop.runtime.advance(24 * HOUR + 60_000)
    await deposit.confirm().catch(() => undefined)
    await runSweeps(shop, 'order')
    assert.equal(await deposit.status(), 'AWAITING_DEPOSIT', 'a deposit in time may be reported late')
    shop.runtime.advance(5 * 60_000)
    await deposit.becomes('EXPIRED')
    await stockIs(deposit, 5, 0)
    await shop.simulator.calm()
    shop.runtime.advance(10 * 60_000)
    await closed(deposit)
  })

  test('passes just as the deposit arrives: paid, or over and the money waiting for an account; never both', async () => {
    for (let i = 0; i < 8; i++) {
      const deposit = await issued()
      shop.runtime.advance(24 * HOUR + 3_000)
      const taken = await deposit.bank('deposit')
      await eventually(async () => ['PAID', 'EXPIRED'].includes(await deposit.status()), 'the order has an end')
      if ((await deposit.status()) === 'PAID') await stockIs(deposit, 4, 0)
      else {
        await stockIs(deposit, 5, 0)
        if (taken === 200)
          await eventually(async () => (await kept(deposit))[1] === 'AWAITING_ACCOUNT', 'the money is to go back')
      }
    }
  })
})

describe('canceling', () => {
  test('before the deposit ends the order at once and closes the account', async () => {
    const deposit = await issued()
    assert.equal((await deposit.cancel()).status, 'CANCELED')
    await closed(deposit)
    await stockIs(deposit, 5, 0)
    assert.notEqual(await deposit.bank('deposit'), 200)
    assert.deepEqual(await anomalies(deposit), [])
    assert.deepEqual(await kept(deposit), [false])
    assert.equal((await deposit.cancel()).status, 'CANCELED', 'repeating it changes nothing')
  })

  test('before the deposit while Toss is away: the account is closed once it is back', async () => {
    const deposit = await issued()
    await shop.faults({ http500: {} })
    assert.equal((await deposit.cancel()).status, 'CANCELED')
    await shop.settled()
    await shop.simulator.calm()
    shop.runtime.advance(10 * 60_000)
    await closed(deposit)
  })

  test('after the deposit needs an account, and says which member is missing', async () => {
    const deposit = await issued()
    await deposit.bank('deposit')
    await deposit.becomes('PAID')
    await assert.rejects(deposit.cancel(), (error) => {
      assert.ok(REFUND_ACCOUNT_REQUIRED.is(error))
      assert.equal((error as Fault).field, 'refundAccount')
      return true
    })
    assert.equal(await deposit.status(), 'PAID')
    for (const [member, wrong] of [
      ['bank', '99'],
      ['bank', ''],
      ['bank', '모르는은행'],
      ['accountNumber', '12345'],
      ['accountNumber', '1'.repeat(21)],
      ['accountNumber', '110-abc-456789'],
      ['holderName', ''],
      ['holderName', ' '],
      ['holderName', '가'.repeat(61)],
      ['holderName', '홍\n길동'],
    ])
      await assert.rejects(deposit.cancel({ refundAccount: { ...ownAccount, [member!]: wrong } }), (error) => {
        assert.ok(INVALID_INPUT.is(error), `${member} ${wrong}`)
        assert.equal((error as Fault).field, `refundAccount.${member}`)
        return true
      })
    assert.deepEqual(await kept(deposit), [false])
  })

  test('after the deposit gives the money back to the account, which is forgotten then', async () => {
    const deposit = await issued()
    await deposit.bank('deposit')
    await deposit.becomes('PAID')
    const bank = 'Shinhan Bank'
    const answer = await deposit.cancel({ refundAccount: { ...ownAccount, bank, accountNumber: '１１０ 123–456789' } })
    assert.equal(answer.status, 'CANCELED')
    assert.deepEqual(await deposit.atToss(), ['CANCELED', 9_900, 9_900])
    const { body } = await shop.simulator.get(`/v1/payments/${deposit.paymentKey}`)
    assert.deepEqual(body.virtualAccount.refundReceiveAccount, {
      bankCode: '88',
      accountNumber: '110123456789',
      holderName: '홍길동',
    })
    assert.deepEqual(await kept(deposit), [false, 'REFUNDED'])
    await stockIs(deposit, 5, 0)
  })

  test('keeps the account sealed while Toss is away, and refunds once it is back', async () => {
    const deposit = await issued()
    await deposit.bank('deposit')
    await deposit.becomes('PAID')
    await shop.faults({ http500: { scope: 'cancel' } })
    assert.equal((await deposit.cancel({ refundAccount: ownAccount })).status, 'CANCEL_REQUESTED')
    assert.deepEqual(await kept(deposit), [true, 'REQUESTED'])
    const [{ open }] = await rows(
      `SELECT position('110123456789'::bytea IN refund_account) > 0 AS open FROM payment WHERE order_id = $1`,
      deposit.order.id,
    )
    assert.equal(open, false)
    await shop.simulator.calm()
    shop.runtime.advance(20 * 60_000)
    await deposit.becomes('CANCELED')
    assert.deepEqual(await kept(deposit), [false, 'REFUNDED'])
  })

  test('to an account the bank does not know is refused by its name, and works with the right one', async () => {
    const deposit = await issued()
    await deposit.bank('deposit')
    await deposit.becomes('PAID')
    const unknown = { ...ownAccount, accountNumber: '110123000000' }
    await assert.rejects(deposit.cancel({ refundAccount: unknown }), (error) => {
      assert.ok(REFUND_ACCOUNT_REFUSED.is(error))
      assert.equal((error as Fault).field, 'refundAccount')
      return true
    })
    assert.equal(await deposit.status(), 'PAID')
    assert.deepEqual(await kept(deposit), [false, 'REFUSED'])
    assert.equal((await deposit.cancel({ refundAccount: ownAccount })).status, 'CANCELED')
    assert.deepEqual(await deposit.atToss(), ['CANCELED', 9_900, 9_900])
  })

  test('of an order that is paid while it is canceled needs an account after all', async () => {
    const deposit = await issued()
    const store = storeOf(shop, 'order')
    const { tx } = store
    store.tx = async (step, work) => {
      if (step === 'order.cancel') {
        store.tx = tx
        await deposit.bank('deposit')
        await deposit.becomes('PAID')
      }
      return tx(step, work)
    }
    await assert.rejects(deposit.cancel(), REFUND_ACCOUNT_REQUIRED.is)
    assert.equal(await deposit.status(), 'PAID')
    assert.deepEqual(await kept(deposit), [false])
  })

  test('just as the deposit arrives: one of the two, and no money without an order', async () => {
    for (let i = 0; i < 8; i++) {
      const deposit = await issued()
      const [canceled, taken] = await Promise.all([
        deposit.cancel().then(
          () => true,
          (error) => {
            assert.ok(REFUND_ACCOUNT_REQUIRED.is(error), String(error))
            return false
          },
        ),
        deposit.bank('deposit'),
      ])
      if (!canceled) {
        await deposit.becomes('PAID')
        await stockIs(deposit, 4, 0)
      } else {
        await stockIs(deposit, 5, 0)
        if (taken !== 200) await closed(deposit)
        else await eventually(async () => (await kept(deposit))[1] === 'AWAITING_ACCOUNT', 'the money is to go back')
        assert.equal(await deposit.status(), 'CANCELED')
      }
    }
  })

  test('a card needs no account, and none is kept of it', async () => {
    const buyer = shop.buyer()
    const placed = await buyer.place(await shop.sku(5))
    await buyer.pay(placed)
    const answer = await buyer.orders.cancel({ id: placed.id, reason: '변심', refundAccount: ownAccount })
    assert.equal(answer.status, 'CANCELED')
    const [row] = await rows('SELECT refund_account FROM payment WHERE order_id = $1', placed.id)
    assert.equal(row.refund_account, null)
  })
})

describe('a deposit for an order that is over', () => {
  /** The bank was late: Toss took the money after the order had expired. */
  const late = async (): Promise<Deposit> => {
    const deposit = await issued()
    await deposit.bank('pass-due')
    await deposit.becomes('EXPIRED')
    assert.equal(await deposit.bank('deposit'), 200)
    await eventually(async () => (await deposit.payment()).refundAccount === 'AWAITED', 'an account is asked for')
    return deposit
  }

  test('is a case for a person until an account is known, and then given back', async () => {
    const deposit = await late()
    assert.deepEqual(await anomalies(deposit), ['captured for an order that cannot be paid'])
    assert.deepEqual(await kept(deposit), [false, 'AWAITING_ACCOUNT'])
    assert.deepEqual(await deposit.atToss(), ['DONE', 9_900, 0])
    const gauge = async () => {
      const { built } = shop.host.services.find((each) => each.definition.contract.name === 'payment')!
      return built.gauges!.find((each) => each.name === 'jangteo_refunds_awaiting_account')!.read()
    }
    const before = await gauge()
    assert.ok(before > 0)

    const answer = await deposit.cancel({ refundAccount: ownAccount })
    assert.equal(answer.status, 'EXPIRED')
    assert.deepEqual(await deposit.atToss(), ['CANCELED', 9_900, 9_900])
    assert.deepEqual(await kept(deposit), [false, 'REFUNDED'])
    assert.equal(await gauge(), before - 1)
    assert.equal((await deposit.payment()).refundAccount, 'NOT_NEEDED')
    await stockIs(deposit, 5, 0)
    await assert.rejects(deposit.cancel({ refundAccount: ownAccount }), ORDER_STATE.is)
  })

  test('asks again where the bank does not know the account', async () => {
    const deposit = await late()
    const unknown = { ...ownAccount, accountNumber: '110123000000' }
    await assert.rejects(deposit.cancel({ refundAccount: unknown }), REFUND_ACCOUNT_REFUSED.is)
    assert.deepEqual(await kept(deposit), [false, 'AWAITING_ACCOUNT'])
    await deposit.cancel({ refundAccount: ownAccount })
    assert.deepEqual(await kept(deposit), [false, 'REFUNDED'])
    const asked = await rows(
      `SELECT FROM outbox WHERE name = 'payment.refund_account_needed' AND key = $1`,
      deposit.order.id,
    )
    assert.equal(asked.length, 2)
  })

  test('given back by hand at the console of Toss, the case is closed', async () => {
    const deposit = await late()
    const refundReceiveAccount = { bank: '88', accountNumber: '110123456789', holderName: '홍길동' }
    await shop.simulator.cancel(deposit.paymentKey, { refundReceiveAccount })
    await eventually(async () => (await kept(deposit))[1] === 'REFUNDED', 'it is noted')
    // What was given back by hand, and our own refund, of which nothing is left.
    assert.deepEqual(await kept(deposit), [false, 'REFUNDED', 'REFUNDED'])
    assert.deepEqual(await rows('SELECT amount FROM refund WHERE order_id = $1 ORDER BY amount', deposit.order.id), [
      { amount: 0 },
      { amount: 9_900 },
    ])
    const { refunded, refundAccount } = await deposit.payment()
    assert.deepEqual([refunded, refundAccount], [9_900, 'NOT_NEEDED'])
  })

  test('goes back as well when the call that found it out was cut off', async () => {
    const deposit = await issued()
    await deposit.cancel()
    await shop.settled()
    // As a shop that died after it stored the capture, before it told the order.
    const [{ id }] = await rows('SELECT id FROM payment WHERE order_id = $1', deposit.order.id)
    await rows(`UPDATE payment SET state = 'CAPTURED', captured_at = now(), failure_code = NULL WHERE id = $1`, id)
    const store = shop.host.services.find((each) => each.definition.contract.name === 'payment')!.db
    await store.tx('test', (tx) =>
      tx.emit(paymentCaptured, {
        paymentId: id,
        orderId: deposit.order.id,
        paymentKey: deposit.paymentKey,
        memberId: deposit.buyer.memberId,
        amount: won(9_900),
        method: '가상계좌',
        at: new Date(shop.runtime.now()).toISOString(),
      }),
    )
    await eventually(async () => (await kept(deposit))[1] === 'AWAITING_ACCOUNT', 'the money is to go back')
    assert.deepEqual(await anomalies(deposit), ['captured for an order that cannot be paid'])
    assert.equal(await deposit.status(), 'CANCELED')
  })
})

test('no account is kept for a payment that needs none', async () => {
  const buyer = shop.buyer()
  const placed = await buyer.place(await shop.sku(5))
  await buyer.pay(placed)
  await shop.inside(payment).prepareRefund({ orderId: placed.id, refundAccount: ownAccount })
  const [row] = await rows('SELECT refund_account FROM payment WHERE order_id = $1', placed.id)
  assert.equal(row.refund_account, null)
})

test('an account given for nothing is forgotten', async () => {
  const deposit = await issued()
  await deposit.bank('deposit')
  await deposit.becomes('PAID')
  await shop.inside(payment).prepareRefund({ orderId: deposit.order.id, refundAccount: ownAccount })
  assert.deepEqual(await kept(deposit), [true])
  await forgetRefundAccounts(shop.db('payment'), shop.runtime.now() - HOUR)
  assert.deepEqual(await kept(deposit), [true])
  await forgetRefundAccounts(shop.db('payment'), shop.runtime.now() + 1)
  assert.deepEqual(await kept(deposit), [false])
})
