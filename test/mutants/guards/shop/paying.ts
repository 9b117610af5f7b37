import { guardsOf, type Mutant } from '#test/mutants/mutant.ts'

const tests = ['src/services/order/paying/payment-guards.test.ts']

const resumed = guardsOf(
  'src/services/order/paying/confirm-payment.ts',
  'src/services/order/paying/confirm-payment.test.ts',
)

/** An order goes by its own payment and its own owner. */
export const paying: readonly Mutant[] = [
  {
    guard: 'only its owner begins the payment of an order',
    file: 'src/services/order/paying/payment-store.ts',
    text: ' AND orders.member_id = given.member_id',
    without: '',
    tests,
  },
  {
    guard: 'an order among many is paid by the payment it waits for only',
    file: 'src/services/order/paying/payment-store.ts',
    text: ' AND orders.payment_key IS NOT DISTINCT FROM given.payment_key',
    without: '',
    tests,
  },
  {
    guard: 'an order is paid by the payment it waits for only',
    file: 'src/services/order/paying/payment-transitions.ts',
    text: 'if (order.paymentKey !== paymentKey) return ORDER_STATE({ status: order.status })',
    without: '',
    tests,
  },
  {
    guard: 'an order is set back by the payment it waits for only',
    file: 'src/services/order/paying/payment-transitions.ts',
    text: 'if (order.paymentKey !== paymentKey) return order.status\n',
    without: '\n',
    tests,
  },
  resumed(
    'what an order holds is secured before its money is captured',
    "if (status === 'PAYING') await secure(paying)",
    '',
  ),
  resumed(
    'a payment that went back pays nothing',
    "if (captured.returned && status === 'PAYING') throw PAYMENT_SESSION_LOST()",
    '',
  ),
  resumed(
    'an order whose payment moved no money is payable again',
    '(PAYMENT_REFUSED.is(error) || PAYMENT_SESSION_LOST.is(error))',
    'PAYMENT_REFUSED.is(paying)',
  ),
  guardsOf('src/services/order/service.ts', 'src/services/order/paying/confirm-payment.test.ts')(
    'a payment that was cut off is resumed',
    'work: resume,',
    'work: async () => 0,',
  ),
  guardsOf('src/services/order/paying/payment-transitions.ts', 'src/services/order/paying/confirm-payment.test.ts')(
    'a payment that paid its order is known by its key, whatever became of the order',
    "if (order.paidAt !== null) return 'paid'",
    '',
  ),
  guardsOf('src/services/order/paying/payment-store.ts', 'src/services/order/paying/confirm-payment.test.ts')(
    'an order in PAYING without a time is taken up',
    "status = 'PAYING' AND (next_try_at IS NULL OR next_try_at <= ${new Date(now)})\n    ORDER",
    "status = 'PAYING' AND next_try_at <= ${new Date(now)}\n    ORDER",
  ),
  guardsOf('src/services/order/paying/payment-store.ts', 'test/claims/claims.test.ts')(
    'a payment that was cut off is resumed by one process',
    'ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)',
    'ORDER BY id)',
  ),
  guardsOf('src/services/order/paying/payment-store.ts', 'test/claims/claims.test.ts')(
    'only a payment that is still under way is resumed',
    "::uuid[]) AND status = 'PAYING'\n        AND (next_try_at",
    '::uuid[])\n        AND (next_try_at',
  ),
  guardsOf('src/services/order/paying/payment-transitions.ts', 'src/services/order/paying/free.test.ts')(
    'an order of 0 won has no payment key',
    'order.amount === 0 ? null : paymentKey',
    'paymentKey',
  ),
  guardsOf('src/services/order/placing/place.ts', 'src/services/order/paying/free.test.ts')(
    'an order of 0 won is stored in PAYING, so that the sweep pays it',
    "amountOf(lines) === 0 ? 'PAYING' : 'PENDING_PAYMENT'",
    "'PENDING_PAYMENT'",
  ),
]
