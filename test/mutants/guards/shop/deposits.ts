import { guardsOf, type Mutant } from '#test/mutants/mutant.ts'

const tests = 'src/services/payment/deposit/deposit.test.ts'
const deposit = guardsOf('src/services/payment/deposit/deposit.ts', tests)
const confirm = guardsOf('src/services/payment/capture/capture-attempt.ts', tests)
const refund = guardsOf('src/services/payment/refund/refund.ts', tests)
const pay = guardsOf('src/services/order/paying/payment-transitions.ts', tests)
const reminder = guardsOf('src/services/order/paying/deposit.ts', 'src/services/order/paying/deposit.test.ts')

/** Deposits into virtual accounts: paid into in time, closed otherwise, and given back to an account somebody named. */
export const deposits: readonly Mutant[] = [
  deposit('an account whose order is over is closed', 'const over = attempt.closing || ', 'const over = '),
  deposit('an account that is overdue is closed', '(dueAt !== null && dueAt <= now)', '(dueAt !== null && dueAt < 0)'),
  deposit('an account that Toss calls expired is overdue', 'payment?.virtualAccount?.expired === true || ', ''),
  deposit(
    'an expired account that Toss will not cancel is given up',
    "return refused && verdict.payment.virtualAccount?.expired === true ? OVERDUE : { kind: 'wait' }",
    "return refused && verdict.payment.virtualAccount?.expired === undefined ? OVERDUE : { kind: 'wait' }",
  ),
  confirm(
    'a deposit reported while somebody looks is looked at once more',
    "while (news.delete(attempt.id) && outcome.status === 'AWAITING_DEPOSIT')",
    'while (news.delete(attempt.orderId))',
  ),
  pay(
    'money that comes for an order that ended without it pays nothing',
    'else if (order.paidAt === null) return ORDER_STATE({ status: order.status })',
    '',
  ),
  pay(
    'money that no order can be paid with is reported by event, whoever was cut off',
    "paymentId !== null && paymentKey !== null && typeof answers[i] !== 'string'",
    'paymentId === null && paymentKey !== null',
  ),
  guardsOf('src/services/order/canceling/cancel.ts', tests)(
    'an order paid while it is canceled is prepared for its refund first',
    "if (seen.status !== status) return 'paid meanwhile'",
    '',
  ),
  guardsOf('src/services/order/paying/deposit.ts', tests)(
    'a deposit in time may be reported late',
    'export const DEPOSIT_GRACE = 5 * 60_000',
    'export const DEPOSIT_GRACE = 0',
  ),
  guardsOf('src/services/payment/service.ts', tests)(
    'an order that is canceled has its account closed',
    'onMany(orderCanceled, (canceled, tx) => closeAccounts(tx, canceled)),',
    'onMany(orderCanceled, async () => {}),',
  ),
  guardsOf('src/services/payment/capture/attempt-outcomes.ts', tests)(
    'an account is reported once',
    'if (stored?.first) {',
    'if (stored) {',
  ),
  guardsOf('src/services/payment/refund/refund-booking.ts', tests)(
    'a deposit is refunded only once an account is known',
    'if (isByDeposit(payment) && payment.refundAccount === null)',
    'if (payment.amount < 0)',
  ),
  refund(
    'a paid deposit is canceled only with an account',
    "if (payment.refundAccount === null) throw REFUND_ACCOUNT_REQUIRED(undefined, { field: 'refundAccount' })",
    '',
  ),
  guardsOf('src/services/payment/refund/refund-booking.ts', tests)(
    'an account is forgotten once the money is back',
    'return after.refunded === after.refundRequested ? forgetAccount(tx, after) : after',
    'return after',
  ),
  refund(
    'an account that was refused is forgotten',
    'if (isAccountRefused(code) || after.refunded === after.refundRequested) after =',
    'if (after.refunded < 0) after =',
  ),
  refund(
    'money without an order waits for another account where one was refused',
    'const askAgain = isAccountRefused(code) && refund.id === unwantedId(payment.id)',
    'const askAgain = isAccountRefused(code) && refund.id === payment.id',
  ),
  refund(
    'no account is kept of a payment that needs none',
    'if (!payment || !isByDeposit(payment)) return []',
    'if (!payment) return []',
  ),
  reminder('no reminder comes with the account itself', 'reminders.filter((each) => each.at > now)', 'reminders'),
  reminder('no reminder comes after the time', '.filter((each) => each.payBefore > now)', ''),
  guardsOf('src/services/order/paying/deposit-store.ts', 'src/services/order/paying/deposit.test.ts')(
    'a buyer is reminded once',
    'UPDATE orders SET remind_at = NULL WHERE',
    'UPDATE orders SET remind_at = remind_at WHERE',
  ),
  guardsOf('src/kernel/text/banks.ts', 'src/kernel/text/banks.test.ts')(
    'three digits of a bank are those of the financial network',
    '/^0\\d\\d$/.test(name)',
    '/^\\d\\d\\d$/.test(name)',
  ),
]
