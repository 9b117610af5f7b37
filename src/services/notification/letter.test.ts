import assert from 'node:assert/strict'
import { test } from 'node:test'
import { confirmationLetter } from './letter.ts'

const subjectOf = (orderName: string): string =>
  confirmationLetter(
    { orderId: 'o', number: '261130-ABCDEFGH', orderName, amount: 1_000, paidAt: 0 },
    '홍길동',
    'http://shop.test',
  ).subject

test('a subject is one line', () => {
  assert.equal(subjectOf('무선\r\n이어폰'), '[장터] 주문이 완료되었습니다: 무선 이어폰')
})

test('a long subject ends between characters', () => {
  for (let length = 80; length <= 110; length++) {
    const subject = subjectOf(`${'a'.repeat(length)}${'👩‍👩‍👧'.repeat(3)}`)
    assert.ok(subject.length <= 120)
    assert.match(subject, /(a|👩‍👩‍👧)(…)?$/u)
    assert.ok(!/[\u200d\ud83d]…?$/.test(subject), subject)
  }
})
