import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { redact } from './redact.ts'

describe('a text that travels on', () => {
  for (const [text, left] of [
    ['010-1234-5678로 전화 주세요', '***로 전화 주세요'],
    ['연락처 01012345678', '연락처 ***'],
    ['card 4330 1234 5678 9012 was lost', 'card *** was lost'],
    ['4330123456789012', '***'],
    ['０１０-１２３４-５６７８', '***'],
    ['메일은 kim.min@example.co.kr 입니다', '메일은 *** 입니다'],
  ] as const)
    test(`tells no number and no address: ${text}`, () => assert.equal(redact(text), left))

  for (const text of ['2026-11-20까지 받고 싶었어요', '2개만 필요해서, 15,000원짜리로', '@ 표시가 이상해요', ''])
    test(`keeps the rest: ${text}`, () => assert.equal(redact(text), text))
})
