import type { Messages } from '../../shared/i18n/ko.ts'

const alike: Record<string, string> = {
  USER_CANCEL: 'PAY_PROCESS_CANCELED',
  NEED_AGREEMENT_WITH_REQUIRED_TERMS: 'NOT_AGREED',
  NOT_ENOUGH_BALANCE: 'REJECT_CARD_PAYMENT',
  EXCEED_MAX_AMOUNT: 'REJECT_CARD_PAYMENT',
}

/** Why a payment did not go through, in words a buyer can act on; branches on the provider's code, never on its message. */
export const payReason = (code: string | null, t: Messages): string =>
  t.fail.reasons[alike[code ?? ''] ?? code ?? ''] ?? t.fail.unknown

/** Whether the buyer stopped by themselves, which is nothing to be alarmed about. */
export const stoppedByBuyer = (code: string | null): boolean =>
  code === 'PAY_PROCESS_CANCELED' || code === 'USER_CANCEL'
