import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Actor } from '#kernel/context.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { callerTokens } from './token.ts'

let ahead = 0
const runtime = systemRuntime({ now: () => Date.UTC(2026, 10, 30) + ahead })
const OURS = 'a secret of this shop that nobody can guess'
const ours = callerTokens([OURS], runtime)
const theirs = callerTokens(['a secret of another shop nobody can guess'], runtime)
const member: Actor = { kind: 'member', memberId: 'm', sessionId: 's' }

test('a token says who calls and on whose behalf', () =>
  assert.deepEqual(ours.verify('order', ours.sign('order', 'payment', member)), { caller: 'payment', actor: member }))

test('a token that another shop signed, or somebody changed, is none', () => {
  const token = ours.sign('order', 'payment', member)
  const [claims = '', signature = ''] = token.split('.')
  const forged = Buffer.from(Buffer.from(claims, 'base64url').toString().replace('"m"', '"n"')).toString('base64url')
  for (const wrong of [
    theirs.sign('order', 'payment', member),
    `${forged}.${signature}`,
    `${claims}.`,
    `${claims}.${signature.slice(1)}`,
    claims,
  ])
    assert.equal(ours.verify('order', wrong), undefined, wrong)
})

test('a token is for the service it was made for', () => {
  const token = ours.sign('order', 'payment', member)
  assert.ok(ours.verify('order', token))
  assert.equal(ours.verify('payment', token), undefined)
})

test('a token grows old, also one that was seen good before', () => {
  const token = ours.sign('order', 'payment', member)
  assert.ok(ours.verify('order', token))
  ahead += 180_000
  assert.equal(ours.verify('order', token), undefined)
})

test('while a secret is changed tokens of either are believed', () => {
  const both = callerTokens(['the secret that comes next, long enough', OURS], runtime)
  assert.ok(both.verify('order', ours.sign('order', 'payment', member)))
  assert.equal(ours.verify('order', both.sign('order', 'payment', member)), undefined)
})
