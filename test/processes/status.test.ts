import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import { Client } from 'pg'
import type { Instance, Topology, TraceLine, TraceSpan } from '#services/status/contract.ts'
import { apiClient, placeOrder, putOnSale, signInStaff, signUp, type ApiClient } from '../support/client.ts'
import { eventually } from '../support/eventually.ts'
import { allServices, startHosts, type HostsShop } from '../support/processes/hosts.ts'
import { inEachTopology } from '../support/processes/topologies.ts'

const instances = async (staff: ApiClient): Promise<Instance[]> =>
  (await staff.must('GET', '/api/status/instances')).items

/** All of them, once each is up: on a busy machine one may be late to tell, and tells the next time. */
const allUp = async (staff: ApiClient): Promise<Instance[]> => {
  let all: Instance[] = []
  await eventually(async () => {
    all = await instances(staff)
    return all.every((each) => each.state === 'up')
  }, 'all are up')
  return all
}

inEachTopology((shop) => {
  test('every process is up, says why, and shows who calls whom', async () => {
    const staff = await signInStaff(shop.origin)
    const { skuId } = await putOnSale(staff, 10)
    await placeOrder(await signUp(shop.origin), skuId)
    const all = await allUp(staff)
    assert.ok(all.length > 0)
    for (const { report } of all) {
      assert.ok(report!.checks.every((each) => each.status === 'up'))
      assert.ok(report!.process.rss > 0)
    }
    assert.deepEqual(
      new Set(all.flatMap((each) => each.runs).filter((each) => allServices.includes(each))),
      new Set(allServices),
    )

    let picture!: Topology
    const edge = (from: string, to: string) => picture.edges.find((each) => each.from === from && each.to === to)
    const calls = [
      ['gateway', 'order'],
      ['order', 'product'],
      ['auth', 'member'],
    ] as const
    await eventually(async () => {
      picture = await staff.must('GET', '/api/status/topology')
      const flows = picture.flows.some((each) => each.from === 'order' && each.to === 'product')
      return flows && picture.silent.length === 0 && calls.every(([from, to]) => edge(from, to))
    }, 'calls and events are in the picture')
    for (const [from, to] of calls) {
      const found = edge(from, to)!
      assert.ok(found.calls > 0 && found.errors === 0 && found.p99! > 0, `${from} → ${to}`)
    }
    assert.equal(edge('status', 'host'), undefined, 'looking leaves no trace in what is looked at')
    // In the topology of all engines they are there too.
    assert.deepEqual(
      picture.engines
        .filter(({ name, state, down }) => name === 'postgresql' || state !== 'up' || down.length > 0)
        .map(({ name, state, down }) => ({ name, state, down })),
      [{ name: 'postgresql', state: 'up', down: [] }],
    )
  })

  test('shows traces of late, each as far as all hosts know it', async () => {
    const staff = await signInStaff(shop.origin)
    const { skuId } = await putOnSale(staff, 10)
    await placeOrder(await signUp(shop.origin), skuId)
    let line: TraceLine | undefined
    await eventually(async () => {
      const { items } = await staff.must<{ items: TraceLine[] }>('GET', '/api/status/traces')
      assert.deepEqual(
        items.filter((each) => each.name.includes('status')),
        [],
      )
      line = items.find((each) => each.name === 'POST order.place' && each.services.includes('product'))
      return line !== undefined
    }, 'the order is among the traces')
    let spans!: TraceSpan[]
    await eventually(async () => {
      const trace = await staff.must('GET', `/api/status/traces/${line!.traceId}`)
      spans = trace.spans
      return trace.silent.length === 0
    }, 'all hosts tell what they know of it')
    assert.equal(spans[0]!.name, 'POST order.place')
    assert.equal(spans[0]!.parentId, null)
    const known = new Set(spans.map((each) => each.spanId))
    assert.equal(known.size, spans.length)
    assert.ok(spans.slice(1).every((each) => each.parentId !== null && known.has(each.parentId)))
    for (const service of ['order', 'product'])
      assert.ok(
        spans.some((each) => each.service === service),
        service,
      )
    const none = await staff.send('GET', `/api/status/traces/${'b'.repeat(32)}`)
    assert.equal(none.body.code, 'TRACE_UNKNOWN')
    assert.equal((await staff.send('GET', '/api/status/traces/..%2f')).status, 400)
  })

  test('is for staff who look after the shop: others learn nothing', async () => {
    const place = { service: 'order', consumer: 'a', source: 'b', id: 1, reason: '점검' }
    const asked = [
      ['GET', '/api/status/instances'],
      ['GET', '/api/status/topology'],
      ['GET', '/api/status/dead-letters'],
      ['GET', '/api/status/actions'],
      ['GET', '/api/status/traces'],
      ['GET', `/api/status/traces/${'a'.repeat(32)}`],
      ['PUT', '/api/status/log-level', { level: 'debug', reason: '점검' }],
      ['POST', '/api/status/dead-letters/redrive', place],
    ] as const
    const [nobody, member] = [apiClient(shop.origin), await signUp(shop.origin)]
    for (const [client, wanted] of [
      [nobody, 401],
      [member, 403],
    ] as const)
      for (const [method, path, body] of asked) {
        const answer = await client.send(method, path, body)
        assert.equal(answer.status, wanted, path)
        assert.deepEqual(
          Object.keys(answer.body as object).filter((each) => /host|item|edge|node|report|span/.test(each)),
          [],
          path,
        )
      }
    const staff = await signInStaff(shop.origin)
    assert.deepEqual((await staff.must('GET', '/api/status/actions')).items, [], 'nothing was done')
    for (const { report } of await allUp(staff)) assert.notEqual(report!.logLevel, 'debug')
  })
})

