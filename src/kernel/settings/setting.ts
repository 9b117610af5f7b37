import type { Want } from '../live-setting.ts'
import type { Kind, SettingValue } from './kinds.ts'

/** `development` brings simulators and secrets of its own; `production` refuses both. */
export type Mode = 'development' | 'production'

/** A setting as it is declared by whoever reads it: a service in its `settings.ts`, or a part of the process. */
export interface Setting<T extends SettingValue> {
  readonly kind: Kind<T>
  /** What it is for, in a line. */
  readonly about: string
  /** Its value when not given; a function where that depends on the mode. Without one it is the empty text. */
  readonly default?: T | ((mode: Mode) => T)
  /** Must be given in production. */
  readonly needed?: boolean
  /** Never shown. */
  readonly secret?: boolean
  /** Refuses values that only development may have, with what would be right. */
  readonly inProduction?: (value: T) => Want | undefined
  /** May change while the shop runs, by the central configuration. Whoever reads it, reads it at the time of use. */
  readonly live?: Live
}

/** How a setting that may change at run time is shown and shared. */
export interface Live {
  /** What it is for, in Korean. */
  readonly ko: string
  /**
   * For settings that no service declares: who reads it. `gateway` can be given a value of its own, `every` is all services,
   * and nothing is the host. Those that services declare are read by these services.
   */
  readonly by?: readonly string[] | 'every'
}

/** Settings by the name of their environment variable. */
export type Declarations = { readonly [name: string]: Setting<any> }

/** Values of settings by name, already checked, as a host hands them to services. */
export type Settings = Readonly<Record<string, SettingValue>>

/** The values of declared settings, typed. Live ones change between two reads: read them where they are used. */
export type SettingsOf<D extends Declarations> = {
  readonly [N in keyof D]: D[N] extends Setting<infer T> ? T : never
} & { readonly mode: Mode }

/** Declares a setting. */
export const setting = <T extends SettingValue>(declared: Setting<T>): Setting<T> => declared

/** The value of a setting that is not given; the empty text when it has none. */
export const defaultOf = (declared: Pick<Setting<any>, 'default'>, mode: Mode): SettingValue =>
  (typeof declared.default === 'function' ? declared.default(mode) : declared.default) ?? ''

/**
 * What a service sees of the values a host has: those it declares and no others, with the declared default where the host has
 * none. Read through at each use, so that live ones are as they stand.
 */
export const settingsFor = <D extends Declarations>(declared: D, values: Settings): SettingsOf<D> => {
  const mode: Mode = values['mode'] === 'production' ? 'production' : 'development'
  const seen: Record<string, unknown> = { mode }
  for (const [name, each] of Object.entries(declared))
    Object.defineProperty(seen, name, { enumerable: true, get: () => values[name] ?? defaultOf(each, mode) })
  return seen as SettingsOf<D>
}
