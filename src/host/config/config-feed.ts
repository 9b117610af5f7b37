import type { Logger } from 'pino'
import { keepAlive } from '#kernel/time/keep-alive.ts'
import type { Client } from '#kernel/contract.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { pollLoop } from '#kernel/process/poll-loop.ts'
import type { config, HostReport } from '#services/config/contract.ts'
import type { ConfigSnapshot } from './config-snapshot.ts'
import type { LiveSettings } from './live-settings.ts'

/** Milliseconds between two looks. With the call itself a change is here well within two seconds. */
const LOOK = 1_000
/** Failed polls after which a service that is unavailable since the start is not just starting with everything else. */
const COMING_UP = 5
/** Polls are rarer while the service is unavailable: each failure counts for its circuit breaker, which other calls share. */
const AWAY = 2_000

/** Which configuration a host runs on, and where it has it from. */
export interface ConfigState {
  readonly environment: string
  readonly version: number
  /** The service, the copy on disk, or nobody yet. */
  readonly from: 'service' | 'copy' | 'nobody'
  /** Milliseconds since the service answered; null before it ever did. */
  readonly age: number | null
  /** Values left out, because this code does not take them. */
  readonly left: number
}

export interface ConfigFeed {
  /** Takes the last good copy from disk, if there is one, before anything is built. */
  restore(): Promise<void>
  /** Polls the service once everything is built, and reports when it is unavailable. */
  begin(current: Client<typeof config>['current']): Promise<void>
  state(): ConfigState
  stop(): Promise<void>
}

/** Follows the central configuration of an environment. */
export const configFeed = (given: {
  readonly environment: string
  readonly host: string
  readonly live: LiveSettings
  readonly copy: ConfigSnapshot
  readonly runtime: Runtime
  readonly log: Logger
  readonly progress: (line: string) => void
}): ConfigFeed => {
  const { environment, host, live, copy, runtime, log, progress } = given
  let from: ConfigState['from'] = 'nobody'
  let answeredAt: number | undefined
  let away = false
  let vain = 0
  let warned = false
  const ending = new AbortController()
  let unwritten = false
  let follow: { stop(): Promise<void> } | undefined

  const say = (line: string): void => {
    log.warn({ environment }, line)
    progress(line)
  }

  const writeSnapshot = (central: Parameters<ConfigSnapshot['write']>[0]): Promise<void> =>
    copy.write(central).then(
      () => void (unwritten = false),
      (error: unknown) => {
        if (!unwritten)
          log.warn({ err: error, path: copy.path }, 'The configuration snapshot cannot be written to disk')
        unwritten = true
      },
    )

  const report = (): HostReport => ({
    name: host,
    version: live.version(),
    given: [...live.given],
    kept: [...live.pinned],
    left: [...live.left()],
  })

  /** Asks once; what is new counts from here on. */
  const look = async (current: Client<typeof config>['current'], fresh: boolean): Promise<void> => {
    const { id, version, values } = await current({
      environment,
      ...(!fresh && { after: live.id() }),
      host: report(),
    })
    answeredAt = runtime.now()
    from = 'service'
    if (values === null) return
    const before = live.version()
    live.take({ id, version, values })
    if (version !== before) log.info({ environment, version, before }, 'The configuration changed')
    await writeSnapshot({ id, version, values })
    // Told at once which version runs here, not a look later.
    await current({ environment, after: id, host: report() })
  }

  /** A single attempt: hosts that start together must not wait for each other, nor report one as down that is still starting. */
  const first = async (current: Client<typeof config>['current']): Promise<void> => {
    try {
      await look(current, true)
    } catch {
      away = true
      const then =
        from === 'copy'
          ? `going on with version ${live.version()}, the last good copy on disk`
          : 'there is no copy on disk, so this host’s environment counts until it answers'
      // Hosts start together: unavailable at first is expected and a line of progress. Unavailable for longer is a warning.
      progress(`The config service is unavailable: ${then}`)
    }
  }

  return {
    restore: async () => {
      try {
        const snapshot = await copy.read()
        if (!snapshot) return
        live.take(snapshot)
        from = 'copy'
      } catch (error) {
        say(`The copy of the configuration in ${copy.path} is ignored: ${(error as Error).message}`)
      }
    },
    begin: async (current) => {
      await keepAlive(() => first(current))
      follow = pollLoop('config', { runtime, logger: log, idle: LOOK }, async () => {
        try {
          // Until the first answer everything is fetched: the snapshot may have been encrypted under an older secret.
          await look(current, from !== 'service')
          if (warned) log.info({ environment, version: live.version() }, 'The config service is available again')
          away = false
          warned = false
          vain = 0
        } catch (error) {
          vain++
          if (!warned && (!away || vain >= COMING_UP)) {
            log.warn(
              { err: error, environment },
              'The config service is unavailable: the host continues with the configuration it has',
            )
            warned = true
          }
          away = true
          await runtime.sleep(AWAY, ending.signal).catch(() => {})
        }
        return 0
      })
    },
    state: () => ({
      environment,
      version: live.version(),
      from,
      age: answeredAt === undefined ? null : Math.max(0, runtime.now() - answeredAt),
      left: live.left().length,
    }),
    stop: async () => {
      ending.abort()
      await follow?.stop()
    },
  }
}
