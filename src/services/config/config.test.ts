import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { serviceConnection } from '#engines/postgres/schema/provision.ts'
import { systemContext } from '#kernel/call.ts'
import { withContext, type CallContext } from '#kernel/context.ts'
import { FORBIDDEN, INVALID_INPUT, UNAUTHENTICATED } from '#kernel/faults.ts'
import type { Fault } from '#kernel/fault.ts'
import { openLive } from '#kernel/secrets/live-secret.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { secretsFrom } from '#kernel/secrets/secrets.ts'
import { VERSION_CONFLICT } from '#kernel/input/versions.ts'
import { startHost } from '#src/host/process/host.ts'
import { liveSettings } from '#src/shop.ts'
import { memberActor, staffActor, startTestHost } from '#test/support/host.ts'
import { testSettings } from '#test/support/settings.ts'
import { silent } from '#test/support/silent.ts'
import { config, NO_SUCH_VERSION, NOTHING_CHANGES } from './contract.ts'
import { configServiceOf } from './service.ts'

const STAFF = '01a1f923-aabd-7198-80b7-c256b96a193f'
const OTHER = '01a1f923-aabd-7198-80b7-c256b96a1940'
const SECRET = 'live_sk_the-one-that-nobody-may-see'

const services = ['order', 'email', 'payment', 'auth']
const shop = await startTestHost([configServiceOf({ settings: () => liveSettings, services: () => services })], {
  settings: testSettings,
  // Names come from the member service; one that is away costs no more than the name.
  elsewhere: () => ({
    call: async (_, input) => {
      const { id } = input as { id: string }
      if (id !== STAFF) throw new Error('away')
      return { id, email: 'staff@jangteo.local', name: '장터 직원', phone: null }
    },
  }),
})
const second: { stop(): Promise<void> }[] = []
after(() => Promise.all(second.map((each) => each.stop())))

/** Another process of the service on the same store. */
const secondHost = async () => {
  const host = await startHost({
    services: [configServiceOf({ settings: () => liveSettings, services: () => services })],
    connection: (service) => serviceConnection(shop.admin, service),
    settings: testSettings,
    runtime: shop.runtime,
    log: silent,
    elsewhere: () => ({ call: async () => null }),
  })
  second.push(host)
  return host
}
const context = (): CallContext => ({
  ...systemContext('edge', shop.runtime),
  actor: staffActor(STAFF, 'operations'),
})

const staff = shop.as(config, staffActor(STAFF, 'operations'))
const hosts = shop.inside(config)
const secrets = secretsFrom(testSettings.JANGTEO_SECRET, systemRuntime())

let environment = ''
let count = 0
beforeEach(() => {
  environment = `test-${++count}`
})

const change = (name: string, value: string | null, expectedVersion: number, place = 'shop', reason = 'a test of it') =>
  staff.change({ environment, expectedVersion, reason, changes: [{ place, name, value }] })

const refusal = async (work: Promise<unknown>): Promise<Fault> => {
  let found: unknown
  await work.then(
    () => assert.fail('it was not refused'),
    (error: unknown) => (found = error),
  )
  return found as Fault
}

const events = async () =>
  shop.db('config').query<{ payload: any }>({
    text: `SELECT payload FROM outbox WHERE name = 'config.changed' AND payload->>'environment' = $1 ORDER BY id`,
    values: [environment],
  })

const versions = async (): Promise<number> => (await staff.list({ environment })).version

