import { secret, whole } from '#kernel/settings/kinds.ts'
import { atLeast } from '#kernel/settings/production.ts'
import { setting } from '#kernel/settings/setting.ts'
import { secretSettings } from '#kernel/settings/shared.ts'

/** Settings of credentials and sign-ins. */
export const authSettings = {
  ...secretSettings,
  JANGTEO_STAFF_PASSWORD: setting({
    kind: secret(10),
    secret: true,
    about: 'Password of staff@jangteo.local in development; made up and printed once when not given.',
  }),
  JANGTEO_SIGN_IN_FAILURES_PER_CLIENT: setting({
    kind: whole(1, 10_000_000),
    default: 100,
    about: 'Failed sign-ins of one network, over all accounts, before it is slowed down.',
    live: { ko: '한 네트워크에서 로그인에 실패할 수 있는 횟수. 넘으면 느려집니다.' },
  }),
  JANGTEO_PASSWORD_MEMORY: setting({
    kind: whole(8, 4_194_304),
    default: 19_456,
    inProduction: (value) => atLeast(19_456, value, ', the least that is safe'),
    about: 'Memory of a password hash (argon2id) in KiB.',
  }),
  JANGTEO_PASSWORD_PASSES: setting({
    kind: whole(1, 100),
    default: 2,
    inProduction: (value) => atLeast(2, value),
    about: 'Passes of a password hash (argon2id).',
  }),
} as const
