import type { Logger } from 'pino'
import type { Registry } from '#kernel/remote/registry.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { placedRegistry } from './placed-registry.ts'
import type { Placement } from './placement.ts'

/** Of a host that has no others. */
const alone: Registry = {
  places: () => [],
  announce: async () => ({ leave: async () => {} }),
  close: async () => {},
}

/** How a host finds the others: by the placement. A registry that is told who lives and who leaves is chosen here. */
export const registryOf = (
  placement: Placement | undefined,
  given: { readonly runtime: Runtime; readonly log: Logger; readonly scheme: 'http' | 'https' },
): Registry => (placement ? placedRegistry(placement, given) : alone)
