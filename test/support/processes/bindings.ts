import { after, before, describe } from 'node:test'
import type { Endpoint } from '#kernel/call.ts'
import type { Contract } from '#kernel/contract.ts'
import { type Runtime, systemRuntime } from '#kernel/runtime.ts'
import { startBridge, type Bridge } from '../engines/bridge.ts'
import { silent } from '../silent.ts'

/** How a service is reached: by a function call in this process, or over HTTP. */
export type Binding = 'local' | 'remote'

/** Reaches a service by the binding under test. */
export type Bind = (contract: Contract, endpoint: Endpoint) => Endpoint

/** Runs the same tests with both bindings: what a call means does not depend on where the callee runs. */
export const bothBindings = (
  tests: (bind: Bind, binding: Binding) => void,
  runtime: Runtime = systemRuntime(),
): void => {
  describe('called in this process', () => tests((_, endpoint) => endpoint, 'local'))

  describe('called over HTTP', () => {
    let bridge: Bridge
    before(async () => {
      bridge = await startBridge(runtime, silent)
    })
    after(() => bridge.close())
    tests((contract, endpoint) => bridge.between(contract, endpoint), 'remote')
  })
}