describe('a shop of several hosts', () => {
  let shop: HostsShop
  let staff: ApiClient
  before(async () => {
    shop = await startHosts({
      hosts: [
        { name: 'goods', runs: ['product', 'catalog'], replicas: 2 },
        { name: 'rest', runs: [...allServices.filter((each) => !['product', 'catalog'].includes(each)), 'simulators'] },
        { name: 'edge', runs: ['gateway'] },
      ],
    })
    staff = await signInStaff(shop.origin)
  })
  after(() => shop?.stop())

  const one = async (name: string): Promise<Instance> => (await instances(staff)).find((each) => each.name === name)!
  const process = (replica: number) =>
    shop.processes.findLast((each) => each.name === 'goods' && each.replica === replica)!

  /** Resolves once the picture shows product so, and just these hosts silent. */
  const picture = (state: string, missed: readonly string[]): Promise<void> =>
    eventually(
      async () => {
        const { nodes, silent }: Topology = await staff.must('GET', '/api/status/topology')
        const shown = nodes.find((each) => each.name === 'product')!.state
        return shown === state && silent.toSorted().join() === missed.join()
      },
      `product is ${state}, and silent are ${missed.join(', ')}`,
    )

  // Whatever the test before this did to it.
  beforeEach(() => allUp(staff))

  test('one that is killed or stopped is shown as silent, with since when; the rest go on answering', async () => {
    const all = await allUp(staff)
    assert.deepEqual(all.map((each) => each.name).sort(), ['edge', 'goods-1', 'goods-2', 'rest'])
    const before = (await one('goods-2')).report!.instance
    try {
      process(2).kill('SIGKILL')
      process(1).kill('SIGSTOP')
      await eventually(async () => (await one('goods-2')).why === 'refused', 'the killed one is silent')
      await eventually(async () => (await one('goods-1')).why === 'late', 'the stopped one is silent')
      const [stopped, killed] = [await one('goods-1'), await one('goods-2')]
      for (const each of [stopped, killed]) {
        assert.equal(each.state, 'silent')
        const wasUp = all.find(({ name }) => name === each.name)!
        assert.ok(each.since > wasUp.since && each.since >= each.reportedAt!, 'since when it did not answer any more')
        assert.deepEqual(each.report?.runs, ['product', 'catalog'], 'what it told before is kept')
      }
      await picture('down', ['goods-1', 'goods-2'])
      process(1).kill('SIGCONT')
      await picture('degraded', ['goods-2'])
    } finally {
      process(1).kill('SIGCONT')
      await shop.start('goods', 2)
    }
    await allUp(staff)
    assert.notEqual((await one('goods-2')).report!.instance, before)
  })

  test('logs as much as staff say, of one host or of all, and it is known who said so and why', async () => {
    const { id, report } = await one('goods-1')
    const before = report!.logLevel
    const done = await staff.must('PUT', '/api/status/log-level', { host: id, level: 'trace', reason: '재고 조사' })
    assert.deepEqual(done, { changed: ['goods-1'], silent: [] })
    assert.equal((await one('goods-1')).report!.logLevel, 'trace')
    assert.equal((await one('goods-2')).report!.logLevel, before)
    const all = await staff.must('PUT', '/api/status/log-level', { level: before, reason: '조사 끝' })
    assert.equal(all.changed.length, 4)
    assert.equal((await one('goods-1')).report!.logLevel, before)
    const { items } = await staff.must('GET', '/api/status/actions')
    assert.deepEqual(
      items.map(({ what, target, value, reason }: Record<string, string>) => [what, target, value, reason]),
      [
        ['LOG_LEVEL', '*', before, '조사 끝'],
        ['LOG_LEVEL', 'goods-1', 'trace', '재고 조사'],
      ],
    )
    assert.ok(
      items.every(
        (each: { memberId: string | null; outcome: string }) => each.memberId && each.outcome.startsWith('changed: '),
      ),
    )
    const missing = await staff.send('PUT', '/api/status/log-level', {
      host: 'nowhere:1',
      level: 'debug',
      reason: '점검',
    })
    assert.equal(missing.status, 404)
    assert.equal(missing.body.code, 'HOST_UNKNOWN')
    assert.equal((await staff.must('GET', '/api/status/actions?limit=1')).items[0].reason, '조사 끝')
  })

  test('shows events that wait for a person, without what they tell, and tries one again when told', async () => {
    const database = new Client({ connectionString: shop.databaseUrl })
    await database.connect()
    try {
      await database.query(
        `
        INSERT INTO jt_product.dead_letter (consumer, source, id, xid, name, version, key, payload, at, state, attempts, next_at, error)
        VALUES ('orders', 'order', 987654, '1', 'order.nothing', 1, $1, '{"phone":"010-1111-2222"}', now(), 'DEAD', 10, now(), 'It fails')`,
        [randomUUID()],
      )
      const list = await staff.must('GET', '/api/status/dead-letters')
      assert.deepEqual(list.unread, [])
      const [letter] = list.items
      assert.equal(list.items.length, 1)
      assert.deepEqual(
        [letter.service, letter.state, letter.error, letter.attempts],
        ['product', 'DEAD', 'It fails', 10],
      )
      assert.doesNotMatch(JSON.stringify(list), /010-1111-2222/)
      const { service, consumer, source, id } = letter
      const body = { service, consumer, source, id, reason: '고친 뒤 다시' }
      assert.equal((await staff.send('POST', '/api/status/dead-letters/redrive', body)).status, 204)
      const { rows } = await database.query('SELECT state, attempts FROM jt_product.dead_letter WHERE id = 987654')
      assert.ok(rows.length === 0 || rows[0].state === 'RETRYING', JSON.stringify(rows))
      const other = await staff.send('POST', '/api/status/dead-letters/redrive', { ...body, id: 1 })
      assert.equal(other.body.code, 'NOT_DEAD')
      const { items } = await staff.must('GET', '/api/status/actions?limit=2')
      assert.deepEqual(
        items.map((each: { outcome: string }) => each.outcome),
        ['NOT_DEAD', 'done'],
      )
    } finally {
      await database.end()
    }
  })
})
