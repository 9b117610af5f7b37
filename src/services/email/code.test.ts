import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { drawCode } from './code.ts'
import { allowedFrom, type Rate, withOneMore } from './mail-queue/rate.ts'
import { codeLetter, letter } from './mail-queue/template.ts'

const bytes = (value: number): Uint8Array => {
  const four = new Uint8Array(4)
  new DataView(four.buffer).setUint32(0, value)
  return four
}

test('a code is six digits, leading zeros kept, and a draw that would favour low codes is thrown away', () => {
  assert.equal(
    drawCode(() => bytes(42)),
    '000042',
  )
  assert.equal(
    drawCode(() => bytes(4_293_999_999)),
    '999999',
  )
  const draws = [4_294_000_000, 2 ** 32 - 1, 7]
  assert.equal(
    drawCode(() => bytes(draws.shift()!)),
    '000007',
  )
})

test('a rate never lets more than its most through in any window, nor two within its spacing', () => {
  const rate: Rate = { most: 3, window: 1_000, spacing: 50 }
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 60 }), (gaps) => {
      let now = 0
      let recent: number[] = []
      const allowed: number[] = []
      for (const gap of gaps) {
        now += gap
        if (allowedFrom(recent, rate, now) > now) continue
        allowed.push(now)
        recent = withOneMore(recent, rate, now)
      }
      for (const [i, at] of allowed.entries()) {
        assert.ok(i === 0 || at - allowed[i - 1]! >= 50)
        assert.ok(allowed.filter((each) => each > at - 1_000 && each <= at).length <= 3)
      }
    }),
  )
})

test('a rate tells the first instant at which one more is allowed', () => {
  const rate: Rate = { most: 2, window: 1_000, spacing: 100 }
  assert.equal(allowedFrom([], rate, 5_000), 5_000)
  assert.equal(allowedFrom([4_950], rate, 5_000), 5_050)
  assert.equal(allowedFrom([4_950], rate, 5_000, false), 5_000)
  assert.equal(allowedFrom([4_100, 4_500], rate, 5_000), 5_100)
  assert.equal(allowedFrom([4_100, 4_500], rate, 5_100), 5_100)
})

test('the mail of a code speaks the caller’s language, keeps the code out of the subject and escapes what it is given', () => {
  const ko = codeLetter('password-reset', '123456', 'ko')
  assert.match(ko.text, /비밀번호 재설정/)
  assert.match(ko.text, /^123456$/m)
  assert.match(ko.html, /lang="ko"/)
  const en = codeLetter('sign-up', '123456', 'en')
  assert.match(en.text, /5 minutes/)
  assert.ok(!ko.subject.includes('123456') && !en.subject.includes('123456'))
  const hostile = letter('en', '<b>"hi"</b>', ['<script>alert(1)</script>', { strong: "'&" }])
  assert.ok(!hostile.html.includes('<script>') && !hostile.html.includes('<b>'))
  assert.ok(hostile.html.includes('&lt;script&gt;') && hostile.html.includes('&#39;&amp;'))
})
