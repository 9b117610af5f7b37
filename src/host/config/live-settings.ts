import type { Logger } from 'pino'
import { CannotStart } from '#kernel/cannot-start.ts'
import { openLive } from '#kernel/secrets/live-secret.ts'
import { type LiveSetting, Unfit, WHOLE_SHOP } from '#kernel/live-setting.ts'
import type { Secrets } from '#kernel/secrets/secrets.ts'
import type { ProcessSettings } from '#src/settings/process-settings.ts'

type Value = string | number | boolean

/** The values of one version of the central configuration, as the service answers and a host stores them. */
export interface Central {
  /** Names the version, also after a backup was put back. */
  readonly id: string
  readonly version: number
  readonly values: readonly {
    readonly place: string
    readonly name: string
    readonly value: string | null
    /** Base64. */
    readonly sealed: string | null
  }[]
}

/** A central value that this host ignores as invalid. */
export interface IgnoredValue {
  readonly place: string
  readonly name: string
}

/** Current settings: those that may change are read at each use. */
export interface LiveSettings<S extends ProcessSettings = ProcessSettings> {
  /** As a service sees them, or `gateway`, or `shop` for the host itself. */
  of(place: string): S
  /** Applies another version. Invalid values are ignored, each with a warning. */
  take(central: Central): void
  readonly version: () => number
  /** Id of the version in effect; empty before the first. */
  readonly id: () => string
  readonly left: () => readonly IgnoredValue[]
  /** Live settings that this host's environment gives a value. */
  readonly given: readonly string[]
  /** Of those, the ones pinned by JANGTEO_CONFIG_KEEP: they take precedence over the central configuration. */
  readonly pinned: readonly string[]
  /** Registers a listener that is called after each change. */
  watch(listener: () => void): void
}

const namesIn = (list: string): string[] => list.split(/[\s,]+/).filter((each) => each !== '')

/** Settings pinned to this host's environment. Throws CannotStart for names that are no live settings. */
const pinnedBy = (settings: ProcessSettings, known: ReadonlyMap<string, LiveSetting>): readonly string[] => {
  const pinned = namesIn(settings.JANGTEO_CONFIG_KEEP)
  const unknown = pinned.filter((each) => !known.has(each))
  if (unknown.length > 0)
    throw new CannotStart(
      `JANGTEO_CONFIG_KEEP names ${unknown.join(', ')}, which cannot change while the shop runs: give some of ${[...known.keys()].join(', ')}.`,
    )
  return pinned
}

/** The environment whose central values count for a host. */
export const environmentOf = (settings: ProcessSettings): string => settings.JANGTEO_CONFIG_ENVIRONMENT || settings.mode

/**
 * A view of the settings in which those that may change follow the central configuration: what is kept by this host goes
 * first, then the value for the service, for the whole shop, of this host's environment, and the default.
 */
export const liveSettingsOf = <S extends ProcessSettings>(
  base: S,
  given: {
    readonly settings: readonly LiveSetting[]
    /** Names that the host's environment gives a value. */
    readonly named: readonly string[]
    /** What PUBLIC_URL is where none is set: a port that is picked is known only later. */
    readonly publicUrl?: () => string
    /** Decrypts secret values; called when there is one. */
    readonly secrets: () => Secrets
    readonly log: Logger
  },
): LiveSettings<S> => {
  const { secrets, log } = given
  const known = new Map(given.settings.map((each) => [each.name, each]))
  const pinned = pinnedBy(base, known)
  const environment = environmentOf(base)
  // A production host never takes what production refuses, whatever its environment is called.
  const rules = base.mode === 'production' && environment === 'development' ? 'production' : environment
  let current: Central = { id: '', version: 0, values: [] }
  let values: ReadonlyMap<string, Value> = new Map()
  let left: readonly IgnoredValue[] = []
  const listeners: (() => void)[] = []
  const views = new Map<string, S>()

  const read = ({ place, name, value, sealed }: Central['values'][number]): Value => {
    const setting = known.get(name)
    if (!setting) throw new Unfit({ en: 'this version of the shop does not know it', ko: '' })
    const text =
      sealed === null ? value! : openLive(secrets(), { environment, place, name }, Buffer.from(sealed, 'base64'))
    return setting.read(text, rules)
  }

  const take = (central: Central): void => {
    const taken = new Map<string, Value>()
    const out: IgnoredValue[] = []
    for (const each of central.values) {
      const { place, name } = each
      try {
        taken.set(`${place} ${name}`, read(each))
      } catch (error) {
        // Not the error itself: it may hold the value.
        const why = error instanceof Unfit ? error.message : 'it cannot be opened with the secret of this host'
        log.warn({ setting: name, place, version: central.version, why }, 'Ignored an invalid configuration value')
        out.push({ place, name })
      }
    }
    current = central
    values = taken
    left = out
    for (const each of listeners) each()
  }

  const view = (place: string): S => {
    const seen: Record<string, unknown> = { ...base }
    for (const name of known.keys()) {
      if (pinned.includes(name)) continue
      const own = `${place} ${name}`
      const shared = `${WHOLE_SHOP} ${name}`
      Object.defineProperty(seen, name, {
        enumerable: true,
        get: () => values.get(own) ?? values.get(shared) ?? base[name as keyof S],
      })
    }
    if (given.publicUrl) Object.defineProperty(seen, 'PUBLIC_URL', { enumerable: true, get: given.publicUrl })
    return seen as unknown as S
  }

  return {
    of: (place) => {
      let found = views.get(place)
      if (!found) views.set(place, (found = view(place)))
      return found
    },
    take,
    version: () => current.version,
    id: () => current.id,
    left: () => left,
    given: given.named.filter((each) => known.has(each)),
    pinned,
    watch: (listener) => void listeners.push(listener),
  }
}
