import { Agent, type Dispatcher } from 'undici'
import { databaseNow } from '#engines/postgres/clock.ts'
import type { RedisStore } from '#engines/redis/connection.ts'
import type { HostTls } from '#kernel/remote/security/tls.ts'
import type { OtherClock } from './clock-skew.ts'
import type { ObservedHost } from '../observed-host.ts'

/** Hosts read for each comparison: enough for a majority, and no load however many there are. */
const HOSTS = 5

interface Answer {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: { text(): Promise<string> }
}

/** A host's time from its health endpoint; one of an earlier version has it in seconds in the Date header. */
const nowIn = async ({ headers, body }: Answer): Promise<number> => {
  const text = await body.text()
  let now: unknown
  try {
    now = (JSON.parse(text) as { now?: unknown }).now
  } catch {
    // Whatever answered, its header says what time it has.
  }
  const at = typeof now === 'number' ? now : Date.parse(String(headers['date']))
  if (!Number.isFinite(at)) throw new Error('it does not say what time it has')
  return at
}

/** The clocks a host can compare its own with: those of its databases, of Redis, and of a few other hosts in turn. */
export const otherClocks = (given: {
  readonly host: Pick<ObservedHost, 'services'>
  readonly redis: Pick<RedisStore, 'client'> | undefined
  /** The other hosts, by name and address, as they are now. */
  readonly hosts: () => readonly { readonly name: string; readonly origin: string | null }[]
  readonly tls: HostTls | undefined
}): { others(): readonly OtherClock[]; close(): Promise<void> } => {
  const { host, redis, hosts, tls } = given
  const agent: Dispatcher = new Agent({ connect: { timeout: 2_000, ...tls }, keepAliveTimeout: 20_000 })
  let turn = 0

  // Services mostly share one server: each is read once.
  const servers = new Map(host.services.map(({ db }) => [db.server, db]))
  const databases = [...servers].map(([server, db]): OtherClock => ({
    name: servers.size > 1 ? `the database at ${server}` : 'the database',
    now: () => databaseNow(db),
  }))
  const ofRedis: OtherClock[] = redis
    ? [
        {
          name: 'Redis',
          now: async () => {
            const [seconds, micros] = await redis.client.time()
            return Number(seconds) * 1_000 + Number(micros) / 1_000
          },
        },
      ]
    : []

  const ofHosts = (): readonly OtherClock[] => {
    const all = hosts().flatMap(({ name, origin }) => (origin === null ? [] : [{ name, origin }]))
    const from = all.length > HOSTS ? (turn += HOSTS) % all.length : 0
    return [...all.slice(from), ...all.slice(0, from)].slice(0, HOSTS).map(({ name, origin }) => ({
      name: `host ${name}`,
      // Without a token: the one of a host whose clock is off would be refused.
      now: async () => nowIn(await agent.request({ origin, path: '/health/live', method: 'GET' })),
    }))
  }

  return {
    others: () => [...databases, ...ofRedis, ...ofHosts()],
    close: () => agent.destroy(),
  }
}
