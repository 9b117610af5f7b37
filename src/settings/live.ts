import { type LiveSetting, Unfit } from '#kernel/live-setting.ts'
import { declared, type Declared, type Mode, otherwiseOf } from './declared.ts'

/** Every environment but that of development is held to the rules of production. */
const rulesOf = (environment: string): Mode => (environment === 'development' ? 'development' : 'production')

const liveOf = (name: string, { live, kind, secret, about, ...one }: Declared<any>): LiveSetting | undefined =>
  live && {
    name,
    about: { en: about, ko: live.ko },
    by: live.by,
    shape: kind.shape ?? { type: 'text' },
    secret: secret ?? false,
    otherwise: (environment) => otherwiseOf(one, rulesOf(environment)),
    read: (text, environment) => {
      const value = kind.read(text)
      const refused = rulesOf(environment) === 'production' ? one.inProduction?.(value) : undefined
      if (refused) throw new Unfit(refused)
      return value
    },
  }

/** The settings that may change while the shop runs, by the central configuration. */
export const liveSettings: readonly LiveSetting[] = Object.entries(
  declared as Readonly<Record<string, Declared<any>>>,
).flatMap(([name, one]) => liveOf(name, one) ?? [])
