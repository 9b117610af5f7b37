import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { serveLocally } from '#kernel/call.ts'
import { hostContract, type HostSeen } from '#kernel/reports/platform.ts'
import { callerTokens } from '#kernel/remote/security/token.ts'
import { eventually } from '#test/support/eventually.ts'
import { silent } from '#test/support/silent.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { liveHosts } from './live-hosts.ts'

const ORIGIN = 'http://127.0.0.1:1'

// Takes requests and never answers.
let asked = 0
const hanging = createServer(() => void asked++).listen(0, '127.0.0.1')
await once(hanging, 'listening')
after(() => (hanging.closeAllConnections(), hanging.close()))

test('one that is known to be silent keeps nobody waiting', async () => {
  let now = Date.now()
  const runtime = systemRuntime({ now: () => now })
  const never = () => assert.fail('nobody asks the host that asks')
  const platform = liveHosts({
    self: {
      endpoint: serveLocally(
        hostContract,
        { report: never, setLogLevel: never, traces: never, trace: never, setAside: never, redrive: never },
        { runtime, log: silent },
      ),
      origin: ORIGIN,
    },
    expected: () => [
      {
        name: 'hanging',
        origin: `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`,
        runs: ['product'],
        weight: 100,
        zone: null,
      },
    ],
    tokens: callerTokens(['a secret of many characters'], runtime),
    tls: undefined,
    runtime,
    log: silent,
  })
  after(() => platform.close())

  const first = platform.hosts()
  await eventually(() => asked === 1, 'it is asked')
  now += 2_000
  assert.equal((await first)[0]!.why, 'late', 'who asks first waits until it is late')

  // From here on the clock stands still: asked again, it is not even late.
  now += 2_000
  let again: readonly HostSeen[] = []
  void platform.hosts().then((hosts) => (again = hosts))
  try {
    await eventually(() => asked === 2 && again.length > 0, 'who asks again is told while it is asked')
    assert.equal(again[0]!.state, 'silent')
  } finally {
    now += 2_000
  }
})
