import { truncate } from '#kernel/text.ts'
import type { TossPayment } from './answers.ts'

/** A cancel as Toss lists it with its payment. */
export type TossCancel = NonNullable<TossPayment['cancels']>[number]

/** Toss's limit on `cancelReason`. */
const REASON_AT_MOST = 200

const REFUND_MARK = /#([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

/**
 * The reason of a cancel as Toss takes it. It ends with the id of its refund, so that a cancel which Toss lists can be told
 * from those that somebody made at its console, also when the answer to our own request never came.
 */
export const cancelReasonOf = (refund: { readonly id: string; readonly reason: string }): string => {
  const mark = ` #${refund.id}`
  return `${truncate(refund.reason, REASON_AT_MOST - mark.length)}${mark}`
}

/** The refund that a cancel was requested for; undefined for one made at the console or by a version that did not say. */
export const refundIdOf = ({ cancelReason }: TossCancel): string | undefined =>
  cancelReason ? REFUND_MARK.exec(cancelReason)?.[1] : undefined

/** The cancels of a payment whose transactions are in none of our books. */
export const unknownCancels = (seen: TossPayment, known: ReadonlySet<string>): TossCancel[] =>
  (seen.cancels ?? []).filter((each) => each.cancelAmount > 0 && !known.has(each.transactionKey))

/** The cancel that names a refund as its cause. */
export const markedCancel = (cancels: readonly TossCancel[], refundId: string): TossCancel | undefined =>
  cancels.find((each) => refundIdOf(each) === refundId)

/**
 * The cancel that a request of ours made, from the answer to that request: the one that names the refund, else the
 * transaction the answer was given for, unless that names another refund. Never told by amounts, which may be equal.
 */
export const answeredCancel = (
  seen: TossPayment,
  refundId: string,
  known: ReadonlySet<string>,
): TossCancel | undefined => {
  const cancels = unknownCancels(seen, known)
  return (
    markedCancel(cancels, refundId) ??
    cancels.find((each) => each.transactionKey === seen.lastTransactionKey && refundIdOf(each) === undefined)
  )
}
