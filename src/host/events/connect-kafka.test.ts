import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { pino } from 'pino'
import { CannotStart } from '#kernel/cannot-start.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { readSettings } from '#src/settings.ts'
import { shop } from '#src/shop.ts'
import { freePorts } from '#test/support/engines/free-ports.ts'
import { connectKafka } from './connect-kafka.ts'

const port = await freePorts(1)
const reach = (env: Record<string, string>, services = shop) => {
  const said: string[] = []
  const reached = connectKafka(readSettings(env), {
    shop,
    runs: { services },
    runtime: systemRuntime(),
    progress: (line) => said.push(line),
    log: pino({ level: 'silent' }),
  })
  return { reached, said }
}
const away = { KAFKA_BROKERS: `127.0.0.1:${port}`, JANGTEO_START_PATIENCE: '1' }

describe('reaching Kafka at the start', () => {
  test('waits, says what for, and gives up with a reason', async () => {
    const { reached, said } = reach(away)
    await assert.rejects(reached, (error: Error) => {
      assert.ok(error instanceof CannotStart)
      assert.match(
        error.message,
        /^Kafka at 127\.0\.0\.1:\d+ \(KAFKA_BROKERS\) cannot be reached: .*Gave up after 1 s\.$/,
      )
      return true
    })
    assert.equal(said.length, 1)
    assert.match(said[0]!, /^Waiting for Kafka at 127\.0\.0\.1:\d+ \(KAFKA_BROKERS\) \(.*ECONNREFUSED.*\)$/)
  })

  test('is not tried where it is not set, or where no service runs', async () => {
    assert.equal(await reach({}).reached, undefined)
    assert.equal(await reach(away, []).reached, undefined)
  })
})
