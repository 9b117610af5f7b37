import type pg from 'pg'
import { CannotStart } from '#kernel/cannot-start.ts'
import { connect, type ConnectionSettings } from '../connection/connection.ts'
import { schemaOf } from '../events/log.ts'
import { lockWait, type LockWait, withShortLocks } from './short-locks.ts'

/** May read what every service told the world, and nothing else. */
export const RELAY = 'relay'

/** The login role of a service, and of the relay. */
export const roleOf = (service: string): string => `jangteo_${service}`

const NAME = /^[a-z][a-z0-9_]{0,40}$/

/** Names go into statements as text: a name that would need quoting is refused. */
const checked = (name: string): string => {
  if (!NAME.test(name)) throw new TypeError(`Not a name a service can have: ${name}`)
  return name
}

/**
 * How a service (or `relay`) reaches its schema on a server it shares: as its own role, which sees no other schema.
 */
export const serviceConnection = (admin: ConnectionSettings, service: string): ConnectionSettings => ({
  ...admin,
  role: roleOf(service),
  ...(service !== RELAY && { schema: schemaOf(service) }),
})

/** Roles belong to the whole server, so whoever makes them meets others in one database to take turns. */
const openMeetingPlace = async (admin: ConnectionSettings): Promise<pg.Client> => {
  try {
    return await connect({ ...admin, database: 'postgres' }, 'provision')
  } catch {
    // Some hosted servers let nobody into `postgres`: then the shop's own database must exist already.
    return connect(admin, 'provision')
  }
}

/** Of two that make a database at once, one is told so in one of these ways. */
const MADE_MEANWHILE = new Set(['42P04', '23505'])

/** Makes the database unless it is there, whoever else may do so at the same moment. */
export const ensureDatabase = async (client: pg.Client, database: string): Promise<void> => {
  const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [database])
  if (rowCount !== 0) return
  try {
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`)
  } catch (error) {
    if (!MADE_MEANWHILE.has((error as { code?: string }).code ?? '')) throw error
  }
}

const ensureRoles = async (client: pg.Client, roles: readonly string[]): Promise<void> => {
  const { rows } = await client.query<{ rolname: string }>('SELECT rolname FROM pg_roles WHERE rolname = ANY ($1)', [
    roles,
  ])
  const known = new Set(rows.map((row) => row.rolname))
  for (const role of roles) if (!known.has(role)) await client.query(`CREATE ROLE ${role} LOGIN NOINHERIT`)
  // An administrator who is no superuser acts as a service's role only once it is a member of it.
  const { rows: foreign } = await client.query<{ rolname: string }>(
    `SELECT rolname FROM pg_roles WHERE rolname = ANY ($1) AND NOT pg_has_role(rolname, 'SET')`,
    [roles],
  )
  for (const { rolname } of foreign) await client.query(`GRANT ${rolname} TO CURRENT_USER WITH SET TRUE, INHERIT TRUE`)
}

const ensureSchemas = async (client: pg.Client, database: string, services: readonly string[]): Promise<void> => {
  const shop = client.escapeIdentifier(database)
  const roles = [...services, RELAY].map(roleOf).join(', ')
  await client.query(`REVOKE ALL ON DATABASE ${shop} FROM PUBLIC`)
  await client.query(`GRANT CONNECT ON DATABASE ${shop} TO ${roles}`)
  for (const service of services) {
    const schema = schemaOf(service)
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema} AUTHORIZATION ${roleOf(service)}`)
    await client.query(`GRANT USAGE ON SCHEMA ${schema} TO ${roleOf(RELAY)}`)
  }
}

const NOT_ALLOWED = '42501'

/** Says what an administrator of the database can do where the role we were given may not do enough. */
const sayWhatIsMissing = (error: unknown, user: string): never => {
  if ((error as { code?: string }).code !== NOT_ALLOWED) throw error
  throw new CannotStart(
    `The database role "${user}" may not do what the shop needs (${(error as Error).message}). ` +
      'Let it make roles (ALTER ROLE … CREATEROLE) and own the database, or name another role in DATABASE_URL.',
  )
}

/**
 * Makes ready what the services stand on: the database, one schema and one login role for each service, and the relay's
 * role. Does nothing that is done already; of several at once each waits for the one before it. `admin` must be allowed
 * to make roles and databases; throws CannotStart with what is missing where it is not.
 */
export const provision = async (
  admin: ConnectionSettings,
  services: readonly string[],
  given: Partial<LockWait> = {},
): Promise<void> => {
  const wait = lockWait(given)
  for (const service of services) checked(service)
  const meeting = await openMeetingPlace(admin)
  try {
    // Nobody waits behind this lock but those who provision.
    await meeting.query(`SET lock_timeout = ${Math.max(1, wait.timeoutMs)}; SET statement_timeout = 0`)
    await meeting.query(`SELECT pg_advisory_lock(hashtext('jangteo provision'))`)
    await ensureDatabase(meeting, admin.database)
    await ensureRoles(meeting, [...services, RELAY].map(roleOf))
    const shop = await connect(admin, 'provision')
    try {
      const what = `Making schemas and roles ready in ${admin.database}`
      const ensure = () => ensureSchemas(shop, admin.database, services)
      await withShortLocks(shop, admin, what, ensure, wait)
    } finally {
      await shop.end()
    }
  } catch (error) {
    sayWhatIsMissing(error, admin.user)
  } finally {
    await meeting.end()
  }
}
