import { smtpAddressOf } from '#engines/mail/address.ts'
import { addresses, kind, whole } from '#kernel/settings/kinds.ts'
import { notLocal } from '#kernel/settings/production.ts'
import { setting } from '#kernel/settings/setting.ts'
import { secretSettings } from '#kernel/settings/shared.ts'
import { z } from 'zod'

/** The address of a mail server: `smtps`, or `smtp` that changes to TLS unless it leads to this machine. */
const smtpAddress = () => addresses(['smtp', 'smtps'], smtpAddressOf)

/** The sender of mail: an address, or a name and an address. */
const sender = () =>
  kind(z.string().regex(/^([^<>\r\n]+ <[^\s<>@,]+@[^\s<>@,]+>|[^\s<>@,]+@[^\s<>@,]+)$/), {
    en: 'give an e-mail address, or a name with one as in 장터 <shop@example.com>',
    ko: '이메일 주소나 장터 <shop@example.com>처럼 이름과 주소를 입력해 주세요',
  })

/** Settings of mail and e-mail codes. */
export const emailSettings = {
  ...secretSettings,
  SMTP_URL: setting({
    kind: smtpAddress(),
    needed: true,
    secret: true,
    inProduction: notLocal,
    about: 'Server that sends mail; by default the mailbox simulator in development.',
  }),
  MAIL_PER_SECOND: setting({
    kind: whole(1, 10_000),
    default: 20,
    about: 'Mails sent in a second at most; mail servers limit how many they take.',
    live: { ko: '1초에 보내는 메일의 최대 건수. 메일 서버마다 받는 한도가 있습니다.' },
  }),
  MAIL_FROM: setting({
    kind: sender(),
    default: '장터 <no-reply@jangteo.local>',
    about: 'Sender of the shop’s mail.',
    live: { ko: '장터가 보내는 메일의 발신인.' },
  }),
  JANGTEO_CODES_PER_CLIENT: setting({
    kind: whole(1, 10_000_000),
    default: 300,
    about: 'E-mail codes one network may ask for in an hour.',
    live: { ko: '한 네트워크에서 한 시간에 요청할 수 있는 이메일 인증번호 수.' },
  }),
  JANGTEO_CODE_TRIES_PER_CLIENT: setting({
    kind: whole(1, 10_000_000),
    default: 60,
    about: 'Wrong e-mail codes one network may try in an hour.',
    live: { ko: '한 네트워크에서 한 시간에 틀릴 수 있는 이메일 인증번호 수.' },
  }),
} as const
