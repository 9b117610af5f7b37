import { guardsOf, type Mutant } from '#test/mutants/mutant.ts'

const request = guardsOf('src/services/payment/refund/refund-request.ts', 'src/services/payment/payment.test.ts')
const adopted = guardsOf('src/services/payment/toss/cancels.ts', 'src/services/payment/webhook/webhook.test.ts')
const races = ['src/services/payment/capture/once.test.ts']
const race = guardsOf('src/services/payment/refund/refund-booking.ts', ...races)
const store = guardsOf('src/services/payment/refund/refund-store.ts', ...races)
const locks = guardsOf('src/services/payment/store.ts', ...races)
const accounts = guardsOf(
  'src/services/payment/deposit/virtual-account.ts',
  'src/services/payment/deposit/virtual-account.test.ts',
  'src/services/payment/deposit/deposit.test.ts',
)

/** Money goes back once, and never more of it than came. */
export const givingBack: readonly Mutant[] = [
  guardsOf('src/services/payment/refund/refund-request.ts', 'src/services/payment/refund/refund-queue.test.ts')(
    'no more goes back than is left',
    'wanted > left || ',
    '',
  ),
  guardsOf('src/services/payment/refund/refund-request.ts', ...races)(
    'a refund of less than nothing is refused',
    ' || wanted < 0)',
    ')',
  ),
  request('a refund asked for again is the same', 'if (known) return known', ''),
  guardsOf('src/services/payment/refund/refund.ts', ...races)(
    'a refund that has ended ends no second time',
    "if (refund.state !== 'REQUESTED') return\n      const anomaly",
    'const anomaly',
  ),
  store(
    'only an open refund ends',
    " AND state IN ('AWAITING_ACCOUNT', 'QUEUED', 'REQUESTED')\n      RETURNING id",
    '\n      RETURNING id',
  ),
  locks(
    'refunds of an order are asked for one after another',
    "AND state = 'CAPTURED' FOR UPDATE",
    "AND state = 'CAPTURED'",
  ),
  guardsOf('src/services/payment/refund/refund.ts', 'src/services/payment/refund/refund-queue.test.ts')(
    'a refund whose answer was lost keeps its key at the provider',
    '`${refund.id}-${refund.attempt}`',
    'runtime.id()',
  ),
  guardsOf('src/services/payment/refund/refund.ts', ...races)(
    'only captured money is given back',
    "if (payment?.state !== 'CAPTURED') return",
    '',
  ),
  adopted(
    'what was written down before is not written down again',
    'each.cancelAmount > 0 && !known.has(each.transactionKey)',
    'each.cancelAmount > 0',
  ),
  race('what does not add up is for a person', 'listed !== missing || ', ''),
  guardsOf('src/services/order/canceling/cancellation-outcome.ts', 'src/services/order/canceling/cancel-lines.test.ts')(
    'an order ends when all of its money went back, not a part',
    'const isOver = remaining === 0 && ',
    'const isOver = ',
  ),
  guardsOf('src/services/payment/refund/refund-store.ts', 'test/claims/claims.test.ts')(
    'a refund is tried by one process at a time',
    'ORDER BY next_try_at LIMIT ${limit}\n      FOR UPDATE SKIP LOCKED',
    'ORDER BY next_try_at LIMIT ${limit}',
  ),
  accounts(
    'what is sealed for a payment opens for no other',
    "if (of !== paymentId) throw new Error('Sealed for another payment')",
    '',
  ),
  accounts(
    'a deposit is awaited no longer than the shop allows',
    'Math.min(tossInstant(dueDate) ?? Number.POSITIVE_INFINITY, now + hours * HOUR)',
    'tossInstant(dueDate) ?? now + hours * HOUR',
  ),
]
