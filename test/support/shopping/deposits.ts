import assert from 'node:assert/strict'
import type { Order } from '#services/order/contract.ts'
import { eventually } from '../eventually.ts'
import type { Buyer, PurchaseHost } from '../purchases.ts'

/** An account that deposits are returned to, as a buyer types it. */
export const ownAccount = { bank: '신한은행', accountNumber: '110-123-456789', holderName: '홍길동' }

/** An order whose buyer chose to pay by deposit. */
export interface Deposit {
  readonly buyer: Buyer
  readonly skuId: string
  readonly order: Order
  readonly paymentKey: string
  /** Asks to capture: an account is issued. */
  confirm(): ReturnType<Buyer['orders']['confirmPayment']>
  status(): Promise<Order['status']>
  becomes(status: Order['status']): Promise<void>
  /** The one payment of the order, as its buyer sees it. */
  payment(): Promise<Awaited<ReturnType<Buyer['payments']['ofOrder']>>['items'][number]>
  cancel(more?: object): Promise<Order>
  /** What the bank does; answers the status of HTTP. */
  bank(action: 'deposit' | 'reverse' | 'pass-due'): Promise<number>
  /** The payment at the provider: status, captured and given back. */
  atToss(): Promise<[status: string, captured: number, canceled: number]>
}

/** Buyers who pay by deposit. */
export const startDeposits = (shop: PurchaseHost) => {
  /** Places an order of one unit and chooses an account in the payment window. */
  const chosen = async (more: object = {}, onHand = 5): Promise<Deposit> => {
    const buyer = shop.buyer()
    const skuId = await shop.sku(onHand, 9_900)
    const order = await buyer.place(skuId)
    // The provider's clock is not the one a test moves: it keeps the account open for longer than any test goes ahead.
    const wanted = { method: 'VIRTUAL_ACCOUNT', bankCode: '20', customerName: '홍길동', validHours: 2_160, ...more }
    const paymentKey = await shop.simulator.approve(order.id, order.amount, wanted)
    const status = async () => (await buyer.orders.get({ id: order.id })).status
    return {
      buyer,
      skuId,
      order,
      paymentKey,
      confirm: () => buyer.orders.confirmPayment({ paymentKey, orderId: order.id, amount: order.amount }),
      status,
      becomes: (wanted) => eventually(async () => (await status()) === wanted, `the order is ${wanted}`),
      payment: async () => {
        const { items } = await buyer.payments.ofOrder({ orderId: order.id })
        assert.equal(items.length, 1)
        return items[0]!
      },
      cancel: (more = {}) => buyer.orders.cancel({ id: order.id, reason: '변심', ...more }),
      bank: async (action) => (await shop.simulator.call('POST', '/deposits', { orderId: order.id, action })).status,
      atToss: async () => {
        const { items } = (await shop.simulator.call('GET', `/record?orderId=${order.id}`)).body
        return [items[0].status, items[0].capturedAmount, items[0].canceledAmount]
      },
    }
  }

  return {
    chosen,
    /** As `chosen`, with the account issued. */
    issued: async (more: object = {}, onHand = 5): Promise<Deposit> => {
      const deposit = await chosen(more, onHand)
      assert.equal((await deposit.confirm()).status, 'AWAITING_DEPOSIT')
      return deposit
    },
  }
}
