import { InvalidAddress } from '#kernel/net/address.ts'
import { CannotStart } from '#kernel/cannot-start.ts'
import { sslModeOf, withSslMode } from '#engines/postgres/connection/url.ts'
import { defaultOf, type Mode, type Setting, type Settings, type SettingsOf } from '#kernel/settings/setting.ts'
import { declared } from './settings/declared.ts'
import { rememberGiven } from './settings/process-settings.ts'
import { masked } from './settings/show.ts'
import { declarations, type ServiceSettings } from './shop.ts'

/**
 * The settings of the process and of all services, checked; those that were not given and have no value of their own are empty
 * texts.
 */
export type ShopSettings = SettingsOf<typeof declared & ServiceSettings>

/** The names of all settings. */
export const settingNames: readonly string[] = declarations.map((each) => each.name)

type Environment = Readonly<Record<string, string | undefined>>

const ONE_SERVICE = /^DATABASE_URL_[A-Z][A-Z_]*$/

const modeOf = (env: Environment, problems: string[]): Mode => {
  const given = env['JANGTEO_ENV'] || (env['NODE_ENV'] === 'production' ? 'production' : 'development')
  if (given === 'development' || given === 'production') return given
  problems.push(`JANGTEO_ENV is "${given}": give one of development, production.`)
  return 'development'
}

/** The address of a database, with what PGSSLMODE says where it says nothing of encryption itself. */
const encryptedAs = (given: string, env: Environment, problems: string[]): string => {
  // PostgreSQL's own clients still go by the older of the two.
  const mode = env['PGSSLMODE']?.trim() || (env['PGREQUIRESSL']?.trim() === '1' ? 'require' : '')
  if (given === '' || mode === '') return given
  try {
    sslModeOf(mode)
  } catch (error) {
    problems.push(`PGSSLMODE is "${mode}": ${(error as Error).message}.`)
    return given
  }
  try {
    return withSslMode(given, mode)
  } catch (error) {
    if (!(error instanceof InvalidAddress)) throw error
    // Said by the setting itself.
    return given
  }
}

/** Reads one setting; tells its problem instead of throwing, so that all are seen at once. */
const readOne = (name: string, one: Setting<any>, given: string, mode: Mode, problems: string[]): unknown => {
  const fallback = defaultOf(one, mode)
  if (given === '') {
    if (mode === 'production' && one.needed)
      problems.push(`${name} is missing: it must be set in production. ${one.about}`)
    return fallback
  }
  const shown = one.secret ? '' : ` "${masked(given)}"`
  try {
    const value = one.kind.read(given)
    const refused = mode === 'production' ? one.inProduction?.(value) : undefined
    if (refused) problems.push(`${name}${shown && ` is${shown}`} cannot be used in production: ${refused.en}.`)
    return value
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    problems.push(`${name}${shown ? ` is${shown}` : ' is not right'}: ${error.message}.`)
    return fallback
  }
}

/**
 * Reads and checks every setting. Throws CannotStart with a line for each thing that is wrong, and what would be right.
 */
export const readSettings = (env: Environment): ShopSettings => {
  const problems: string[] = []
  const mode = modeOf(env, problems)
  const values: Record<string, unknown> = { mode }
  const given = (name: string): string =>
    name.startsWith('DATABASE_URL') ? encryptedAs(env[name]?.trim() ?? '', env, problems) : (env[name]?.trim() ?? '')
  for (const { name, setting } of declarations) values[name] = readOne(name, setting, given(name), mode, problems)
  for (const name of Object.keys(env).filter((each) => ONE_SERVICE.test(each))) {
    values[name] = readOne(name, declared.DATABASE_URL, given(name), mode, problems)
  }
  if (problems.length > 0) {
    throw new CannotStart(
      `The settings are not right:\n${[...new Set(problems)].map((each) => `  - ${each}`).join('\n')}`,
    )
  }
  const settings = values as unknown as ShopSettings
  rememberGiven(
    settings,
    settingNames.filter((name) => given(name) !== ''),
  )
  return settings
}

/** One setting as it may be shown: the status page and `npm run status` list them. */
export interface ShownSetting {
  readonly name: string
  readonly value: string
  readonly about: string
}

/** All settings with secrets masked. */
export const showSettings = (settings: ShopSettings): readonly ShownSetting[] =>
  declarations.map(({ name, setting: { secret, about } }) => {
    const value = String((settings as Settings)[name])
    return { name, value: secret && value !== '' ? '(set, hidden)' : masked(value), about }
  })
