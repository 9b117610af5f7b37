import type { SettingsOf } from '#kernel/settings/setting.ts'
import type { declared } from './declared.ts'

/** Settings that services declare and a process acts on too: it starts simulators, engines and a staff account where they are empty. */
type Shared = 'JANGTEO_STAFF_PASSWORD' | 'OPENSEARCH_URL' | 'SMTP_URL' | 'TOSS_BASE_URL'

/**
 * The settings as a process reads them, checked; those that were not given and have no default are empty texts. The settings
 * of the shop are these and all that services declare: a process passes those on without reading them.
 */
export type ProcessSettings = SettingsOf<typeof declared> & Readonly<Record<Shared, string>>

const given = new WeakMap<ProcessSettings, readonly string[]>()

/** Remembers which settings the environment gave a value. */
export const rememberGiven = (settings: ProcessSettings, names: readonly string[]): void =>
  void given.set(settings, names)

/** The settings that the environment gave a value, by name. */
export const givenIn = (settings: ProcessSettings): readonly string[] => given.get(settings) ?? []

/** The address of one service's database: its own where `DATABASE_URL_<SERVICE>` is set, else the shop's; empty for the embedded one. */
export const databaseUrlOf = (settings: ProcessSettings, service: string): string =>
  (settings as Readonly<Record<string, unknown>>)[`DATABASE_URL_${service.toUpperCase()}`]?.toString() ||
  settings.DATABASE_URL
