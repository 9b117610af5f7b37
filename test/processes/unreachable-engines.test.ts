import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CannotStart } from '#kernel/cannot-start.ts'
import { payOrder, placeOrder, putOnSale, signInStaff, signUp } from '../support/client.ts'
import { eventually } from '../support/eventually.ts'
import { freePorts } from '../support/engines/free-ports.ts'
import { startTestShop } from '../support/shop.ts'

const port = await freePorts(4)
const [redis, kafka, opensearch, zipkin] = [0, 1, 2, 3].map((n) => `127.0.0.1:${port + n}`)

describe('engines that cannot be reached when the shop starts', () => {
  test('those it can do without are told, a line each, and it sells', async () => {
    const said: string[] = []
    const shop = await startTestShop({
      progress: (line) => said.push(line),
      env: {
        REDIS_URL: `redis://:hidden@${redis}`,
        OPENSEARCH_URL: `http://someone:hidden@${opensearch}`,
        ZIPKIN_URL: `http://${zipkin}`,
        JANGTEO_START_PATIENCE: '60',
      },
    })
    for (const line of [
      `Redis at ${redis} (REDIS_URL) is unreachable (ECONNREFUSED): meanwhile what hosts share is kept in PostgreSQL and memory`,
      `OpenSearch at ${opensearch} (OPENSEARCH_URL) is unreachable (ECONNREFUSED): meanwhile PostgreSQL searches`,
      `Zipkin at ${zipkin} (ZIPKIN_URL) is unreachable (ECONNREFUSED): meanwhile traces are dropped`,
    ])
      assert.equal(said.filter((each) => each === line).length, 1, `${line}\n\n${said.join('\n')}`)
    assert.ok(said.every((each) => !each.includes('hidden')))

    const { productId, skuId } = await putOnSale(await signInStaff(shop.origin), 3)
    const buyer = await signUp(shop.origin)
    assert.equal((await payOrder(buyer, await placeOrder(buyer, skuId))).status, 'PAID')
    await eventually(async () => {
      const found = await buyer.must('GET', `/api/catalog/products?q=${encodeURIComponent('이어폰')}`)
      return found.items.some((each: { id: string }) => each.id === productId)
    }, 'it is found')
    await shop.stop()
  })

  test('Kafka is waited for, with a reason, and then given up; nothing goes on listening', async () => {
    const said: string[] = []
    const edge = await freePorts(1)
    const env = { KAFKA_BROKERS: kafka!, JANGTEO_START_PATIENCE: '1', PORT: String(edge) }
    await assert.rejects(startTestShop({ progress: (line) => said.push(line), env }), (error: Error) => {
      assert.ok(error instanceof CannotStart)
      assert.match(
        error.message,
        new RegExp(`^Kafka at ${kafka} \\(KAFKA_BROKERS\\) cannot be reached: .*Gave up after 1 s`),
      )
      return true
    })
    assert.match(
      said.join('\n'),
      new RegExp(`^Waiting for Kafka at ${kafka} \\(KAFKA_BROKERS\\) \\(.*ECONNREFUSED`, 'm'),
    )
    await assert.rejects(fetch(`http://127.0.0.1:${edge}/health/live`))
  })
})
