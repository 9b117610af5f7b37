import assert from 'node:assert/strict'
import { test } from 'node:test'
import { depositLetter, passedLetter, refundAccountLetter, reminderLetter } from './deposit-letters.ts'

const order = { orderId: 'o', number: '261130-ABCDEFGH', orderName: '텐트 <4인>', amount: 12_900, paidAt: 0 }
const account = {
  bank: '88',
  bankName: { ko: '신한은행', en: 'Shinhan Bank' },
  accountNumber: 'X1234567890123',
  holderName: '홍 <길동>',
  dueAt: '2026-12-01T10:05:00.000Z',
}

test('where to pay until when is in both parts of the letter, in Korean time, and nothing in it is markup of others', () => {
  for (const written of [depositLetter, reminderLetter]) {
    const { text, html, subject } = written(order, account, '김 <b>장터</b>', 'https://shop.test')
    for (const part of [text, html])
      for (const fact of [
        '신한은행',
        'X1234567890123',
        '12,900원',
        '2026년 12월 1일 오후 7:05',
        'https://shop.test/orders/o',
      ])
        assert.ok(part.includes(fact), `${fact}: ${part}`)
    assert.ok(text.includes('예금주: 홍 <길동>') && html.includes('홍 &lt;길동&gt;') && !html.includes('<b>장터'))
    assert.ok(!subject.includes('X1234567890123'), 'previews show subjects')
  }
})

test('who is too late is told not to pay any more; who is owed money, that nobody asks for the number by mail', () => {
  assert.match(passedLetter(order, '홍길동', 'https://shop.test').text, /닫혔으니 입금하지 마시고/)
  const { text } = refundAccountLetter(order, '홍길동', 'https://shop.test')
  assert.match(text, /12,900원/)
  assert.match(text, /여쭙지 않습니다/)
})
