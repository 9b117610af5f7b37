import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { fit, shareMeanwhile, split, type Demand } from './fit.ts'
import type { Plan } from './shop.ts'
import { simulate } from './simulate.ts'

const cost = (fixed: number, item: number) => ({ fixed, item })
const demand: Demand = {
  processes: {
    edge: cost(0, 400),
    order: cost(300, 300),
    product: cost(200, 200),
    payment: cost(200, 300),
    notification: cost(50, 100),
    simulators: cost(50, 200),
    load: cost(0, 200),
  },
  database: {
    order: cost(400, 150),
    product: cost(300, 150),
    payment: cost(200, 100),
    notification: cost(50, 50),
    simulator_toss: cost(50, 50),
  },
  idle: 0,
}
const plan: Plan = { demand, cores: 2, flushMs: 0.5, arrivals: { clients: 16 }, seconds: 1 }

describe('the fit', () => {
  test('gives back what costs were made of', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5_000 }),
        fc.integer({ min: 1, max: 5_000 }),
        fc.double({ min: 0.01, max: 0.9, noNaN: true }),
        (fixed, item, share) => {
          const found = split(fixed + item, share * fixed + item, share)
          assert.ok(Math.abs(found.fixed - fixed) < 1e-6 * (fixed + item + 1), `${found.fixed} for ${fixed}`)
          assert.ok(Math.abs(found.item - item) < 1e-6 * (fixed + item + 1), `${found.item} for ${item}`)
        },
      ),
    )
  })

  test('keeps the cost among many where the two levels do not fit', () => {
    assert.deepEqual(split(100, 150, 0.5), { fixed: 0, item: 150 })
  })

  test('takes the first level for the cost alone and the last for that among many', () => {
    const level = {
      perSecond: 1,
      p50: 1,
      p99: 1,
      purchases: 1,
      busy: 1,
      othersBusy: 0,
      commits: 1,
      flushes: 1,
      walBytes: 1,
      tableBytes: 1,
      networkBytes: 1,
      kafkaBytes: 0,
      events: {},
    }
    const levels = [
      { ...level, clients: 1, cpu: { shop: 1_000, 'database order': 500 }, statements: { order: 10 } },
      { ...level, clients: 9, cpu: { shop: 9_999, 'database order': 9_999 }, statements: { order: 9 } },
      { ...level, clients: 64, cpu: { shop: 550, 'database order': 140 }, statements: { order: 1 } },
    ]
    const kinds = { shop: { processes: 1, memory: 1, idle: 0.1 } }
    const found = fit({ topology: 'one', kinds, connections: 1, levels })
    assert.deepEqual(found.processes['shop'], { fixed: 500, item: 500 })
    assert.deepEqual(found.database['order'], { fixed: 400, item: 100 })
    assert.equal(found.idle, 0.1)
  })
})

test('what was done after customers had gone is left out of the check, and never more than there was', () => {
  const level = {
    clients: 1,
    perSecond: 100,
    p50: 1,
    p99: 1,
    purchases: 1,
    busy: 0.3,
    othersBusy: 0,
    commits: 1,
    flushes: 1,
    walBytes: 1,
    tableBytes: 1,
    networkBytes: 1,
    kafkaBytes: 0,
    events: {},
    statements: { order: 1 },
    cpu: { shop: 3_000, 'database order': 1_000 },
  }
  assert.ok(Math.abs(shareMeanwhile(level, 0.1) - 0.5) < 1e-9)
  assert.equal(shareMeanwhile({ ...level, busy: 1.5 }, 0.1), 1)
  const kinds = { shop: { processes: 1, memory: 1, idle: 0.1 } }
  const topology = { topology: 'one', kinds, connections: 1, levels: [level, level] }
  const { fixed, item } = fit(topology, 'meanwhile').processes['shop']!
  assert.ok(Math.abs(fixed + item - 1_500) < 1e-6)
})

describe('a simulated shop', () => {
  test('is the same for the same plan', () => {
    const arrivals = { perSecond: 200 }
    assert.deepEqual(simulate({ ...plan, arrivals }), simulate({ ...plan, arrivals }))
    assert.notDeepEqual(simulate({ ...plan, arrivals }), simulate({ ...plan, arrivals, seed: 2 }))
  })

  test('sells no more than its cores can do', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 4, 32), fc.constantFrom(1, 2, 8), (clients, cores) => {
        const { perSecond, busy } = simulate({ ...plan, cores, arrivals: { clients } })
        const items = [...Object.values(demand.processes), ...Object.values(demand.database)]
        const least = items.reduce((sum, { item }) => sum + item, 0)
        assert.ok(perSecond <= (cores * 1e6 * 1.05) / least, `${perSecond}`)
        assert.ok(busy <= 1 + 1e-9)
      }),
      { numRuns: 9 },
    )
  })

  test('as many purchases are under way as there are customers', () => {
    for (const clients of [1, 8, 64]) {
      const { perSecond, p50, p99 } = simulate({ ...plan, seconds: 4, arrivals: { clients } })
      // Little: customers = purchases a second × time of each. The mean lies near the median where nobody waits long.
      const underWay = (perSecond * p50) / 1_000
      assert.ok(Math.abs(underWay - clients) < clients * 0.15, `${underWay} for ${clients}`)
      assert.ok(p99 >= p50)
    }
  })

  test('one customer waits for every flush; many share them', () => {
    const alone = simulate({ ...plan, arrivals: { clients: 1 } })
    const slower = simulate({ ...plan, flushMs: 5.5, arrivals: { clients: 1 } })
    // Nine commits one after another: hold, order, approval, attempt, begun, secured, Toss, capture, paid.
    assert.ok(slower.p50 - alone.p50 > 9 * 5 - 1 && slower.p50 - alone.p50 < 9 * 5 + 15, `${slower.p50 - alone.p50}`)
    assert.ok(simulate({ ...plan, arrivals: { clients: 64 } }).perFlush > 3 * alone.perFlush)
  })

  test('more cores and more hosts sell more, until customers are too few', () => {
    const at = (cores: number, replicas = {}): number =>
      simulate({ ...plan, cores, replicas, arrivals: { clients: 128 } }).perSecond
    assert.ok(at(2) > 1.6 * at(1), `${at(1)} ${at(2)}`)
    const wide = { edge: 4, order: 4, product: 4, payment: 4 }
    assert.ok(at(16, wide) > 1.5 * at(16))
  })

  test('one SKU that all want sells less than many, and the disk decides how much', () => {
    const roomy: Plan = {
      ...plan,
      cores: 32,
      replicas: { edge: 8, order: 8, product: 4, payment: 8, simulators: 8 },
      arrivals: { clients: 256 },
    }
    const sold = (flushMs: number, hotSku: boolean): number =>
      simulate({ ...roomy, seconds: 2, flushMs, hotSku }).perSecond
    const [many, hot] = [sold(50, false), sold(50, true)]
    assert.ok(hot < 0.9 * many, `${hot} of ${many}`)
    assert.ok(sold(150, true) < 0.6 * hot)
  })

  test('purchases that come by themselves are all served while there is room', () => {
    const { perSecond } = simulate({ ...plan, cores: 8, seconds: 3, arrivals: { perSecond: 300 } })
    assert.ok(Math.abs(perSecond - 300) < 40, `${perSecond}`)
  })
})
