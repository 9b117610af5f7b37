import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { CannotStart } from '#kernel/cannot-start.ts'
import { sql } from '#engines/postgres/sql.ts'
import { shop } from '#src/shop.ts'
import { urlOf } from '#engines/postgres/embedded/start.ts'
import { runCommand } from '#test/support/processes/command.ts'
import { freshStores } from '#test/support/stores.ts'
import { deadLetters } from './dead-letters.ts'
import { columns } from './line/terminal.ts'

let url: string
const run = (...args: string[]) => runCommand(deadLetters, args, { DATABASE_URL: url })

before(async () => {
  const stores = await freshStores(shop.map((each) => each.contract.name as string))
  url = urlOf(stores.admin)
  await stores.open('order').query(sql`
    INSERT INTO dead_letter (consumer, source, id, xid, name, version, key, payload, at, state, attempts, next_at, error)
    VALUES ('payments', 'payment', 7, '70', 'payment.captured', 1, 'k', '{"amount": 12900}', '2026-01-02Z', 'DEAD', 10, now(), 'Error: no ink'),
           ('payments', 'payment', 8, '80', 'payment.captured', 1, 'k', '{}', '2026-01-02Z', 'WAITING', 0, now(), NULL),
           ('payments', 'payment', 9, '90', 'payment.captured', 1, 'm', '{}', '2026-01-02Z', 'DEAD', 10, now(), 'Error: no paper')`)
})

test('lists what could not be taken in, the dead first', async () => {
  const { code, said } = await run()
  assert.equal(code, 0)
  const rows = said.split('\n').map((line) => line.split(/ {2,}/))
  assert.deepEqual(rows[1], ['order.payments', 'payment', '7', 'payment.captured', 'k', 'DEAD', '10', 'Error: no ink'])
  assert.deepEqual(
    rows.slice(1).map((row) => [row[2], row[5]]),
    [
      ['7', 'DEAD'],
      ['9', 'DEAD'],
      ['8', 'WAITING'],
    ],
  )
})

test('shows one with its payload and error', async () => {
  const { code, said } = await run('show', 'order.payments', 'payment', '7')
  assert.equal(code, 0)
  for (const part of ['Error: no ink', '"amount": 12900', '2026-01-02T00:00:00.000Z', 'key k'])
    assert.ok(said.includes(part), part)
  assert.equal((await run('show', 'order.payments', 'payment', '70')).code, 1)
})

test('has one tried again, and leaves the others', async () => {
  assert.equal((await run('redrive', 'order.payments', 'payment', '7')).code, 0)
  const { code, said } = await run('redrive', 'order.payments', 'payment', '7')
  assert.deepEqual([code, said], [1, 'It is not dead but RETRYING: it is retried automatically.'])
  assert.equal((await run('redrive', 'order.payments', 'payment', '8')).code, 1)
  assert.match((await run()).said, / 9 .* DEAD /)
})

test('has all of some services tried again, or of every one', async () => {
  assert.equal((await run('redrive', 'cart', 'payment')).said, '0 dead events will be retried.')
  assert.equal((await run('redrive')).said, '1 dead events will be retried.')
  assert.doesNotMatch((await run()).said, /DEAD/)
})

test('a service, consumer or source that there is none of is answered with those there are', async () => {
  const refused = (pattern: RegExp, ...args: string[]) =>
    assert.rejects(run(...args), (error) => error instanceof CannotStart && pattern.test(error.message))
  await refused(/^"carts" is no service\. Known: auth, .*cart, /, 'redrive', 'carts')
  await refused(/^"carts" is no service\. Known: auth, /, 'show', 'carts.orders', 'order', '7')
  await refused(/^"paid" is no consumer of order\. Known: payments, /, 'redrive', 'order.paid', 'payment', '7')
  await refused(/^"cart" is no source of order\.payments\. Known: payment\./, 'show', 'order.payments', 'cart', '7')
})

test('what a terminal would act on is written out, and an error fits its line', async () => {
  const stores = await freshStores(['order'])
  await stores.open('order').query(sql`
    INSERT INTO dead_letter (consumer, source, id, xid, name, version, key, payload, at, state, attempts, next_at, error)
    VALUES ('payments', 'payment', 7, '70', 'payment.captured', 1, ${'k\u001b[2J\nDEAD\u202e'}, '{}', '2026-01-02Z', 'DEAD', 10,
      now(), ${`[\n  {\n "code": "invalid_type" }\n]${'가🙂'.repeat(60)}`})`)
  const shown = await runCommand(deadLetters, ['show', 'order.payments', 'payment', '7'], {
    DATABASE_URL: urlOf(stores.admin),
  })
  const [event] = shown.said.split('\n').filter((line) => line.startsWith('event'))
  assert.match(event!, /key k\\u001b\[2J\\nDEAD\\u202e$/)
  const listed = columns([
    ['KEY', 'ERROR'],
    ['k\u001b[2J\nDEAD', 'x'],
  ])
  assert.deepEqual(listed, ['KEY               ERROR', 'k\\u001b[2J\\nDEAD  x'])
})

test('says how it is used when asked for something else', async () => {
  for (const args of [
    ['drop'],
    ['list', 'all'],
    ['redrive', 'nobody'],
    ['show'],
    ['show', 'order.payments', 'payment', '7; DROP TABLE'],
    ['redrive', 'nobody.paid', 'payment', '7'],
    ['--force'],
  ])
    await assert.rejects(
      run(...args),
      (error) => error instanceof CannotStart && /npm run dead-letters/.test(error.message),
    )
})
