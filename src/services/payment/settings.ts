import { address, secret, whole } from '#kernel/settings/kinds.ts'
import { notSimulated, secured } from '#kernel/settings/production.ts'
import { setting } from '#kernel/settings/setting.ts'
import { secretSettings } from '#kernel/settings/shared.ts'

/** Settings of payments. */
export const paymentSettings = {
  ...secretSettings,
  TOSS_BASE_URL: setting({
    kind: address('https', 'http'),
    default: (mode) => (mode === 'production' ? 'https://api.tosspayments.com' : ''),
    inProduction: secured,
    about: 'Address of Toss Payments; by default the simulator in development.',
  }),
  TOSS_SECRET_KEY: setting({
    kind: secret(8),
    default: (mode) => (mode === 'production' ? '' : 'test_sk_simulator'),
    needed: true,
    secret: true,
    inProduction: notSimulated,
    about: 'Secret key of the shop at Toss.',
    live: { ko: '토스페이먼츠 상점의 시크릿 키.' },
  }),
  DEPOSIT_HOURS: setting({
    kind: whole(1, 720),
    default: 24,
    about:
      'Hours in which a deposit into a virtual account must arrive; the order holds its stock as long. Give the payment window of Toss the same.',
    live: { ko: '가상계좌에 입금해야 하는 시간. 그동안 주문이 재고를 잡아 둡니다.' },
  }),
} as const
