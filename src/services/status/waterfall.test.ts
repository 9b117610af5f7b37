import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ReportedSpan } from '#kernel/reports/trace-report.ts'
import { linesOf, waterfall } from './waterfall.ts'

const ID = 'a'.repeat(32)
const span = (
  spanId: string,
  parentId: string | undefined,
  began: number,
  more: Partial<ReportedSpan> = {},
): ReportedSpan => ({
  traceId: ID,
  spanId,
  ...(parentId !== undefined && { parentId }),
  name: spanId,
  kind: 'internal',
  service: 'order',
  began,
  ms: 5,
  attributes: {},
  links: [],
  ...more,
})
const AT = Date.UTC(2026, 0, 2)

describe('a waterfall', () => {
  test('puts each span after the one it is part of, and brothers by their beginning', () => {
    const given = [
      span('c', 'a', AT + 7),
      span('d', 'b', AT + 3),
      span('b', 'a', AT + 2),
      span('a', undefined, AT, { ms: 20 }),
    ]
    const found = waterfall(given)!
    assert.deepEqual(
      found.spans.map(({ spanId, parentId, after }) => [spanId, parentId, after]),
      [
        ['a', null, 0],
        ['b', 'a', 2],
        ['d', 'b', 3],
        ['c', 'a', 7],
      ],
    )
    assert.equal(found.ms, 20)
    assert.equal(found.began, '2026-01-02T00:00:00.000Z')
  })

  test('shows what two told once, what hangs from a span nobody told, and spans that go round', () => {
    const given = [
      span('a', undefined, AT),
      span('a', undefined, AT),
      span('b', 'gone', AT + 1),
      span('x', 'y', AT + 2),
      span('y', 'x', AT + 3),
    ]
    const found = waterfall(given)!
    assert.deepEqual(
      found.spans.map((each) => each.spanId),
      ['a', 'b', 'x', 'y'],
    )
    assert.equal(found.spans[1]!.parentId, null)
    assert.equal(waterfall([]), undefined)
  })
})

test('of a trace that went through several hosts there is one line, latest first; looking itself is left out', () => {
  const part = (traceId: string, name: string, began: number, ms: number, failures = 0) => ({
    traceId,
    name,
    services: [name.split('.')[0]!],
    began,
    ms,
    spans: 2,
    failures,
  })
  const lines = linesOf(
    [
      { host: 'rest', items: [part('1', 'order.place', AT + 5, 30, 1), part('3', 'GET status.instances', AT + 9, 1)] },
      { host: 'rest', items: [part('4', 'status.instances', AT + 70, 3)] },
      {
        host: 'edge',
        items: [
          part('4', 'GET page', AT + 60, 30),
          part('1', 'POST order.place', AT, 20),
          part('2', 'GET catalog.list', AT + 50, 3),
        ],
      },
    ],
    10,
  )
  assert.deepEqual(
    lines.map(({ traceId, name, hosts, ms, spans, failures }) => [traceId, name, hosts.join(' '), ms, spans, failures]),
    [
      ['2', 'GET catalog.list', 'edge', 3, 2, 0],
      ['1', 'POST order.place', 'rest edge', 35, 4, 1],
    ],
  )
  assert.equal(linesOf([{ host: 'edge', items: [part('1', 'a', AT, 1), part('2', 'a', AT, 1)] }], 1).length, 1)
})
