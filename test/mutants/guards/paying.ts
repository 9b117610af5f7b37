import type { Mutant } from '../mutant.ts'

const tests = ['src/services/order/payment-guards.test.ts']

/** An order goes by its own payment and its own owner. */
export const paying: readonly Mutant[] = [
  {
    guard: 'only its owner begins the payment of an order',
    file: 'src/services/order/payment-store.ts',
    text: ' AND orders.member_id = given.member_id',
    without: '',
    tests,
  },
  {
    guard: 'an order among many is paid by the payment it waits for only',
    file: 'src/services/order/payment-store.ts',
    text: ' AND orders.payment_key IS NOT DISTINCT FROM given.payment_key',
    without: '',
    tests,
  },
  {
    guard: 'an order is paid by the payment it waits for only',
    file: 'src/services/order/payment-transitions.ts',
    text: 'if (order.paymentKey !== paymentKey) return ORDER_STATE({ status: order.status })',
    without: '',
    tests,
  },
  {
    guard: 'an order is set back by the payment it waits for only',
    file: 'src/services/order/payment-transitions.ts',
    text: 'if (order.paymentKey !== paymentKey) return order.status\n',
    without: '\n',
    tests,
  },
]
