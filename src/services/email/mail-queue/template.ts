import { escapeHtml } from '#kernel/text/html.ts'
import type { Locale } from '#kernel/fault.ts'

/** A mail's words. */
export interface Letter {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** A letter of paragraphs in the shop's dress; each paragraph plain text, `strong` ones set large. */
export const letter = (
  locale: Locale,
  subject: string,
  paragraphs: readonly (string | { readonly strong: string })[],
): Letter => {
  const shop = locale === 'ko' ? '장터' : 'Jangteo'
  const foot =
    locale === 'ko'
      ? '이 메일은 발신 전용입니다. 요청하신 적이 없다면 무시하셔도 됩니다.'
      : 'This mailbox is not read. If you did not ask for this, you can ignore it.'
  const body = paragraphs
    .map((each) =>
      typeof each === 'string'
        ? `<p style="margin:0 0 16px;line-height:1.6;word-break:keep-all">${escapeHtml(each)}</p>`
        : `<p style="margin:0 0 16px;font-size:32px;font-weight:700;letter-spacing:6px">${escapeHtml(each.strong)}</p>`,
    )
    .join('\n')
  return {
    subject,
    text: [...paragraphs.map((each) => (typeof each === 'string' ? each : each.strong)), `-- \n${shop}\n${foot}`].join(
      '\n\n',
    ),
    html: `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>
<body style="margin:0;padding:24px;background:#f5f5f4;color:#1c1917;font-family:'Apple SD Gothic Neo','Malgun Gothic',sans-serif">
<div style="max-width:480px;margin:0 auto;padding:32px;background:#fff;border-radius:12px">
<p style="margin:0 0 24px;font-size:18px;font-weight:700">${shop}</p>
${body}
<p style="margin:24px 0 0;padding-top:16px;border-top:1px solid #e7e5e4;font-size:13px;color:#57534e;word-break:keep-all">${foot}</p>
</div></body></html>`,
  }
}

const sentences = {
  'sign-up': {
    ko: { subject: '[장터] 회원가입 인증번호', lead: '회원가입을 위한 인증번호입니다.' },
    en: { subject: '[Jangteo] Your sign-up code', lead: 'Here is your code to sign up.' },
  },
  'password-reset': {
    ko: { subject: '[장터] 비밀번호 재설정 인증번호', lead: '비밀번호 재설정을 위한 인증번호입니다.' },
    en: { subject: '[Jangteo] Your password reset code', lead: 'Here is your code to reset your password.' },
  },
} as const

/** The mail that carries a code. The code is not in the subject: previews on a locked screen show subjects. */
export const codeLetter = (purpose: keyof typeof sentences, code: string, locale: Locale): Letter => {
  const { subject, lead } = sentences[purpose][locale]
  const note =
    locale === 'ko'
      ? '5분 안에 입력해 주세요. 인증번호는 누구에게도 알려 주지 마세요. 장터 직원도 묻지 않습니다.'
      : 'Please enter it within 5 minutes. Share it with nobody; our staff never ask for it.'
  return letter(locale, subject, [lead, { strong: code }, note])
}
