import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiClient, PASSWORD, placeOrder, putOnSale, signInStaff, signUp } from '#test/support/client.ts'
import { eventually } from '#test/support/eventually.ts'
import type { ShopUnderTest } from '#test/support/processes/topologies.ts'

const HOUR = 3_600_000
const refundAccount = { bank: '신한', accountNumber: '110-123-456789', holderName: '홍길동' }

/** Paying by deposit into a virtual account, as its buyer sees it. */
export const deposits = (shop: ShopUnderTest): void => {
  /** A buyer to whom an account was issued, and what they can look at. */
  const issued = async () => {
    const staff = await signInStaff(shop.origin)
    const { productId, skuId } = await putOnSale(staff, 3, 5_000)
    const buyer = await signUp(shop.origin)
    /** Hours go by; who was signed in signs in again. */
    const later = async (ms: number): Promise<void> => {
      await shop.advance(ms)
      staff.token = (await signInStaff(shop.origin)).token
      const credentials = { email: buyer.email, password: PASSWORD }
      buyer.token = (await apiClient(shop.origin).must('POST', '/api/auth/sign-in', credentials)).accessToken
    }
    const order = await placeOrder(buyer, skuId)
    const { id: orderId, amount } = order
    const { paymentKey } = await buyer.must('POST', '/simulators/toss/approve', {
      orderId,
      amount,
      method: 'VIRTUAL_ACCOUNT',
      customerName: '홍길동',
    })
    const answer = await buyer.must('POST', '/api/payments/confirm', { paymentKey, orderId, amount })
    assert.equal(answer.status, 'AWAITING_DEPOSIT')
    const seen = async () => buyer.must('GET', `/api/orders/${orderId}`)
    const becomes = (status: string) =>
      eventually(async () => (await seen()).status === status, `the order is ${status}`)
    const payment = async () => (await buyer.must('GET', `/api/orders/${orderId}/payments`)).items[0]
    const cancel = (more: object = {}) =>
      buyer.send('POST', `/api/orders/${orderId}/cancel`, { reason: '변심', ...more })
    const bank = (action: string) => buyer.send('POST', '/simulators/toss/deposits', { orderId, action })
    const stock = async (): Promise<[number, number]> => {
      const { skus } = await staff.must('GET', `/api/products/${productId}`)
      return [skus[0].onHand, skus[0].reserved]
    }
    const stockIs = (onHand: number, reserved: number) =>
      eventually(async () => String(await stock()) === String([onHand, reserved]), `stock is ${onHand}, ${reserved}`)
    const noticed = async (type: string, times = 1) => {
      const told = async () =>
        (await buyer.must('GET', '/api/notifications')).items.filter(
          (each: { type: string; link: string }) => each.type === type && each.link === `/orders/${orderId}`,
        )
      await eventually(async () => (await told()).length >= times, `${type} is told`)
      assert.equal((await told()).length, times)
      return (await told())[0]
    }
    const mailed = async (subject: string) => {
      const mails = async () =>
        (await buyer.must('GET', `/simulators/mailbox/messages?to=${encodeURIComponent(buyer.email)}`)).items.filter(
          (each: { subject: string }) => each.subject.includes(subject),
        )
      await eventually(async () => (await mails()).length > 0, `“${subject}” is mailed`)
      assert.equal((await mails()).length, 1)
      return (await mails())[0].text as string
    }
    return { later, order, seen, becomes, payment, cancel, bank, stockIs, noticed, mailed }
  }

  test('the buyer sees where to pay until when: order, payments, notification and mail; the deposit pays', async () => {
    const { order, seen, becomes, payment, bank, stockIs, noticed, mailed } = await issued()
    const { virtualAccount } = await payment()
    const { bankName, accountNumber, holderName, dueAt } = virtualAccount
    assert.deepEqual([(await seen()).status, (await seen()).payBefore], ['AWAITING_DEPOSIT', dueAt])
    const { body } = await noticed('order.deposit_awaited')
    assert.ok(body.ko.includes(bankName.ko) && body.ko.includes('5,000원') && !body.ko.includes(accountNumber), body.ko)
    const mail = await mailed('입금을 기다리고 있습니다')
    for (const fact of [bankName.ko, accountNumber, holderName, '5,000원', `/orders/${order.id}`])
      assert.ok(mail.includes(fact), `${fact}: ${mail}`)
    await stockIs(3, 1)
    await bank('deposit')
    await becomes('PAID')
    await stockIs(2, 0)
    await mailed('주문이 완료되었습니다')
  })

  test('a reminder comes once before the deposit is due, and word when it passed; then the stock is back', async () => {
    const { later, becomes, bank, stockIs, noticed, mailed, payment } = await issued()
    const { accountNumber } = (await payment()).virtualAccount
    await later(20 * HOUR)
    await stockIs(3, 1)
    await later(HOUR + 60_000)
    await noticed('order.deposit_due_soon')
    assert.ok((await mailed('입금 기한이 다가옵니다')).includes(accountNumber))
    await later(3 * HOUR)
    await becomes('EXPIRED')
    await noticed('order.expired')
    await noticed('order.deposit_due_soon')
    await mailed('입금 기한이 지나')
    await stockIs(3, 0)
    assert.ok((await bank('deposit')).status >= 400, 'the account is closed')
  })

  test('canceled before the deposit, nothing is owed; after it, an account is asked for and the money goes there', async () => {
    const before = await issued()
    assert.equal((await before.cancel()).body.status, 'CANCELED')
    await before.stockIs(3, 0)
    await eventually(async () => (await before.bank('deposit')).status >= 400, 'the account is closed')

    const paid = await issued()
    await paid.bank('deposit')
    await paid.becomes('PAID')
    const refused = await paid.cancel()
    assert.deepEqual(
      [refused.status, refused.body.code, refused.body.field],
      [422, 'REFUND_ACCOUNT_REQUIRED', 'refundAccount'],
    )
    const wrong = await paid.cancel({ refundAccount: { ...refundAccount, accountNumber: '12' } })
    assert.deepEqual([wrong.status, wrong.body.field], [400, 'refundAccount.accountNumber'])
    assert.equal((await paid.cancel({ refundAccount })).body.status, 'CANCELED')
    await paid.stockIs(3, 0)
    assert.equal((await paid.payment()).status, 'REFUNDED')
  })

  test('a deposit for an order that is over is given back once its buyer, who is asked, names an account', async () => {
    const { becomes, bank, payment, cancel, noticed, mailed, stockIs } = await issued()
    await bank('pass-due')
    await becomes('EXPIRED')
    await bank('deposit')
    await eventually(async () => (await payment()).refundAccount === 'AWAITED', 'an account is asked for')
    await noticed('payment.refund_account_needed')
    await mailed('환불받으실 계좌를 알려 주세요')
    assert.equal((await cancel({ refundAccount })).status, 200)
    assert.equal((await payment()).status, 'REFUNDED')
    await noticed('payment.refunded')
    await stockIs(3, 0)
  })
}
