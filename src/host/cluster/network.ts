import { readFileSync } from 'node:fs'
import type { Logger } from 'pino'
import type { Announcement, Registry } from '#kernel/remote/instances/registry.ts'
import type { HostTls } from '#kernel/remote/security/tls.ts'
import { signing, type Signing } from '#kernel/remote/security/signing.ts'
import { callerTokens, type CallerTokens } from '#kernel/remote/security/token.ts'
import { CannotStart } from '#kernel/cannot-start.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { RedisStore } from '#engines/redis/connection.ts'
import type { ProcessSettings } from '#src/settings/process-settings.ts'
import { developmentSecret } from '../development/secrets.ts'
import type { ExpectedHost } from './expected-hosts.ts'
import type { RemoteSimulators } from '../development/external-systems.ts'

/** Registry, identity, tokens and TLS by which hosts reach each other. */
export interface Network {
  /** Opens the registry, once there is a Redis or none. */
  readonly openRegistry: (redis: RedisStore | undefined, log: Logger) => Promise<Registry>
  /** Every process the shop should have. */
  readonly expectedHosts: (registry: Registry) => readonly ExpectedHost[]
  readonly tokens: CallerTokens
  /** Certificates of the inside, where connections are secured. */
  readonly tls: HostTls | undefined
  /** Where this host takes calls. */
  readonly at: { readonly host: string; readonly port: number }
  /** What it announces in the registry. */
  readonly self: Omit<Announcement, 'services'>
  /** Services and parts it runs. */
  readonly runs: readonly string[]
  /** Milliseconds it stays when it is about to end. */
  readonly grace: number
  /** Where the public comes in, as far as that is known. */
  readonly shopOrigin: string | undefined
  /** Where the simulators are. Throws CannotStart when nobody runs them. */
  readonly simulators: (registry: Registry) => Promise<RemoteSimulators>
}

/** Secrets of internal tokens: the first signs, both are accepted. */
const internalSecrets = (settings: ProcessSettings, runtime: Runtime): readonly string[] => {
  const { JANGTEO_INTERNAL_SECRET: own, JANGTEO_INTERNAL_SECRET_ALSO: also, mode } = settings
  if (own === '' && mode === 'production')
    throw new CannotStart(
      'JANGTEO_INTERNAL_SECRET is missing: hosts of one shop know each other by it. Set it to the same 32 characters or more, which nobody can guess, on every host.',
    )
  return [own || developmentSecret(settings.JANGTEO_DATA, runtime), ...(also === '' ? [] : [also])]
}

/** The tokens of calls between hosts. */
export const internalTokens = (settings: ProcessSettings, runtime: Runtime): CallerTokens =>
  callerTokens(internalSecrets(settings, runtime), runtime)

/** What leases in Redis are signed with. */
export const leaseSigning = (settings: ProcessSettings, runtime: Runtime): Signing =>
  signing(internalSecrets(settings, runtime), 'jangteo leases')

/** The certificates of the inside; nothing where none are set. Throws CannotStart when some are missing or cannot be read. */
export const internalTls = (settings: ProcessSettings): HostTls | undefined => {
  const names = ['JANGTEO_INTERNAL_TLS_KEY', 'JANGTEO_INTERNAL_TLS_CERT', 'JANGTEO_INTERNAL_TLS_CA'] as const
  const missing = names.filter((name) => settings[name] === '')
  if (missing.length === names.length) return undefined
  if (missing.length > 0) throw new CannotStart(`${missing.join(' and ')} must be set too: three files, or none.`)
  const [key, cert, ca] = names.map((name) => {
    try {
      return readFileSync(settings[name], 'utf8')
    } catch (error) {
      throw new CannotStart(`${name} cannot be read: ${(error as Error).message}`)
    }
  }) as [string, string, string]
  return { key, cert, ca }
}
