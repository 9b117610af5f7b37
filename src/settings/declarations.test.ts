import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { contract } from '#kernel/contract.ts'
import { service } from '#kernel/service.ts'
import { whole } from '#kernel/settings/kinds.ts'
import { type Declarations, setting } from '#kernel/settings/setting.ts'
import { declarations, liveSettings, shop } from '#src/shop.ts'
import { declarationsOf } from './declarations.ts'
import { liveAmong } from './live.ts'

const minutes = () =>
  setting({ kind: whole(1, 60), default: 10, about: 'Minutes to wait.', live: { ko: '기다리는 시간(분).' } })
const serviceOf = (name: string, settings: Declarations) =>
  service(contract(name, {}), { settings }, () => assert.fail('it was built'))

describe('the settings of a shop', () => {
  test('are those of the process and those of its services, which may share one', () => {
    const [shared, own] = [minutes(), minutes()]
    const services = [serviceOf('one', { SHARED: shared }), serviceOf('two', { SHARED: shared, OWN: own })]
    assert.deepEqual(
      declarationsOf({ PORT: minutes() }, services).map((each) => [each.name, each.services]),
      [
        ['PORT', []],
        ['SHARED', ['one', 'two']],
        ['OWN', ['two']],
      ],
    )
  })

  test('one name declared in two ways is refused: one of them would count for nothing', () => {
    assert.throws(
      () => declarationsOf({ SAME: minutes() }, [serviceOf('one', { SAME: minutes() })]),
      /The service one declares SAME anew/,
    )
  })

  test('a live one can be set for each service that declares it', () => {
    const shared = minutes()
    const all = declarationsOf({}, [serviceOf('one', { SHARED: shared }), serviceOf('two', { SHARED: shared })])
    assert.deepEqual(
      liveAmong(all).map(({ name, by }) => [name, by]),
      [['SHARED', ['one', 'two']]],
    )
  })

  test('what operators set while the shop runs can still be set, and for the same services', () => {
    const readers = new Map(liveSettings.map(({ name, by }) => [name, by]))
    const before = {
      RATE_LIMITS: ['gateway'],
      RATE_LIMIT_FACTOR: ['gateway'],
      CANARY: ['gateway'],
      LOG_LEVEL: 'every',
      TRACE_PERCENT: [],
      TOSS_SECRET_KEY: ['payment'],
      MAIL_PER_SECOND: ['email'],
      MAIL_FROM: ['email'],
      JANGTEO_CODES_PER_CLIENT: ['email'],
      JANGTEO_CODE_TRIES_PER_CLIENT: ['email'],
      JANGTEO_SIGN_IN_FAILURES_PER_CLIENT: ['auth'],
      ORDER_DELIVERY_DAYS: ['order'],
      ORDER_PAY_MINUTES: ['order'],
      DEPOSIT_HOURS: ['payment'],
      DEPOSIT_REMINDER_HOURS: ['order'],
    }
    for (const [name, by] of Object.entries(before)) assert.deepEqual(readers.get(name), by, name)
  })

  test('every setting that a service declares is among them', () => {
    const names = new Set(declarations.map((each) => each.name))
    for (const { settings } of shop) for (const name of Object.keys(settings)) assert.ok(names.has(name), name)
  })
})
