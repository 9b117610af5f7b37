import type { Runtime } from '#kernel/runtime.ts'
import { cancel, type CancelRequest } from '#simulators/toss/payments/cancel.ts'
import { opened } from '#simulators/toss/window/open.ts'
import { type Payment, shown } from '#simulators/toss/payments/payment.ts'
import { meaningOf, tossPayment } from '../toss/answers.ts'
import type { TossAnswer, TossClient } from '../toss/client.ts'

/** What becomes of one request to cancel. */
export type Fate =
  /** Done and answered. */
  | 'answered'
  /** Done, and the answer is lost. */
  | 'answer lost'
  /** It never arrives. */
  | 'request lost'
  /** Refused, with the code of a limit. */
  | 'refused'
  /** Not done, with a code that may pass. */
  | 'error'
  /** Done, and answered with a code that may pass: the provider did not know better. */
  | 'error after it was done'

const lost: TossAnswer = { kind: 'error', meaning: 'unknown', status: 0, code: 'NO_ANSWER', message: '' }

/**
 * Toss for one captured payment, by the rules of its simulator: balances, transaction keys, lists of cancels, and first answers
 * that are repeated under the same idempotency key.
 */
export const provider = (given: {
  readonly runtime: Runtime
  readonly paymentKey: string
  readonly orderId: string
  /** Won. */
  readonly amount: number
  readonly taxFreeAmount?: number
  /** Decides what becomes of each request that was not answered before; all are answered unless told. */
  readonly fateOf?: () => Fate
  /** Called before a request is done. */
  readonly before?: () => Promise<void>
}) => {
  const { runtime, paymentKey, amount } = given
  const chance = () => ({ now: runtime.now(), runtime })
  const opening = { ...given, mid: 'test', orderName: 'test', method: 'CARD' as const }
  let payment: Payment = {
    ...opened(opening, chance()),
    paymentKey,
    status: 'DONE',
    captured: amount,
    approvedAt: runtime.now(),
    lapsesAt: null,
    lastTransactionKey: 'the capture',
  }
  const answers = new Map<string, TossAnswer>()
  const keys: string[] = []
  let isAway = false

  const refusal = (status: number, code: string): TossAnswer => ({
    kind: 'error',
    meaning: meaningOf(status, code),
    status,
    code,
    message: '',
  })
  const present = (): TossAnswer => ({ kind: 'payment', payment: tossPayment.parse(shown(payment, 'http://toss')) })
  const execute = (request: Partial<CancelRequest>): TossAnswer => {
    const decision = cancel(
      payment,
      {
        mid: 'test',
        cancelReason: '',
        cancelAmount: undefined,
        taxFreeAmount: 0,
        refundableAmount: undefined,
        currency: undefined,
        refundReceiveAccount: undefined,
        ...request,
      },
      chance(),
    )
    if (decision.refused !== undefined) return refusal(403, decision.refused)
    payment = decision.payment
    return present()
  }

  const decide = (fate: Fate, request: Partial<CancelRequest>): TossAnswer => {
    switch (fate) {
      case 'refused':
        return refusal(403, 'EXCEED_CANCEL_LIMIT')
      case 'error':
        return refusal(500, 'FAILED_REFUND_PROCESS')
      case 'error after it was done':
        execute(request)
        return refusal(500, 'FAILED_REFUND_PROCESS')
      default:
        return execute(request)
    }
  }

  const client: TossClient = {
    confirm: () => Promise.reject(new Error('Nothing is to be captured')),
    find: async () => (isAway ? lost : present()),
    cancel: async (_, request, key) => {
      await given.before?.()
      keys.push(key)
      if (isAway) return lost
      const fate = given.fateOf?.() ?? 'answered'
      if (fate === 'request lost') return lost
      const answer = answers.get(key) ?? decide(fate, request)
      answers.set(key, answer)
      return fate === 'answer lost' ? lost : answer
    },
    close: async () => {},
  }

  return {
    client,
    /** Idempotency keys of the requests to cancel, as they came. */
    keys,
    /** Cancels as somebody at the console does; answers whether it was done. */
    atConsole: (cancelAmount: number, cancelReason = '고객 요청'): boolean =>
      execute({ cancelAmount, cancelReason }).kind === 'payment',
    /** What Toss lists. */
    cancels: () => payment.cancels,
    /** Fifteen days pass: first answers are forgotten. */
    forget: () => answers.clear(),
    /** Whether nothing is answered at all from now on. */
    away: (is: boolean): void => void (isAway = is),
  }
}
