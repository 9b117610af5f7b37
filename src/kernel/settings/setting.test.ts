import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { Unfit } from '../live-setting.ts'
import { choice, kind, whole } from './kinds.ts'
import { setting, settingsFor } from './setting.ts'

const declared = {
  WAIT_MINUTES: setting({ kind: whole(1, 60), default: 10, about: 'Minutes to wait.' }),
  LEVEL: setting({
    kind: choice('low', 'high'),
    default: (mode) => (mode === 'production' ? 'high' : 'low'),
    about: 'How much.',
  }),
  NAME: setting({ kind: kind(z.string(), { en: 'give a name', ko: '이름을 입력해 주세요' }), about: 'A name.' }),
}

const refusalOf = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    assert.ok(error instanceof Unfit)
    return error.want
  }
  return assert.fail('nothing was refused')
}

describe('the settings a service sees', () => {
  test('have the declared default where the host has no value', () => {
    const { WAIT_MINUTES, LEVEL, NAME } = settingsFor(declared, {})
    assert.deepEqual({ WAIT_MINUTES, LEVEL, NAME }, { WAIT_MINUTES: 10, LEVEL: 'low', NAME: '' })
    assert.equal(settingsFor(declared, { mode: 'production' }).LEVEL, 'high')
  })

  test('are those it declares and no others', () => {
    const seen = settingsFor(declared, { WAIT_MINUTES: 5, OTHER_SECRET: 'of somebody else' })
    assert.deepEqual({ ...seen }, { mode: 'development', WAIT_MINUTES: 5, LEVEL: 'low', NAME: '' })
  })

  test('are read where they are used: a value that changes is seen', () => {
    let minutes = 5
    const seen = settingsFor(declared, {
      get WAIT_MINUTES() {
        return minutes
      },
    })
    assert.equal(seen.WAIT_MINUTES, 5)
    minutes = 0
    assert.equal(seen.WAIT_MINUTES, 0, 'a zero is a value, not a gap')
  })
})

describe('kinds by zod', () => {
  test('read what fits', () => {
    assert.equal(whole(1, 60).read('60'), 60)
    assert.equal(choice('low', 'high').read('high'), 'high')
  })

  for (const text of ['0', '61', '2.5', '-1', '1e1', ' 5', '', '9'.repeat(16)])
    test(`a whole number from 1 to 60 is not ${JSON.stringify(text)}, and both languages say what would be right`, () =>
      assert.deepEqual(
        refusalOf(() => whole(1, 60).read(text)),
        { en: 'give a whole number from 1 to 60', ko: '1에서 60 사이의 정수로 입력해 주세요' },
      ))

  test('a word that is none of the choices is refused with the choices', () =>
    assert.deepEqual(
      refusalOf(() => choice('low', 'high').read('middle')),
      { en: 'give one of low, high', ko: '다음 중 하나로 입력해 주세요: low, high' },
    ))
})
