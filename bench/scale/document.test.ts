import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { figure, markdown } from '../costs/tables.ts'
import { kindOf, parseStat } from '../costs/usage.ts'
import { readCosts } from './costs-file.ts'
import { filled, readScaleDocument, scaleTables } from './document.ts'
import { needOf } from './plan.ts'
import { check } from './predict.ts'

describe('the document of scale', () => {
  const page = 'a\n<!-- table: one -->\nold\n<!-- end -->\nb\n<!-- table: two -->\n<!-- end -->\n'

  test('has its tables where they belong, and its words as they were', () => {
    const once = filled(page, { one: '| 1 |', two: '$& | 2 |' })
    assert.match(once, /^a\n<!-- table: one -->\n\n\| 1 \|\n\n<!-- end -->\nb\n/)
    assert.ok(once.includes('$& | 2 |'))
    assert.equal(filled(once, { one: '| 1 |', two: '$& | 2 |' }), once)
  })

  test('refuses a table without a place, and a place without a table', () => {
    assert.throws(() => filled(page, { one: '', two: '', three: '' }), /no place for three/)
    assert.throws(() => filled(page, { one: '' }), /two/)
  })

  test('says what the measurements say', () => {
    assert.equal(readScaleDocument(), filled(readScaleDocument(), scaleTables(readCosts())))
  })
})

describe('the measurements', () => {
  const costs = readCosts()

  test('hold what the model needs: a level with few and one with many, and a purchase that costs something', () => {
    for (const { levels, kinds } of costs.topologies) {
      assert.ok(levels.length >= 3)
      for (const level of levels) {
        assert.ok(level.purchases > 20, `${level.purchases} purchases`)
        assert.ok(level.walBytes > 1_000 && Object.keys(level.cpu).length > 3)
        assert.ok(level.events['order.paid']! > 0.9 && level.events['order.paid']! < 1.1)
      }
      assert.ok(kinds['load'])
    }
  })

  test('twice the orders need twice as much, never less hosts', () => {
    for (const each of costs.topologies) {
      const [need, twice] = [needOf(each, 2_000), needOf(each, 4_000)]
      assert.ok(Math.abs(twice.walMegabytes - 2 * need.walMegabytes) < 1e-9)
      for (const [kind, count] of Object.entries(need.processes)) assert.ok(twice.processes[kind]! >= count)
      assert.ok(twice.connections >= need.connections && twice.servers >= need.servers)
    }
  })

  test('are met by the simulation within what the document may call an order of size', () => {
    for (const { topology, clients, measured, simulated } of check(costs)) {
      const ratio = simulated.perSecond / measured.perSecond
      assert.ok(ratio > 0.5 && ratio < 2, `${topology} with ${clients}: ${ratio}`)
    }
  })
})

describe('what is read of the system', () => {
  test('a line of a process with blanks and brackets in its name', () => {
    const line = `42 (post) gres: a) S 7 42 42 0 -1 4194560 1 2 3 4 150 50 20 10 20 0 1 0 1 1`
    assert.deepEqual(parseStat(line), { pid: 42, parent: 7, own: 2, buried: 0.3 })
  })

  test('kinds of processes by their commands', () => {
    assert.equal(kindOf('node src/main.ts serve --placement a.json --host order --replica 0'), 'order')
    assert.equal(kindOf('node src/main.ts start'), 'shop')
    assert.equal(kindOf('node src/main.ts cluster --engines kafka,redis'), 'supervisor')
    assert.equal(kindOf('java -cp x kafka.Kafka server.properties'), 'kafka')
    assert.equal(kindOf('java -Xmx256m -jar home/zipkin-server-3.5.1-exec.jar --server.port=1'), 'zipkin')
    assert.equal(kindOf('/usr/bin/prometheus --config.file=prometheus.json'), 'prometheus')
    assert.equal(kindOf('redis-server *:6379'), 'redis')
  })
})

test('figures keep the digits that say something', () => {
  assert.deepEqual([0, 0.1234, 12.34, 1234.5].map(figure), ['0', '0.12', '12.3', '1,235'])
  assert.equal(markdown(['a', 'b'], [['c', '1']]), '| a | b |\n| --- | ---: |\n| c | 1 |')
})
