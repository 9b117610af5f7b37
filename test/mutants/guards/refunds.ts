import type { Mutant } from '../mutant.ts'

const left = ['src/services/payment/refund-left.test.ts']
const refused = ['src/services/payment/refund-refused.test.ts']

/** What goes back of a payment: all that is left of it, once. */
export const refunds: readonly Mutant[] = [
  {
    guard: 'a cancellation gives back what is left, not what was',
    file: 'src/services/payment/refund.ts',
    text: 'const amount = input.amount ?? left',
    without: 'const amount = input.amount ?? payment.amount',
    tests: left,
  },
  {
    guard: 'of a payment that Toss canceled to its end, only what was there is written down as the refund',
    file: 'src/services/payment/refund.ts',
    text: 'const less = isAllAskedFor(payment, refund) && made',
    without: 'const less = refund.amount < 0 && made',
    tests: left,
  },
  {
    guard: 'a refund of all that is left shrinks by what was given back without us',
    file: 'src/services/payment/refund.ts',
    text: 'refund.whole && alone && missing > 0',
    without: 'refund.whole && alone && missing < 0',
    tests: left,
  },
  {
    guard: 'a part counts as given back by us only if Toss lists it',
    file: 'src/services/payment/refund.ts',
    text: ' && (refund.whole || its || !seen.cancels)',
    without: '',
    tests: left,
  },
  {
    guard: 'nothing is given back of a payment of which nothing is left',
    file: 'src/services/payment/refund.ts',
    text: 'if (whole && left === 0) return',
    without: 'if (whole && left < 0) return',
    tests: left,
  },
  {
    guard: 'a refund whose form Toss does not accept ends',
    file: 'src/services/payment/toss/answers.ts',
    text: "INVALID_REQUEST: 'malformed'",
    without: "INVALID_REQUEST: 'our fault'",
    tests: refused,
  },
  {
    guard: 'word of an earlier refusal does not end the cancellation that is under way',
    file: 'src/services/order/cancellation-outcome.ts',
    text: "each.id === refundId && each.state === 'REQUESTED'",
    without: "each.state === 'REQUESTED'",
    tests: refused,
  },
  {
    guard: 'that the provider refused is said only when it did',
    file: 'src/services/order/cancel.ts',
    text: 'return providerCode === null ? REFUND_IMPOSSIBLE(undefined, details) :',
    without: 'return providerCode === undefined ? REFUND_IMPOSSIBLE(undefined, details) :',
    tests: refused,
  },
  {
    guard: 'money captured after all for an order that is over is given back',
    file: 'src/services/payment/refund.ts',
    text: 'await request(tx, { refundId: unwantedId(id), orderId, reason }, HEAD_START)',
    without: '',
    tests: ['src/services/payment/late-capture.test.ts'],
  },
]
