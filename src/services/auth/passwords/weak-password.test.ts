import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCommonPasswords } from './common-password-store.ts'
import { weaknessOf } from './weak-password.ts'

const common = await readCommonPasswords()
const reason = (password: string): string | undefined => weaknessOf(password, common)?.code

test('what nobody else has is taken', () => {
  for (const good of [
    'correct horse 9',
    'another-2026!',
    'jangteo-2026!',
    '나만아는비밀번호임다',
    '오늘도 맑음 7',
    'kdj#29fk',
    'ghost writer of seoul',
    'aXa7aXa9bQ',
    '장터에서만나요22',
    'x'.repeat(60) + 'y'.repeat(60),
  ])
    assert.equal(reason(good), undefined, good)
})

test('the same over and over is no password, nor are spaces', () => {
  for (const bad of [
    'aaaaaaaa',
    'AAAAaaaaAA',
    '1111111111',
    '!!!!!!!!!!',
    '          ',
    ' \u00a0\u3000\t        ',
    'ㅁㅁㅁㅁㅁㅁㅁㅁㅁㅁ',
    'ㅋㅋㅋㅋㅋㅋㅋㅋ',
    '가나가나가나가나가나',
    '１１１１１１１１１１',
    '1212121212',
    '1234512345',
    'qwertyqwerty',
    '123456789123456789',
    '🙂🙂🙂🙂🙂🙂',
  ])
    assert.equal(reason(bad), 'repeated_characters', bad)
})

test('the most used are no passwords, whatever their case, form and keyboard', () => {
  for (const bad of [
    'password',
    'password1',
    'PASSWORD1',
    'Password123!',
    'ｐａｓｓｗｏｒｄ１',
    '12345678',
    '1234567890',
    '0987654321',
    '0123456789',
    'qwertyuiop',
    'poiuytrewq',
    'abcdefghij',
    'football1',
    'iloveyou2',
    '1q2w3e4r',
    '1q2w3e4r!',
    '1q2w3e4r5t',
    '1qaz2wsx',
    '1qaz!QAZ',
    'qwer1234',
    'qwer1234!',
    '!@qwer1234',
    'asdf1234!@',
    'abc123!@#',
    'test1234',
    'admin1234!',
    'dkssudgktpdy',
    'dkssud1234',
    'DKSSUD!1004',
    'tkfkdgo1004',
    'qlalfqjsgh1!',
    '안녕하세요1',
    '비밀번호1234',
    '비밀번호1234'.normalize('NFD'),
    'ㄱㄴㄷㄹㅁㅂㅅㅇ',
    'ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ',
    '가나다라마바사아자차',
  ])
    assert.equal(reason(bad), 'common_password', bad)
})

test('the list holds the ten thousand most used, of lengths that a password may have', () => {
  assert.ok(common.size > 10_000)
  for (const each of common) {
    assert.ok(each.length >= 8 && each === each.toLowerCase(), each)
    assert.notEqual(reason(each), undefined, each)
  }
  assert.ok(!common.has('') && common.has('trustno1') && common.has('sunshine'))
})

test('eight characters need two kinds; ten do not', () => {
  for (const bad of ['kqmzxowv', '83920174', '#%^(*$@~']) assert.equal(reason(bad), 'password_too_simple', bad)
  for (const good of ['kqmzxow1', '8392017!', 'kqmzxowvpe', '8392017465']) assert.equal(reason(good), undefined, good)
})
