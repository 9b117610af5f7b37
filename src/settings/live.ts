import { type LiveSetting, Unfit } from '#kernel/live-setting.ts'
import { defaultOf, type Mode, type Setting } from '#kernel/settings/setting.ts'
import type { DeclaredSetting } from './declarations.ts'

/** Every environment but that of development is held to the rules of production. */
const rulesOf = (environment: string): Mode => (environment === 'development' ? 'development' : 'production')

const liveOf = ({ name, setting, services }: DeclaredSetting): LiveSetting | undefined => {
  const { live, kind, secret, about, inProduction }: Setting<any> = setting
  return (
    live && {
      name,
      about: { en: about, ko: live.ko },
      by: services.length > 0 ? services : (live.by ?? []),
      shape: kind.shape ?? { type: 'text' },
      secret: secret ?? false,
      otherwise: (environment) => defaultOf(setting, rulesOf(environment)),
      read: (text, environment) => {
        const value = kind.read(text)
        const refused = rulesOf(environment) === 'production' ? inProduction?.(value) : undefined
        if (refused) throw new Unfit(refused)
        return value
      },
    }
  )
}

/** Of all settings, those that may change while the shop runs, by the central configuration. */
export const liveAmong = (settings: readonly DeclaredSetting[]): readonly LiveSetting[] =>
  settings.flatMap((each) => liveOf(each) ?? [])
