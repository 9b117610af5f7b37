import { describe, test } from 'node:test'
import { runBound, testedServices, testsOf } from '../support/processes/service-tests.ts'

// The services' own tests once more, with HTTP between every two services and before the first; with the engines too:
// test/engines/all/services.test.ts.

describe('over HTTP', () => {
  for (const service of testedServices)
    test(`${service} behaves as in one process`, { timeout: 900_000 }, () => runBound('remote', testsOf(service)))
})
