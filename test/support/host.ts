import { after } from 'node:test'
import { pino } from 'pino'
import type { Actor, CallContext } from '#kernel/context.ts'
import { withContext } from '#kernel/context.ts'
import { sourceOf, type Client, type Contract, type StaffRole } from '#kernel/contract.ts'
import type { ServiceDefinition } from '#kernel/service.ts'
import type { Database } from '#kernel/store.ts'
import type { ConnectionSettings } from '#engines/postgres/connection/connection.ts'
import { freshDatabase } from '#engines/postgres/embedded/database.fixture.ts'
import { migrate } from '#engines/postgres/schema/migrate.ts'
import { provision, serviceConnection } from '#engines/postgres/schema/provision.ts'
import { startHost, type Host, type HostSettings } from '#src/host/process/host.ts'
import { startBridge } from './engines/bridge.ts'
import { openTestEngines } from './engines/test-engines.ts'
import { steerableRuntime, type SteerableRuntime } from './clock.ts'
import { eventually } from './eventually.ts'

const running: (() => Promise<void>)[] = []
// Registered while the file loads, so that it belongs to the whole file: made inside a hook it would run after the hook.
after(async () => {
  for (const stop of running) await stop()
})

/** A host for tests, on a database of its own. */
export interface TestHost {
  readonly host: Host
  readonly runtime: SteerableRuntime
  /** The database as its administrator: for audits, and for taking guards away. */
  readonly admin: ConnectionSettings
  /** A client as `actor`, coming from the edge unless `caller` names a service. */
  as<C extends Contract>(contract: C, actor: Actor, caller?: string): Client<C>
  /** A client on behalf of another service. */
  inside<C extends Contract>(contract: C): Client<C>
  /** A service's own store, to look at what is true. */
  db(service: string): Database
  /** Resolves once every consumer of this host has taken in every event stored so far. */
  settled(): Promise<void>
  stop(): Promise<void>
}

/** A member for tests. */
export const memberActor = (memberId: string, guestId?: string): Actor => ({
  kind: 'member',
  memberId,
  sessionId: memberId,
  ...(guestId && { guestId }),
})

/** Staff for tests. */
export const staffActor = (memberId: string, ...roles: StaffRole[]): Actor => ({
  kind: 'staff',
  memberId,
  sessionId: memberId,
  roles,
})

/**
 * Set to `remote`, tests put HTTP between the services of a test host; set to `engines`, their events travel by Kafka too,
 * and what they keep is kept in Redis.
 */
export const BINDING = 'JANGTEO_TEST_BINDING'

/** Whether a call is a function call: then answers may be the very same object. */
export const inOneProcess = process.env[BINDING] === undefined

/**
 * Starts the services on a fresh database, with a clock that the test steers. Services they need but that are not given
 * can be put in by `given.elsewhere`. With `remote`, every call between them, and of the test, goes over HTTP. Stops by
 * itself after the file's tests.
 */
export const startTestHost = async (
  services: readonly ServiceDefinition<any>[],
  given: Partial<HostSettings> & { remote?: boolean } = {},
): Promise<TestHost> => {
  const runtime = steerableRuntime()
  const database = await freshDatabase(runtime)
  const admin = database.connection
  const names = services.map((each) => each.contract.name)
  await provision(admin, names)
  for (const each of services)
    await migrate(serviceConnection(admin, each.contract.name), each.contract.name, each.migrations)
  const log = pino({ level: process.env['TEST_LOG'] ?? 'silent' })
  const binding = process.env[BINDING]
  const bridge = (given.remote ?? binding !== undefined) ? await startBridge(runtime, log) : undefined
  const onEngines = binding === 'engines' ? await openTestEngines(services, runtime, log) : undefined
  const host = await startHost({
    services,
    connection: (service) => serviceConnection(admin, service),
    settings: {},
    runtime,
    log,
    checkOutputs: true,
    ...(bridge && { between: bridge.between }),
    ...(onEngines && { caches: onEngines.caches }),
    ...(onEngines && given.background !== false && { kafka: onEngines.kafka }),
    ...given,
  })

  const context = (actor: Actor, caller: string): CallContext => ({
    actor,
    caller,
    deadline: runtime.now() + 60_000,
    locale: 'ko',
    requestId: runtime.id(),
    address: '127.0.0.1',
  })
  const as = <C extends Contract>(contract: C, actor: Actor, caller = 'edge'): Client<C> => {
    const client = host.client(contract, caller)
    return Object.fromEntries(
      Object.entries(client).map(([name, call]) => [
        name,
        (input: never) => withContext(context(actor, caller), () => (call as (input: never) => unknown)(input)),
      ]),
    ) as Client<C>
  }
  const db = (service: string): Database => host.services.find((each) => each.definition.contract.name === service)!.db

  const behind = async (): Promise<number> => {
    let count = 0
    for (const each of host.services) {
      for (const consumer of each.built.consumers ?? []) {
        const events = consumer.reactions.map((reaction) => reaction.event.name)
        const sources = new Set(events.map(sourceOf))
        for (const source of sources) {
          if (!names.includes(source)) continue
          const [position] = await each.db.query<{ xid: string; id: number }>({
            text: 'SELECT xid::text AS xid, id FROM cursor WHERE consumer = $1 AND source = $2',
            values: [consumer.name, source],
          })
          const [row] = await db(source).query<{ count: number }>({
            text: 'SELECT count(*) AS count FROM outbox WHERE (xid, id) > ($1::text::xid8, $2::bigint) AND name = ANY ($3)',
            values: [position?.xid ?? '0', position?.id ?? 0, events],
          })
          count += row!.count
        }
      }
    }
    return count
  }

  let stopped = false
  const stop = async (): Promise<void> => {
    if (stopped) return
    stopped = true
    await host.stop()
    await bridge?.close()
    await onEngines?.close()
  }
  running.push(stop)
  return {
    host,
    runtime,
    admin,
    as,
    inside: (contract) => as(contract, { kind: 'system' }, 'test'),
    db,
    settled: () => eventually(async () => (await behind()) === 0, 'every event is taken in'),
    stop,
  }
}
