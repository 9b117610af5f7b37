import { Client } from 'undici'
import type { Runtime } from '#kernel/runtime.ts'
import type { HostTls } from '../security/tls.ts'

/** Milliseconds a process that runs is given to answer a question that needs nothing but itself. */
const PROBE_TIMEOUT = 1_000

/**
 * Whether a host gives a sign of life within a second: any answer of HTTP will do. Asked on a connection of its own, so
 * that calls which hang at that host are not in the way. Never rejects; false once `signal` fires.
 */
export const isAlive = async (
  origin: string,
  given: { readonly runtime: Runtime; readonly tls?: HostTls | undefined; readonly signal: AbortSignal },
): Promise<boolean> => {
  const { runtime, tls, signal } = given
  const over = new AbortController()
  const until = AbortSignal.any([signal, over.signal])
  const client = new Client(origin, { connect: { timeout: PROBE_TIMEOUT, ...tls } })
  const asking = client
    .request({ method: 'GET', path: '/health/live', signal: until })
    .then(async ({ body }) => (await body.dump(), true))
  const late = runtime.sleep(PROBE_TIMEOUT, until).then(() => false)
  try {
    return await Promise.race([asking, late])
  } catch {
    return false
  } finally {
    over.abort()
    for (const each of [asking, late]) each.catch(() => {})
    await client.destroy()
  }
}
