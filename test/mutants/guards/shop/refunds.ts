import { guardsOf, type Mutant } from '#test/mutants/mutant.ts'

const left = ['src/services/payment/refund/refund-left.test.ts']
const refused = ['src/services/payment/refund/refund-refused.test.ts']
const queue = ['src/services/payment/refund/refund-queue.test.ts']
const refund = guardsOf('src/services/payment/refund/refund.ts', ...queue)
const request = guardsOf('src/services/payment/refund/refund-request.ts', ...queue)
const books = guardsOf('src/services/payment/refund/refund-booking.ts', ...queue)
const store = guardsOf('src/services/payment/refund/refund-store.ts', ...queue)
const cancels = guardsOf('src/services/payment/toss/cancels.ts', ...queue)

/** What goes back of a payment: all that is left of it, once. */
export const refunds: readonly Mutant[] = [
  {
    guard: 'a cancellation gives back what is left, not what was',
    file: 'src/services/payment/refund/refund-request.ts',
    text: ': (amount ?? left)\n',
    without: ': (amount ?? payment.amount)\n',
    tests: left,
  },
  {
    guard: 'a refund of all that is left shrinks by what was given back without us',
    file: 'src/services/payment/refund/refund-booking.ts',
    text: 'for (const each of open.filter(({ whole }) => whole).toReversed()) {',
    without: 'for (const each of open.slice(open.length)) {',
    tests: left,
  },
  store(
    'one refund of a payment is at the provider at a time',
    "\n      AND NOT EXISTS (SELECT FROM refund WHERE payment_id = ${paymentId} AND state = 'REQUESTED')`)",
    '`)',
  ),
  refund(
    'nothing is canceled where another balance is left than we believe',
    'refundableAmount: payment.amount - payment.refunded,',
    '',
  ),
  refund(
    'what the provider lists is not taken for the console’s while a refund of ours is there',
    'if (await isAtProvider(tx, id)) {',
    'if (false as boolean) {',
  ),
  refund(
    'a request that was done although its answer said otherwise is booked to its refund',
    'if (made) {\n        await book(tx, payment, refund, made, seen)',
    'if (made && false) {\n        await book(tx, payment, refund, made, seen)',
  ),
  refund(
    'a refund is booked by the cancel that its request made, or by none',
    'if (!made || made.cancelAmount > refund.amount)',
    'if (made && made.cancelAmount > refund.amount)',
  ),
  cancels('a cancel names the refund it was requested for', '    markedCancel(cancels, refundId) ??\n', ''),
  cancels('an answer that names another refund is not taken for ours', ' && refundIdOf(each) === undefined', ''),
  request('no more is refunded without VAT than is left of it', 'taxFree <= Math.min(wanted, taxFreeLeft) && ', ''),
  request('what remains can carry what remains of both parts', ' && wanted - taxFree <= left - taxFreeLeft', ''),
  request(
    'a refund of nothing is not sent to the provider',
    'if (share.amount === 0) await books.settle',
    'if (share.amount < 0) await books.settle',
  ),
  request(
    'what was refused for want of money stays refused',
    'await insertRefund(tx, { ...base, ...refused, failureCode: NOT_LEFT }, now, now)',
    '',
  ),
  books(
    'a part that no longer fits ends refused',
    'for (const each of open.filter(({ whole }) => !whole).toReversed()) {',
    'for (const each of open.slice(open.length)) {',
  ),
  guardsOf('src/services/payment/webhook/reconcile.ts', ...queue)(
    'a hint that cannot be followed now is followed later',
    'if (!(await look(payment))) await dueReview(db, payment.id, runtime.now())',
    'await look(payment)',
  ),
  refund(
    'who hears an answer that somebody else heard before does not decide by it',
    " || refund.attempt !== asked.attempt) return 'ended'",
    ") return 'ended'",
  ),
  {
    guard: 'a refund whose form Toss does not accept ends',
    file: 'src/services/payment/toss/answers.ts',
    text: "INVALID_REQUEST: 'malformed'",
    without: "INVALID_REQUEST: 'our fault'",
    tests: refused,
  },
  {
    guard: 'word of an earlier refusal does not end the cancellation that is under way',
    file: 'src/services/order/canceling/cancellation-outcome.ts',
    text: "each.id === refundId && each.state === 'REQUESTED'",
    without: "each.state === 'REQUESTED'",
    tests: refused,
  },
  {
    guard: 'that the provider refused is said only when it did',
    file: 'src/services/order/canceling/cancel.ts',
    text: 'return providerCode === null ? REFUND_IMPOSSIBLE(undefined, details) :',
    without: 'return providerCode === undefined ? REFUND_IMPOSSIBLE(undefined, details) :',
    tests: refused,
  },
  {
    guard: 'money captured after all for an order that is over is given back',
    file: 'src/services/payment/refund/refund.ts',
    text: 'await request(tx, { refundId: unwantedId(id), orderId, reason }, HEAD_START)',
    without: '',
    tests: ['src/services/payment/capture/late-capture.test.ts'],
  },
]
