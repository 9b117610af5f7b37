import { escapeHtml } from '#kernel/text/html.ts'
import { truncate } from '#kernel/text.ts'
import { wonEn, wonKo } from './messages.ts'

/** An order whose confirmation is mailed. */
export interface ConfirmedOrder {
  readonly orderId: string
  readonly number: string
  readonly orderName: string
  readonly amount: number
  /** Epoch milliseconds. */
  readonly paidAt: number
}

/** A subject is one line, whatever a seller called the product. */
const oneLine = (text: string, most: number): string => truncate(text.replace(/\p{Cc}+/gu, ' ').trim(), most, '…')

const seoul = new Intl.DateTimeFormat('ko-KR', { dateStyle: 'long', timeStyle: 'short', timeZone: 'Asia/Seoul' })

/** An instant as a Korean reader writes it: `2026년 11월 30일 오후 7:00`. */
export const momentKo = (at: number | string): string => seoul.format(new Date(at))

/** What a letter about an order says besides what all of them do. */
export interface Saying {
  readonly title: string
  readonly subject: string
  /** Sentences before the facts, Korean. */
  readonly lead: readonly string[]
  readonly rows: readonly (readonly [label: string, value: string])[]
  /** The same in English, shorter. */
  readonly english: string
  /** Words on the button that leads to the order. */
  readonly button: string
}

/** A letter about an order, Korean first, to a member of that name. `address` is the shop's own, without a slash at its end. */
export const orderLetter = (orderId: string, name: string, address: string, saying: Saying) => {
  const { title, lead, rows, english, button } = saying
  const link = `${address}/orders/${orderId}`
  const [first = '', ...rest] = lead
  const sentences = [`${name} 님, ${first}`, ...rest]
  const text = [
    ...sentences,
    rows.map(([label, value]) => `${label}: ${value}`).join('\n'),
    `주문 내역: ${link}`,
    english,
    '-- \n장터\n이 메일은 발신 전용입니다.',
  ].join('\n\n')
  const table = rows
    .map(
      ([label, value]) =>
        `<tr><th scope="row" style="padding:8px 16px 8px 0;text-align:left;font-weight:400;color:#57534e;white-space:nowrap">${label}</th><td style="padding:8px 0">${escapeHtml(value)}</td></tr>`,
    )
    .join('\n')
  const paragraphs = sentences
    .map((each) => `<p style="margin:0 0 16px;line-height:1.6;word-break:keep-all">${escapeHtml(each)}</p>`)
    .join('\n')
  const html = `<!doctype html>
<html lang="ko"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head>
<body style="margin:0;padding:24px;background:#f5f5f4;color:#1c1917;font-family:'Apple SD Gothic Neo','Malgun Gothic',sans-serif">
<div style="max-width:480px;margin:0 auto;padding:32px;background:#fff;border-radius:12px">
<p style="margin:0 0 24px;font-size:18px;font-weight:700">장터</p>
${paragraphs}
<table style="width:100%;border-collapse:collapse;margin:0 0 24px">${table}</table>
<p style="margin:0 0 16px"><a href="${escapeHtml(link)}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:#1c1917;color:#fff;text-decoration:none">${button}</a></p>
<p lang="en" style="margin:0;line-height:1.6;color:#57534e">${escapeHtml(english)}</p>
<p style="margin:24px 0 0;padding-top:16px;border-top:1px solid #e7e5e4;font-size:13px;color:#57534e">이 메일은 발신 전용입니다.</p>
</div></body></html>`
  return { subject: oneLine(saying.subject, 120), text, html }
}

/** The confirmation of a paid order, to a member of that name. */
export const confirmationLetter = (order: ConfirmedOrder, name: string, address: string) =>
  orderLetter(order.orderId, name, address, {
    title: '주문 확인',
    subject: `[장터] 주문이 완료되었습니다: ${order.orderName}`,
    lead: ['주문해 주셔서 감사합니다.'],
    rows: [
      ['주문번호', order.number],
      ['상품', order.orderName],
      ['결제 금액', wonKo(order.amount)],
      ['결제 일시', momentKo(order.paidAt)],
    ],
    english: `Thank you for your order ${order.number} (${wonEn(order.amount)}). You can follow it in “My orders”.`,
    button: '주문 내역 보기',
  })
