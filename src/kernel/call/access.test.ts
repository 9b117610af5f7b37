import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { refusal } from './access.ts'
import type { Actor } from '../context.ts'
import { staff, type Access } from '../contract.ts'

const actors = {
  anonymous: { kind: 'anonymous' },
  guest: { kind: 'guest', guestId: 'g' },
  member: { kind: 'member', memberId: 'm', sessionId: 's' },
  orders: { kind: 'staff', memberId: 'm', sessionId: 's', roles: ['orders'] },
  catalog: { kind: 'staff', memberId: 'm', sessionId: 's', roles: ['catalog', 'members'] },
  system: { kind: 'system' },
  stranger: { kind: 'stranger' } as unknown as Actor,
} as const satisfies Record<string, Actor>

type Answer = 'ok' | 'UNAUTHENTICATED' | 'FORBIDDEN'
const NO = 'UNAUTHENTICATED'
const NEVER = 'FORBIDDEN'

/** What each actor is answered: from the edge, and from a service. */
const table: readonly [name: string, access: Access, edge: Answer[], inside: Answer[]][] = [
  //                            anonymous guest  member orders catalog system stranger
  ['public', 'public', ['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok'], ['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok']],
  ['guest', 'guest', [NO, 'ok', 'ok', 'ok', 'ok', NO, NO], [NO, 'ok', 'ok', 'ok', 'ok', NO, NO]],
  ['member', 'member', [NO, NO, 'ok', 'ok', 'ok', NO, NO], [NO, NO, 'ok', 'ok', 'ok', NO, NO]],
  ['seller', 'seller', [NO, NO, NEVER, NEVER, NEVER, NO, NO], [NO, NO, NEVER, NEVER, NEVER, NO, NO]],
  ['service', 'service', Array(7).fill(NEVER), Array(7).fill('ok')],
  ['staff', staff('orders'), [NO, NO, NEVER, 'ok', NEVER, NEVER, NO], [NO, NO, NEVER, 'ok', NEVER, 'ok', NO]],
  [
    'unknown',
    'nobody wrote a rule for this' as Access,
    [NO, NO, NEVER, NEVER, NEVER, NO, NO],
    [NO, NO, NEVER, NEVER, NEVER, NO, NO],
  ],
]

describe('who may call', () => {
  for (const [name, access, edge, inside] of table) {
    for (const [caller, answers] of [
      ['edge', edge],
      ['order', inside],
    ] as const) {
      test(`${name}, from ${caller}`, () => {
        const context = { caller, deadline: 0, locale: 'ko', requestId: 'r' } as const
        const got = Object.values(actors).map((actor) => refusal(access, { ...context, actor })?.code ?? 'ok')
        assert.deepEqual(
          Object.fromEntries(Object.keys(actors).map((kind, i) => [kind, got[i]])),
          Object.fromEntries(Object.keys(actors).map((kind, i) => [kind, answers[i]])),
        )
      })
    }
  }
})
