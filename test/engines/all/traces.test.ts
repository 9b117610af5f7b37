import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { engineAddress } from '#test/support/engines/engines.ts'
import { eventually } from '#test/support/eventually.ts'
import { startHosts } from '#test/support/processes/hosts.ts'
import { onEngines } from '#test/support/processes/topologies.ts'
import { buyOnce } from '#test/traces/buy.ts'
import { missingEdges, type Told } from '#test/traces/edges.ts'

const zipkin = engineAddress('zipkin')
const shop = await startHosts({ env: onEngines() })
after(() => shop.stop())

interface ZipkinSpan {
  readonly id: string
  readonly parentId?: string
  readonly name?: string
  readonly localEndpoint?: { readonly serviceName?: string }
  readonly tags?: Readonly<Record<string, string>>
}

/** What Zipkin knows of the traces of late. Since about `from`. */
const known = async (from: number): Promise<(Told & { readonly tags: Readonly<Record<string, string>> })[]> => {
  const url = new URL('/api/v2/traces', zipkin)
  url.search = new URLSearchParams({ limit: '500', lookback: String(Date.now() + 2_000 - from) }).toString()
  const traces = (await (await fetch(url)).json()) as ZipkinSpan[][]
  return traces.flat().map(({ id, parentId, name = '', localEndpoint, tags = {} }) => ({
    spanId: id,
    parentId,
    name,
    service: localEndpoint?.serviceName ?? '',
    tags,
  }))
}

test('Zipkin shows the traces of a purchase in one piece, over hosts and through Kafka', async () => {
  const from = Date.now()
  await buyOnce(shop.origin)
  let missing: readonly string[] = ['not asked yet']
  let spans: Awaited<ReturnType<typeof known>> = []
  await eventually(async () => {
    spans = await known(from)
    missing = missingEdges(spans)
    return missing.length === 0
  }, 'every edge is there').catch(() => {})
  assert.deepEqual(missing, [])
  // Between who tells an event and who takes it in lies its way through Kafka.
  const byId = new Map(spans.map((each) => [each.spanId, each]))
  const taken = spans.filter((each) => each.name === 'cart.orders order.paid')
  assert.ok(taken.length > 0)
  for (const each of taken) {
    const sent = byId.get(each.parentId!)!
    assert.equal(sent.name, 'order.paid publish')
    assert.equal(sent.tags['messaging.system'], 'kafka')
    assert.equal(byId.get(sent.parentId!)!.name, 'order.paid emit')
  }
  const instances = new Set(spans.map((each) => each.tags['service.instance.id']))
  assert.ok(
    ['rest', 'edge'].every((each) => instances.has(each)),
    [...instances].join(),
  )
})
