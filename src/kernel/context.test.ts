import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memberOf } from './context.ts'

test('members and staff are members; nobody else is, whatever they carry', () => {
  assert.equal(memberOf({ kind: 'member', memberId: 'm', sessionId: 's' }), 'm')
  assert.equal(memberOf({ kind: 'staff', memberId: 'm', sessionId: 's', roles: [] }), 'm')
  for (const actor of [
    { kind: 'anonymous' },
    { kind: 'guest', guestId: 'g', memberId: 'm' },
    { kind: 'system', memberId: 'm' },
  ] as const)
    assert.throws(() => memberOf(actor), TypeError, actor.kind)
})
