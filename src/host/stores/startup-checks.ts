import { once } from 'node:events'
import { connect } from 'node:net'
import type { ProcessSettings } from '#src/settings/process-settings.ts'

/** Engines the shop can do without, and what is so meanwhile. */
const SPARE = {
  REDIS_URL: { name: 'Redis', without: 'what hosts share is kept in PostgreSQL and memory' },
  OPENSEARCH_URL: { name: 'OpenSearch', without: 'PostgreSQL searches' },
  ZIPKIN_URL: { name: 'Zipkin', without: 'traces are dropped' },
  OTLP_URL: { name: 'The OTLP collector', without: 'traces are dropped' },
} as const satisfies Partial<Record<keyof ProcessSettings, { name: string; without: string }>>

/** Milliseconds an address may take to be reached. */
const TIMEOUT_MS = 1_000

const reasonOf = async (host: string, port: number): Promise<string | undefined> => {
  const socket = connect({ host, port, signal: AbortSignal.timeout(TIMEOUT_MS) })
  try {
    await once(socket, 'connect')
    return undefined
  } catch (error) {
    const { name, code, message } = error as NodeJS.ErrnoException
    return name === 'AbortError' ? 'no answer' : code || message
  } finally {
    socket.destroy()
  }
}

/**
 * Tells a line for each engine that is set, cannot be reached, and can be done without: a host starts all the same and
 * uses it once it is there. `services` are those it runs. Takes a second at most; never throws.
 */
export const reportUnreachableEngines = async (
  settings: ProcessSettings,
  services: readonly string[],
  progress: (line: string) => void,
): Promise<void> => {
  await Promise.all(
    Object.entries(SPARE).map(async ([setting, { name, without }]) => {
      const address = settings[setting as keyof typeof SPARE]
      if (address === '' || (setting === 'OPENSEARCH_URL' && !services.includes('catalog'))) return
      const { hostname, host, port, protocol } = new URL(address)
      const usual = { 'http:': 80, 'https:': 443, 'redis:': 6379, 'rediss:': 6379 }[protocol] ?? 0
      const reason = await reasonOf(hostname.replace(/^\[|\]$/g, ''), Number(port) || usual)
      if (reason !== undefined)
        progress(`${name} at ${host} (${setting}) is unreachable (${reason}): meanwhile ${without}`)
    }),
  )
}
