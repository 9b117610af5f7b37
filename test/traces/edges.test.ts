import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { startCollector } from '#test/support/engines/collector.ts'
import { eventually } from '#test/support/eventually.ts'
import { inEachTopology } from '#test/support/processes/topologies.ts'
import { buyOnce } from './buy.ts'
import { missingEdges } from './edges.ts'

const collector = await startCollector()
after(() => collector.stop())

inEachTopology(
  (shop) => {
    let earlier = 0
    const spans = () => collector.spans.slice(earlier)
    before(async () => {
      earlier = collector.spans.length
      await buyOnce(shop.origin)
    })

    test('the traces of a purchase hang together, from the edge to the last consumer', async () => {
      await eventually(async () => missingEdges(spans()).length === 0, 'every edge is there').catch(() => {})
      assert.deepEqual(missingEdges(spans()), [])
    })

    test('a caller’s own trace goes on through the shop and comes back to it', async () => {
      const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')]
      const answer = await fetch(`${shop.origin}/api/catalog/products`, {
        headers: { traceparent: `00-${traceId}-${spanId}-01`, tracestate: 'vendor=1' },
      })
      assert.match(answer.headers.get('traceparent')!, new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`))
      const mine = () => spans().filter((each) => each.traceId === traceId)
      // Each process tells of its own part when it likes.
      await eventually(
        () => mine().some((each) => each.service === 'gateway' && each.parentId === spanId),
        'the edge is part of it',
      )
      await eventually(
        () => mine().some((each) => each.service === 'catalog' && each.name === 'catalog.list'),
        'so is the call',
      )
    })
  },
  { OTLP_URL: collector.url },
)
