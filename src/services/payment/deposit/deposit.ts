import type { Runtime } from '#kernel/runtime.ts'
import { type PaymentRecord, type Verdict, verdictOnLook, verdictOnPayment } from '../payment.ts'
import type { TossPayment } from '../toss/answers.ts'
import type { TossClient } from '../toss/client.ts'

const OVERDUE = { kind: 'fail', code: 'EXPIRED', message: 'The deposit did not come in time', overdue: true } as const

const look = async (toss: TossClient, attempt: PaymentRecord): Promise<Verdict> => {
  const answer = await toss.find(attempt.paymentKey)
  // Toss issued the account: that it knows nothing of it now says nothing about the money.
  if (answer.kind === 'error' && answer.meaning === 'session lost') return { kind: 'wait' }
  return verdictOnLook(attempt, answer)
}

/** Whether a deposit can come no more in time, by the word of Toss or by our own clock. */
const isOverdue = ({ dueAt }: PaymentRecord, payment: TossPayment | undefined, now: number): boolean =>
  payment?.virtualAccount?.expired === true || (dueAt !== null && dueAt <= now)

/**
 * Closes an account nothing was paid into. Toss decides between a deposit and the cancel: one of the two comes first. A
 * cancel without an account for the money is refused once there is a deposit, so that nothing is given back to nowhere.
 */
const close = async (
  toss: TossClient,
  attempt: PaymentRecord,
  seen: TossPayment,
  runtime: Pick<Runtime, 'id' | 'now'>,
): Promise<Verdict> => {
  // A key of its own: canceling twice is harmless, but an error would be repeated under the same key.
  const answer = await toss.cancel(attempt.paymentKey, { cancelReason: '입금 전 주문 종료' }, runtime.id())
  const verdict = answer.kind === 'payment' ? verdictOnPayment(attempt, answer.payment) : await look(toss, attempt)
  if (verdict.kind === 'fail') return isOverdue(attempt, seen, runtime.now()) ? OVERDUE : verdict
  if (verdict.kind !== 'await deposit') return verdict
  // Expired by its own word, and not to be canceled: it takes no deposit any more, but goes on being called open.
  const refused = answer.kind === 'error' && answer.meaning === 'refused'
  return refused && verdict.payment.virtualAccount?.expired === true ? OVERDUE : { kind: 'wait' }
}

/** What became of an account a deposit is awaited in. One whose order is over, or whose time is, is closed. */
export const askAboutDeposit = async (
  toss: TossClient,
  attempt: PaymentRecord,
  runtime: Pick<Runtime, 'id' | 'now'>,
): Promise<Verdict> => {
  const verdict = await look(toss, attempt)
  if (verdict.kind === 'confirm') return { kind: 'wait' }
  // Closed after its time, perhaps by ourselves before a crash: then the deposit was overdue.
  if (verdict.kind === 'fail') return isOverdue(attempt, undefined, runtime.now()) ? OVERDUE : verdict
  if (verdict.kind !== 'await deposit') return verdict
  const over = attempt.closing || isOverdue(attempt, verdict.payment, runtime.now())
  return over ? close(toss, attempt, verdict.payment, runtime) : verdict
}