describe('central configuration', () => {
  test('a value is set with who, when and why, reaches hosts, and is told without its value', async () => {
    const made = await change('ORDER_PAY_MINUTES', '15', 0, 'order', '행사 기간에는 더 기다립니다')
    assert.equal(made.number, 1)
    assert.deepEqual(made.by, { memberId: STAFF, name: '장터 직원' })
    assert.equal(made.reason, '행사 기간에는 더 기다립니다')
    assert.deepEqual(made.changes, [{ place: 'order', name: 'ORDER_PAY_MINUTES' }])
    const setting = await staff.describe({ environment, name: 'ORDER_PAY_MINUTES' })
    assert.deepEqual(setting.places, ['shop', 'order'])
    assert.equal(setting.otherwise, '10')
    assert.equal(setting.values.length, 1)
    const { at, ...value } = setting.values[0]!
    assert.equal(at, made.at)
    assert.deepEqual(value, { place: 'order', set: true, value: '15', version: 1, by: made.by, left: null })

    const current = await hosts.current({ environment })
    assert.equal(current.version, 1)
    assert.deepEqual(current.values, [{ place: 'order', name: 'ORDER_PAY_MINUTES', value: '15', sealed: null }])
    const again = await hosts.current({ environment, after: current.id })
    assert.deepEqual(again, { id: current.id, version: 1, values: null })

    const [event] = await events()
    assert.deepEqual(event!.payload.changes, [{ place: 'order', name: 'ORDER_PAY_MINUTES' }])
    assert.doesNotMatch(JSON.stringify(event!.payload), /15"/)
  })

  test('one environment knows nothing of another', async () => {
    await change('MAIL_PER_SECOND', '7', 0)
    assert.deepEqual((await hosts.current({ environment: `${environment}-b` })).values, [])
    assert.equal((await staff.list({ environment: `${environment}-b` })).version, 0)
    assert.ok((await staff.list({ environment })).environments.includes(environment))
  })

  test('a bad value is refused by the field, in both languages, and nothing has changed', async () => {
    await change('MAIL_PER_SECOND', '7', 0)
    const before = await hosts.current({ environment })
    for (const [name, value, place, field, sentence] of [
      ['ORDER_PAY_MINUTES', '0', 'shop', 'changes.1.value', 'Give a whole number from 1 to 1440.'],
      ['ORDER_PAY_MINUTES', '2.5', 'shop', 'changes.1.value', 'Give a whole number from 1 to 1440.'],
      [
        'MAIL_FROM',
        'nobody',
        'email',
        'changes.1.value',
        'Give an e-mail address, or a name with one as in 장터 <shop@example.com>.',
      ],
      ['LOG_LEVEL', 'loud', 'shop', 'changes.1.value', 'Give one of trace, debug, info, warn, error, fatal, silent.'],
      ['TOSS_SECRET_KEY', 'short', 'payment', 'changes.1.value', 'Give at least 8 characters.'],
      ['DATABASE_URL', 'postgres://x', 'shop', 'changes.1.name', undefined],
      ['ORDER_PAY_MINUTES', '5', 'email', 'changes.1.place', 'It cannot be set there: choose one of shop, order.'],
      ['MAIL_PER_SECOND', '9', 'shop', 'changes.1.name', 'The same value cannot be changed twice.'],
    ] as const) {
      const changes = [
        { place: 'shop', name: 'MAIL_PER_SECOND', value: '8' },
        { place, name, value },
      ]
      for (const work of [
        () => staff.change({ environment, expectedVersion: 1, reason: 'a try', changes }),
        () => staff.preview({ environment, changes }),
      ]) {
        const fault = await refusal(work())
        assert.ok(INVALID_INPUT.is(fault))
        assert.equal(fault.field, field)
        const [problem] = fault.fields!
        if (sentence) assert.equal(problem!.message.en, sentence)
        assert.match(problem!.message.ko, /[가-힣].*\.|골라|고르세요/)
      }
    }
    assert.deepEqual(await hosts.current({ environment, after: 'x' }), before)
    assert.equal((await events()).length, 1)
  })

  test('the rules of production count in every environment but development', async () => {
    const fault = await refusal(change('TOSS_SECRET_KEY', 'test_sk_simulator', 0))
    assert.equal(fault.fields?.[0]?.field, 'changes.0.value')
    environment = 'development'
    const made = await change('TOSS_SECRET_KEY', 'test_sk_simulator', 0)
    assert.equal(made.number, 1)
  })

  test('a reason is needed, and what would change nothing is refused', async () => {
    assert.equal((await refusal(change('MAIL_PER_SECOND', '7', 0, 'shop', '  '))).field, 'reason')
    assert.ok(NOTHING_CHANGES.is(await refusal(change('MAIL_PER_SECOND', null, 0))))
    await change('MAIL_PER_SECOND', '7', 0)
    assert.ok(NOTHING_CHANGES.is(await refusal(change('MAIL_PER_SECOND', '007', 1))))
    assert.equal(await versions(), 1)
  })

  test('whoever did not see the newest version is refused with its number; of two at once one wins', async () => {
    await change('MAIL_PER_SECOND', '7', 0)
    const late = await refusal(change('MAIL_PER_SECOND', '8', 0))
    assert.ok(VERSION_CONFLICT.is(late))
    assert.deepEqual(late.data, { version: 1 })
    // Two processes of the service: within one, its few connections alone would keep changes apart.
    const both = [shop.host, await secondHost()].map((host) => ({
      change: (value: string, expectedVersion: number) =>
        withContext(context(), () =>
          host.client(config, 'edge').change({
            environment,
            expectedVersion,
            reason: 'at once',
            changes: [{ place: 'shop', name: 'MAIL_PER_SECOND', value }],
          }),
        ),
    }))
    for (let version = 1; version <= 20; version++) {
      const outcomes = await Promise.allSettled(
        both.map((each, n) => each.change(String(1_000 * n + version), version)),
      )
      assert.equal(outcomes.filter((each) => each.status === 'fulfilled').length, 1)
      for (const each of outcomes)
        if (each.status === 'rejected') assert.ok(VERSION_CONFLICT.is(each.reason), String(each.reason))
    }
    assert.equal(await versions(), 21)
  })

  test('history tells versions newest first, page by page; a diff tells what is different between any two', async () => {
    await change('MAIL_PER_SECOND', '7', 0)
    await change('MAIL_FROM', '장터 <a@b.kr>', 1)
    await change('MAIL_PER_SECOND', '9', 2)
    await change('MAIL_FROM', null, 3)
    const first = await staff.history({ environment, limit: 3 })
    assert.deepEqual(
      first.items.map((each) => each.number),
      [4, 3, 2],
    )
    const second = await staff.history({ environment, limit: 3, cursor: first.nextCursor! })
    assert.deepEqual(
      second.items.map((each) => each.number),
      [1],
    )
    assert.equal(second.nextCursor, null)
    const between = async (from: number, to: number) =>
      (await staff.diff({ environment, from, to })).differences.map(
        ({ name, before, after }) => `${name}: ${before.value} → ${after.value}`,
      )
    assert.deepEqual(await between(1, 3), ['MAIL_FROM: null → 장터 <a@b.kr>', 'MAIL_PER_SECOND: 7 → 9'])
    assert.deepEqual(await between(3, 1), ['MAIL_FROM: 장터 <a@b.kr> → null', 'MAIL_PER_SECOND: 9 → 7'])
    assert.deepEqual(await between(0, 4), ['MAIL_PER_SECOND: null → 9'])
    assert.ok(NO_SUCH_VERSION.is(await refusal(staff.diff({ environment, from: 0, to: 5 }))))
  })

  test('a roll-back is a new version with the values of an old one', async () => {
    await change('MAIL_PER_SECOND', '7', 0)
    await change('TOSS_SECRET_KEY', SECRET, 1, 'payment')
    await staff.change({
      environment,
      expectedVersion: 2,
      reason: 'all at once',
      changes: [
        { place: 'shop', name: 'MAIL_PER_SECOND', value: '9' },
        { place: 'email', name: 'MAIL_PER_SECOND', value: '11' },
        { place: 'payment', name: 'TOSS_SECRET_KEY', value: `${SECRET}-2` },
      ],
    })
    const back = await staff.rollBack({ environment, expectedVersion: 3, to: 2, reason: 'it was better' })
    assert.equal(back.number, 4)
    assert.equal(back.restores, 2)
    assert.equal(back.changes.length, 3)
    assert.deepEqual((await staff.diff({ environment, from: 2, to: 4 })).differences, [])
    const { values } = await hosts.current({ environment })
    const sealed = values!.find((each) => each.name === 'TOSS_SECRET_KEY')!.sealed!
    const at = { environment, place: 'payment', name: 'TOSS_SECRET_KEY' }
    assert.equal(openLive(secrets, at, Buffer.from(sealed, 'base64')), SECRET)
    assert.ok(
      NOTHING_CHANGES.is(await refusal(staff.rollBack({ environment, expectedVersion: 4, to: 4, reason: 'again' }))),
    )
    assert.ok(
      NO_SUCH_VERSION.is(await refusal(staff.rollBack({ environment, expectedVersion: 4, to: 5, reason: 'again' }))),
    )
    assert.ok(
      VERSION_CONFLICT.is(await refusal(staff.rollBack({ environment, expectedVersion: 3, to: 1, reason: 'late' }))),
    )
    await staff.rollBack({ environment, expectedVersion: 4, to: 0, reason: 'from the beginning' })
    assert.deepEqual((await hosts.current({ environment })).values, [])
  })

  test('a secret is sealed in the database and seen nowhere: lists, diffs, history, previews, events, refusals', async () => {
    const shown: unknown[] = []
    shown.push(await change('TOSS_SECRET_KEY', SECRET, 0, 'payment'))
    const changes = [{ place: 'payment', name: 'TOSS_SECRET_KEY', value: `${SECRET}-2` }]
    shown.push(await staff.preview({ environment, changes }))
    shown.push(await staff.change({ environment, expectedVersion: 1, reason: 'it was due', changes }))
    const list = await staff.list({ environment })
    const setting = list.settings.find((each) => each.name === 'TOSS_SECRET_KEY')!
    assert.equal(setting.secret, true)
    assert.equal(setting.otherwise, null)
    assert.equal(setting.values[0]!.set, true)
    assert.equal(setting.values[0]!.value, null)
    const diff = await staff.diff({ environment, from: 1, to: 2 })
    assert.deepEqual(diff.differences, [
      {
        place: 'payment',
        name: 'TOSS_SECRET_KEY',
        secret: true,
        before: { set: true, value: null },
        after: { set: true, value: null },
      },
    ])
    shown.push(list, diff, await staff.history({ environment }), await events(), await hosts.current({ environment }))
    const fault = await refusal(change('TOSS_SECRET_KEY', `${SECRET}-3`, 2, 'payment', `because ${SECRET}-3 is new`))
    assert.equal(fault.field, 'reason')
    shown.push({ ...fault, text: fault.message })
    assert.ok(NOTHING_CHANGES.is(await refusal(change('TOSS_SECRET_KEY', `${SECRET}-2`, 2, 'payment'))))
    assert.doesNotMatch(JSON.stringify(shown), /nobody-may-see/)

    const tables = await shop.db('config').query<{ name: string }>({
      text: `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()`,
      values: [],
    })
    assert.ok(tables.length >= 6)
    for (const { name } of tables) {
      const rows = await shop
        .db('config')
        .query<{ row: string }>({ text: `SELECT t::text AS row FROM "${name}" t`, values: [] })
      const bytes = rows.map((each) => each.row).join('\n')
      assert.doesNotMatch(bytes, /nobody-may-see/, name)
      assert.ok(!bytes.includes(Buffer.from(SECRET).toString('hex')), name)
    }
  })

  test('a value this code does not take any more is shown as left out, and can be taken away', async () => {
    await shop
      .db('config')
      .query({ text: `INSERT INTO environment (name, version) VALUES ($1, 1)`, values: [environment] })
    await shop.db('config').query({
      text: `INSERT INTO version VALUES ($1, 1, gen_random_uuid(), now(), $2, 'by a newer version of the shop', NULL)`,
      values: [environment, OTHER],
    })
    for (const [name, value] of [
      ['ORDER_PAY_MINUTES', '99999'],
      ['FROM_THE_FUTURE', 'x'],
    ])
      await shop.db('config').query({
        text: `INSERT INTO change VALUES ($1, 1, 'shop', $2, $3, NULL)`,
        values: [environment, name, value],
      })
    const list = await staff.list({ environment })
    const [value] = list.settings.find((each) => each.name === 'ORDER_PAY_MINUTES')!.values
    assert.equal(value!.left?.en, 'Give a whole number from 1 to 1440.')
    assert.deepEqual(value!.by, { memberId: OTHER, name: null })
    assert.deepEqual(list.unknown, [{ place: 'shop', name: 'FROM_THE_FUTURE', version: 1 }])
    await change('FROM_THE_FUTURE', null, 1)
    await change('ORDER_PAY_MINUTES', null, 2)
    const fault = await refusal(staff.rollBack({ environment, expectedVersion: 3, to: 1, reason: 'back' }))
    assert.equal(fault.field, 'to')
    assert.equal(await versions(), 3)
    assert.deepEqual((await staff.list({ environment })).unknown, [])
  })

  test('hosts are shown with the version they run on, and as gone when they ask no more', async () => {
    const report = { version: 3, given: ['MAIL_FROM'], kept: [], left: [] }
    await hosts.current({ environment, host: { name: 'order-1', ...report } })
    await hosts.current({ environment, host: { name: 'order-2', ...report, version: 2 } })
    await hosts.current({ environment, host: { name: 'order-2', ...report } })
    const seen = await staff.hosts({ environment })
    assert.deepEqual(
      seen.items.map(({ name, version, living }) => [name, version, living]),
      [
        ['order-1', 3, true],
        ['order-2', 3, true],
      ],
    )
    shop.runtime.advance(20_000)
    await hosts.current({ environment, host: { name: 'order-1', ...report } })
    assert.deepEqual(
      (await staff.hosts({ environment })).items.map(({ name, living }) => [name, living]),
      [
        ['order-1', true],
        ['order-2', false],
      ],
    )
  })

  test('a host that says the same again is written down every few seconds, and one that says something else at once', async () => {
    const seenAt = async () => (await staff.hosts({ environment })).items[0]!.seenAt
    const report = { name: 'order-1', version: 3, given: [], kept: [], left: [] }
    await hosts.current({ environment, host: report })
    const first = await seenAt()
    shop.runtime.advance(1_000)
    await hosts.current({ environment, host: report })
    assert.equal(await seenAt(), first)
    await hosts.current({ environment, host: { ...report, version: 4 } })
    assert.notEqual(await seenAt(), first)
    const second = await seenAt()
    shop.runtime.advance(5_000)
    await hosts.current({ environment, host: { ...report, version: 4 } })
    assert.notEqual(await seenAt(), second)
  })

  test('only staff of operations may look or change, and only services ask for what is current', async () => {
    const actors = [
      [{ kind: 'anonymous' }, UNAUTHENTICATED],
      [memberActor(STAFF), FORBIDDEN],
      [staffActor(STAFF, 'catalog', 'orders', 'members'), FORBIDDEN],
    ] as const
    const input = {
      environment,
      name: 'MAIL_FROM',
      from: 0,
      to: 0,
      expectedVersion: 0,
      reason: 'because',
      changes: [{ place: 'shop', name: 'MAIL_FROM', value: 'x' }],
    }
    for (const [actor, fault] of actors) {
      const client = shop.as(config, actor)
      for (const name of Object.keys(config.operations).filter((each) => each !== 'current'))
        assert.ok(fault.is(await refusal((client as any)[name](input))), `${name} of ${actor.kind}`)
    }
    assert.ok(FORBIDDEN.is(await refusal(shop.as(config, staffActor(STAFF, 'operations')).current({ environment }))))
    assert.equal(await versions(), 0)
  })
})
