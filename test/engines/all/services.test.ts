import { describe, test } from 'node:test'
import { runBound, testedServices, testsOf } from '#test/support/processes/service-tests.ts'

/** Thousands of small rounds that each wait until Kafka has carried all: what they are about is shown without it. */
const LONG = /-property\.test\.ts$/

// The services' own tests once more, with HTTP between them, events over Kafka and what is kept in Redis.
describe('over HTTP and Kafka, with Redis', () => {
  for (const service of testedServices)
    test(`${service} behaves as in one process`, { timeout: 600_000 }, () =>
      runBound(
        'engines',
        testsOf(service).filter((file) => !LONG.test(file)),
      ),
    )
})
