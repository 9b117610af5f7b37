import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import PostalMime from 'postal-mime'
import { messageOf, senderOf } from './message.ts'

const sender = senderOf('장터 <no-reply@jangteo.local>')
const mail = {
  id: '0198f2c0-0000-7000-8000-000000000001',
  to: 'buyer@example.com',
  subject: '주문 완료',
  text: '고맙습니다',
  at: Date.UTC(2026, 0, 2),
}

/** Text as it reads, whatever ends its lines; what cannot be written in UTF-8 is not text. */
const words = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc
    .array(fc.constantFrom('가', '힣', '.', '..', '\n', '\r\n', '=?', '?=', '--', 'a', ' ', '👨‍👩‍👧'))
    .map((all) => all.join('')),
)
const lines = (text: string): string => text.replace(/\r\n|\r|\n/g, '\n')
const trimmed = (text: string): string => text.replace(/\p{Cc}+/gu, ' ').trim()

test('whatever a mail says, it reads the same where it arrives, and no line is longer than mail may be', async () => {
  await fc.assert(
    fc.asyncProperty(words, words, fc.option(words, { nil: undefined }), async (subject, text, html) => {
      const raw = messageOf(sender, { ...mail, subject, text, html })
      const read = await PostalMime.parse(raw)
      assert.equal(read.subject ?? '', trimmed(subject))
      assert.equal(lines(read.text ?? ''), lines(text))
      assert.equal(lines(read.html ?? ''), lines(html ?? ''))
      assert.deepEqual(read.from, { name: '장터', address: 'no-reply@jangteo.local' })
      for (const line of raw.toString('latin1').split('\r\n'))
        assert.ok(line.length <= 78 && !/[\r\n]/.test(line), line)
    }),
  )
})

test('nothing given adds a header', async () => {
  const evil = 'x\r\nBcc: thief@example.com\r\n\r\n'
  const read = await PostalMime.parse(messageOf(senderOf(`${evil} <a@b.kr>`), { ...mail, to: evil, subject: evil }))
  assert.deepEqual(read.headers.map((each) => each.key).toSorted(), [
    'auto-submitted',
    'content-transfer-encoding',
    'content-type',
    'date',
    'from',
    'message-id',
    'mime-version',
    'subject',
    'to',
  ])
})

test('a sender is an address, or a name with one; the address is one that every server knows', async () => {
  const readOf = async (from: string) => (await PostalMime.parse(messageOf(senderOf(from), mail))).from
  assert.equal(senderOf('shop@example.com').header, 'shop@example.com')
  assert.deepEqual(await readOf('Jangteo, "the" Shop. <shop@example.com>'), {
    name: 'Jangteo, "the" Shop.',
    address: 'shop@example.com',
  })
  assert.deepEqual(await readOf('"장터" <shop@example.com>'), { name: '장터', address: 'shop@example.com' })
  assert.equal(senderOf('장터 <shop@장터.한국>').address, 'shop@xn--vv5bo8o.xn--3e0b707e')
})
