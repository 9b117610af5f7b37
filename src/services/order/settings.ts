import { whole } from '#kernel/settings/kinds.ts'
import { setting } from '#kernel/settings/setting.ts'

/** Settings of orders. */
export const orderSettings = {
  ORDER_DELIVERY_DAYS: setting({
    kind: whole(0, 365),
    default: 14,
    about: 'Days after its payment for which an order counts as on its way: its buyer cannot end the membership.',
    live: { ko: '결제 후 배송 중으로 보는 일수. 그동안 주문한 회원은 탈퇴할 수 없습니다.' },
  }),
  ORDER_PAY_MINUTES: setting({
    kind: whole(1, 1_440),
    default: 10,
    about: 'Minutes in which an order must be paid.',
    live: { ko: '주문을 결제해야 하는 시간(분).' },
  }),
  DEPOSIT_REMINDER_HOURS: setting({
    kind: whole(0, 719),
    default: 3,
    about: 'Hours before a deposit is due at which its buyer is reminded; 0: never.',
    live: { ko: '입금 기한 몇 시간 전에 구매자에게 알릴지. 0이면 알리지 않습니다.' },
  }),
} as const
