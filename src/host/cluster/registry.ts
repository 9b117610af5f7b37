import type { Logger } from 'pino'
import type { Registry } from '#kernel/remote/instances/registry.ts'
import type { Signing } from '#kernel/remote/security/signing.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { RedisStore } from '#engines/redis/connection.ts'
import { leasedRegistry } from '#engines/redis/leased-registry.ts'
import { waitForDependency } from '../stores/wait-for-dependency.ts'
import { placedRegistry } from './placed-registry.ts'
import type { Placement } from './placement.ts'

/** Registry of a host that stands alone. */
const alone: Registry = {
  places: () => [],
  hosts: () => [],
  announce: async () => ({ leave: async () => {} }),
  close: async () => {},
}

/**
 * How a host finds the others: by leases where there is a Redis, and by the placement where there is none, or none was
 * announced yet. With neither it has no others. Without a placement Redis is waited for; throws CannotStart when it does
 * not come.
 */
export const openRegistry = async (
  placement: Placement | undefined,
  given: {
    readonly redis: RedisStore | undefined
    /** What leases are signed with. */
    readonly signing: Signing
    readonly runtime: Runtime
    readonly log: Logger
    readonly scheme: 'http' | 'https'
    readonly progress: (line: string) => void
    /** Milliseconds to wait for a Redis that is not there yet. */
    readonly timeoutMs: number
  },
): Promise<Registry> => {
  const { redis, runtime, progress, timeoutMs } = given
  const placed = placement ? placedRegistry(placement, given) : alone
  if (!redis) return placed
  const leased = leasedRegistry(redis, { ...given, otherwise: placed })
  try {
    const what = 'the registry of hosts in Redis (REDIS_URL)'
    if (!placement) await waitForDependency(what, leased.begun, { runtime, progress, timeoutMs })
  } catch (error) {
    await leased.close()
    throw error
  }
  return leased
}
