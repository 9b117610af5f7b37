import { convertHangulToQwerty } from 'es-hangul'
import type { FieldProblem } from '#kernel/fault.ts'
import { invalid } from '#kernel/input/invalid.ts'

/** Words that Koreans make passwords of, mostly typed with the keyboard in English: 안녕 is dkssud. */
const WORDS =
  '안녕 안녕하세요 하이 비밀번호 비번 암호 사랑 사랑해 사랑해요 사랑합니다 행복 행복하자 감사합니다 대한민국 한국 코리아 서울 부산 ' +
  '가나다 가나다라 가나다라마 가나다라마바사 일이삼사 하나둘셋 바보 천사 공주 왕자 엄마 아빠 가족 우리집 우리가족 친구 학교 학생 선생님 ' +
  '화이팅 파이팅 대박 최고 부자 로또 축구 야구 음악 영화 여행 하늘 바다 태양 희망 소망 믿음 예수님 하나님 아멘 할렐루야 ' +
  '관리자 운영자 테스트 회원 쇼핑 쇼핑몰 컴퓨터 인터넷 네이버 다음 구글 카카오 삼성 엘지 현대 뽀로로 메롱 몰라 몰라요 없음'

/** What hands find on a keyboard, and what is in the place of a password before it is changed. */
const WALKS =
  '1q2w3e 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y q1w2e3 q1w2e3r4 q1w2e3r4t5 1qaz 2wsx 1qaz2wsx 1qazxsw2 qaz qazwsx zaq1 qwe qwer qwert ' +
  'qwerty qwertyuiop asd asdf asdfg asdfgh asdfghjkl zxc zxcv zxcvb zxcvbn zxcvbnm qweasd qweasdzxc qwerasdf asdfzxcv ' +
  'qwerasdfzxcv abc abcd abcde abcdef aaa qqq zzz aa qq zz password passwd passw0rd p@ssword p@ssw0rd pass admin administrator ' +
  'root user guest test tester master manager staff system korea seoul hello welcome love iloveyou sarang letmein'

const BASES: ReadonlySet<string> = new Set([
  ...WORDS.split(' ').map((word) => convertHangulToQwerty(word).toLowerCase()),
  ...WALKS.split(' '),
])

/** Rows one walks along, either way. */
const ROWS = [
  '01234567890',
  '1234567890-=',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop[]',
  "asdfghjkl;'",
  'zxcvbnm,./',
  '!@#$%^&*()_+',
  'ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ',
  '가나다라마바사아자차카타파하',
].flatMap((row) => [row, [...row].toReversed().join('')])

/** Characters before and after a word that make nothing of it harder to guess. */
const BEFORE = 4
const AFTER = 6

const isDecorated = (text: string): boolean => {
  const before = /^[\d\W_]*/.exec(text)![0].length
  const after = /[\d\W_]*$/.exec(text)![0].length
  for (let i = 0; i <= Math.min(BEFORE, before); i++)
    for (let j = 0; j <= Math.min(AFTER, after); j++) if (BASES.has(text.slice(i, text.length - j))) return true
  return false
}

const REPEATED = {
  code: 'repeated_characters',
  message: {
    ko: '같은 글자만 되풀이한 비밀번호는 쓸 수 없습니다.',
    en: 'A password may not be the same few characters over and over.',
  },
}
const COMMON = {
  code: 'common_password',
  message: {
    ko: '많은 사람이 쓰는 비밀번호라 쉽게 알아낼 수 있습니다. 다른 비밀번호를 입력해 주세요.',
    en: 'Many people use this password, so it is easily guessed. Please choose another.',
  },
}
const TOO_SIMPLE = {
  code: 'password_too_simple',
  message: {
    ko: '영문·숫자·기호 중 두 가지를 섞거나 10자 이상으로 입력해 주세요.',
    en: 'Please mix two of letters, digits and symbols, or use at least 10 characters.',
  },
}

const kindsOf = (text: string): number => [/[a-z]/i, /\d/, /[^a-z\d]/i].filter((kind) => kind.test(text)).length

/**
 * Why a new password is too easily guessed, if it is: the same characters over and over, spaces alone, one of the most
 * used, or (as the guide of the Korean security standard has it) neither ten characters nor eight of two kinds. Case, the
 * form of characters and the language the keyboard was set to make no difference to who guesses.
 */
export const weaknessOf = (password: string, common: ReadonlySet<string>): Omit<FieldProblem, 'field'> | undefined => {
  const text = password.normalize('NFKC').toLowerCase()
  if (/^(.{1,10}?)\1+$/su.test(text) || text.trim() === '') return REPEATED
  // Letters of the keyboard as they are: NFKC makes others of them.
  const composed = password.normalize('NFC').toLowerCase()
  const readings = new Set([text, composed, convertHangulToQwerty(composed).toLowerCase()])
  for (const each of readings)
    if (common.has(each) || isDecorated(each) || ROWS.some((row) => row.includes(each))) return COMMON
  return password.length < 10 && kindsOf(password) < 2 ? TOO_SIMPLE : undefined
}

/** Refuses a new password that is too easily guessed, with the reason, at the member of the input that holds it. */
export const refuseWeak = (field: string, password: string, common: ReadonlySet<string>): void => {
  const weakness = weaknessOf(password, common)
  if (weakness) throw invalid(field, weakness.code, weakness.message)
}
