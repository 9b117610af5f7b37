import { BANKS } from '../payments/cancel.ts'
import { koreanTime } from '../clock.ts'
import { html, wonText, type Html } from './html.ts'
import { CARD_COMPANIES, WALLETS } from './open.ts'
import { balanceOf, METHOD_NAMES, type Method, type Payment } from '../payments/payment.ts'

const page = (title: string, body: Html): string =>
  html`<!doctype html>
    <html lang="ko">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <link rel="stylesheet" href="/simulators/toss/window.css" />
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html>`.text

const options = (names: Readonly<Record<string, string>>, suffix: string, chosen?: string): Html[] =>
  Object.entries(names).map(
    ([code, name]) => html`<option value="${code}" ${code === chosen && html` selected`}>${name}${suffix}</option>`,
  )

const method = (value: Method, chosen: Method, detail?: Html): Html =>
  html` <div class="method">
    <label
      ><input type="radio" name="method" value="${value}" ${value === chosen && html` checked`} />
      ${METHOD_NAMES[value]}</label
    >
    ${detail && html`<div class="detail">${detail}</div>`}
  </div>`

const REFUSALS: Readonly<Record<string, string>> = {
  '': '승인',
  REJECT_CARD_PAYMENT: '한도초과·잔액부족',
  REJECT_CARD_COMPANY: '카드사 거절',
  INVALID_STOPPED_CARD: '정지된 카드',
  INVALID_CARD_EXPIRATION: '유효기간 오류',
  EXCEED_MAX_DAILY_PAYMENT_COUNT: '하루 결제 횟수 초과',
  FDS_ERROR: '이상 거래 감지',
  PROVIDER_ERROR: '일시적인 오류',
}

/** The payment window of a payment that waits for its buyer. */
export const windowPage = (payment: Payment): string => {
  const chosen = payment.method ?? 'CARD'
  const select = (name: string, label: string, choices: Html[]): Html =>
    html`<label
      >${label}
      <select name="${name}">
        ${choices}
      </select></label
    >`
  const provider = payment.easyPay?.provider
  return page(
    '결제하기',
    html` <p class="brand">테스트 결제창 <small>실제로 결제되지 않습니다</small></p>
      <h1>${payment.orderName}</h1>
      <p class="amount"><span>결제 금액</span> <strong>${wonText(payment.totalAmount)}</strong></p>
      <form method="post">
        <fieldset>
          <legend>결제 수단</legend>
          ${method('CARD', chosen, select('issuerCode', '카드사', options(CARD_COMPANIES, '카드', '51')))}
          ${method(
            'EASY_PAY',
            chosen,
            select(
              'provider',
              '간편결제사',
              Object.keys(WALLETS).map((name) => html`<option${name === provider && html` selected`}>${name}</option>`),
            ),
          )}
          ${method('TRANSFER', chosen, select('transferBank', '은행', options(BANKS, '', '88')))}
          ${method('VIRTUAL_ACCOUNT', chosen, select('accountBank', '입금할 은행', options(BANKS, '', '88')))}
          ${method('MOBILE_PHONE', chosen)}
        </fieldset>
        <details>
          <summary>시험 설정</summary>
          ${select('refusal', '승인 요청의 결과', options(REFUSALS, ''))}
        </details>
        <button class="primary" name="action" value="pay">${wonText(payment.totalAmount)} 결제하기</button>
        <button name="action" value="refuse">카드사 거절로 끝내기</button>
        <button name="action" value="close">닫기</button>
      </form>`,
  )
}

/** The bank of development: accounts that wait for a deposit, newest first, and what can happen to each. */
export const bankPage = (accounts: readonly Payment[]): string =>
  page(
    '테스트 은행',
    html` <p class="brand">테스트 은행 <small>실제로 입금되지 않습니다</small></p>
      <h1>입금을 기다리는 가상계좌</h1>
      ${accounts.length === 0 && html`<p>지금은 없습니다. 결제창에서 가상계좌를 고르면 여기에 나타납니다.</p>`}
      ${accounts.map(
        (each) =>
          html`<form method="post">
            <h2>${each.orderName}</h2>
            <dl>
              <dt>계좌</dt>
              <dd>
                ${BANKS[each.virtualAccount!.bankCode] ?? each.virtualAccount!.bankCode}
                ${each.virtualAccount!.accountNumber}
              </dd>
              <dt>금액</dt>
              <dd>${wonText(each.totalAmount)}</dd>
              <dt>상태</dt>
              <dd>${each.status === 'EXPIRED' ? '기한 지남' : '입금 대기'}</dd>
            </dl>
            <input type="hidden" name="paymentKey" value="${each.paymentKey}" />
            <button class="primary" name="action" value="deposit">${wonText(each.totalAmount)} 입금하기</button>
            ${each.status !== 'EXPIRED' && html`<button name="action" value="pass-due">기한 지나게 하기</button>`}
          </form>`,
      )}`,
  )

/** What a buyer sees who comes back to a window that is over. */
export const windowOver = (): string =>
  page(
    '결제 시간 만료',
    html` <h1>진행 중인 결제가 없습니다</h1>
      <p>결제 시간이 지났거나 이미 처리된 결제입니다. 쇼핑몰로 돌아가 다시 시도해 주세요.</p>`,
  )

/** A receipt as the buyer sees it. */
export const receiptPage = (payment: Payment): string =>
  page(
    '매출전표',
    html` <p class="brand">테스트 매출전표</p>
      <h1>${payment.orderName}</h1>
      <dl>
        <dt>주문번호</dt>
        <dd>${payment.orderId}</dd>
        <dt>결제 수단</dt>
        <dd>${payment.method ? METHOD_NAMES[payment.method] : '-'}</dd>
        <dt>승인 일시</dt>
        <dd>${payment.approvedAt === null ? '-' : koreanTime(payment.approvedAt).replace('T', ' ').slice(0, 19)}</dd>
        <dt>결제 금액</dt>
        <dd>${wonText(payment.totalAmount)}</dd>
        <dt>취소 금액</dt>
        <dd>${wonText(payment.refunded)}</dd>
        <dt>남은 금액</dt>
        <dd>${wonText(balanceOf(payment))}</dd>
      </dl>`,
  )
