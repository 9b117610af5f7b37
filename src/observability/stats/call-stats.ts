import type { CallObserver, Endpoint } from '#kernel/call.ts'
import { Fault } from '#kernel/fault.ts'
import type { HostReport } from '#kernel/reports/host-report.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { statsTable } from './rolling-stats.ts'

/** Counts the calls of the last minute: those served here by operation, and those made from here by caller and callee. */
export interface CallStats {
  readonly observe: CallObserver
  readonly watch: (service: string, endpoint: Endpoint) => Endpoint
  read(): Pick<HostReport, 'operations' | 'edges'>
}

const FAILED = 500

/** Both names a gateway calls by: for a request, and on its own behalf. */
const EDGE = new Set(['edge', 'gateway'])

export const callStats = (runtime: Runtime): CallStats => {
  const operations = statsTable(runtime)
  const edges = statsTable(runtime)
  return {
    observe: (service, operation, ms, _outcome, status) => operations.record(service, operation, ms, status >= FAILED),
    // At the caller's side: a call that never arrives is seen there alone.
    watch: (service, endpoint) => ({
      call: async (operation, input, context) => {
        const began = performance.now()
        let failed = false
        try {
          return await endpoint.call(operation, input, context)
        } catch (error) {
          failed = !(error instanceof Fault) || error.status >= FAILED
          throw error
        } finally {
          const from = EDGE.has(context.caller) ? 'gateway' : context.caller
          edges.record(from, service, performance.now() - began, failed)
        }
      },
    }),
    read: () => ({
      operations: operations.read().map(([service, operation, rates]) => ({ service, operation, ...rates })),
      edges: edges.read().map(([from, to, rates]) => ({ from, to, ...rates })),
    }),
  }
}
