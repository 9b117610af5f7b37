import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CannotStart } from '#kernel/cannot-start.ts'
import type { Actor } from '#kernel/context.ts'
import { canary } from './canary.ts'

const services = ['product', 'order']
const member = (memberId: string): Actor => ({ kind: 'member', memberId, sessionId: 's' })
const staff = (roles: readonly 'operations'[] | readonly 'orders'[]): Actor => ({
  kind: 'staff',
  memberId: 'st',
  sessionId: 's',
  roles,
})
const nobody: Actor = { kind: 'anonymous' }

test('ten of a hundred get the canary, always the same ones', () => {
  const choose = canary('product@1.2=10', services)
  const all = Array.from({ length: 10_000 }, (_, n) => member(`0190-${n}`))
  const chosen = all.filter((each) => choose({}, each, 'a') === 'product@1.2')
  assert.ok(Math.abs(chosen.length - 1_000) < 100, String(chosen.length))
  for (const each of all.slice(0, 500)) assert.equal(choose({}, each, 'a'), choose({}, each, 'another address'))
  assert.equal(
    choose(
      {},
      all.find((each) => !chosen.includes(each))!,
      'a',
    ),
    'product!1.2',
  )
})

test('shares of two services are drawn apart', () => {
  const choose = canary('product@1.2=50,order@7=50', services)
  const seen = new Set(Array.from({ length: 200 }, (_, n) => choose({}, member(`m${n}`), 'a')))
  assert.deepEqual([...seen].sort(), [
    'product!1.2,order!7',
    'product!1.2,order@7',
    'product@1.2,order!7',
    'product@1.2,order@7',
  ])
})

test('visitors are known by address, guests by their own name', () => {
  const choose = canary('product@1.2=50', services)
  const by = (make: (n: number) => [Actor, string]) =>
    new Set(Array.from({ length: 50 }, (_, n) => choose({}, ...make(n)))).size
  assert.equal(
    by((n) => [nobody, `10.0.0.${n}`]),
    2,
  )
  assert.equal(
    by((n) => [{ kind: 'guest', guestId: `g${n}` }, '10.0.0.1']),
    2,
  )
  assert.equal(
    by((n) => [{ kind: 'guest', guestId: 'g' }, `10.0.0.${n}`]),
    1,
  )
})

test('staff of operations choose by header; the header of others is passed over', () => {
  const choose = canary('product@1.2=0', services)
  const headers = { 'x-jangteo-version': 'product@1.2, order@2' }
  assert.equal(choose(headers, staff(['operations']), 'a'), 'product@1.2,order@2')
  for (const actor of [staff(['orders']), member('m'), nobody, { kind: 'guest', guestId: 'g' } as const])
    assert.equal(choose(headers, actor, 'a'), 'product!1.2')
  assert.equal(canary('', services)(headers, member('m'), 'a'), undefined)
  assert.equal(
    canary('', services)({ 'x-jangteo-version': 'product@1.2\r\nx: y' }, staff(['operations']), 'a'),
    undefined,
  )
})

test('a service that there is not stops the start', () =>
  assert.throws(() => canary('prodct@1.2=10', services), CannotStart))
