import type { Contract } from '#kernel/contract.ts'
import { type LiveSetting, Unfit, type Want } from '#kernel/live-setting.ts'
import { unknownServices } from './api/canary.ts'
import { readOverrides, unknownLimits } from './limits/policies.ts'
import { routesOf } from './api/routes.ts'

type Check = (text: string, contracts: readonly Contract[]) => Want | undefined

/** Settings of the edge whose texts name routes and services, and what is wrong with one. */
const checks: Readonly<Record<string, Check>> = {
  RATE_LIMITS: (text, contracts) => {
    const unknown = unknownLimits(readOverrides(text), routesOf(contracts)).join(', ')
    return unknown === ''
      ? undefined
      : {
          en: `give limits of reads, writes or an operation, as in auth.signIn.address=10/60: there is none called ${unknown}`,
          ko: `reads, writes 또는 auth.signIn.address=10/60처럼 있는 동작의 한도를 입력해 주세요. 없는 이름: ${unknown}`,
        }
  },
  CANARY: (text, contracts) => {
    const services = contracts.map((each) => each.name)
    const unknown = unknownServices(text, services).join(', ')
    return unknown === ''
      ? undefined
      : {
          en: `give a share for some of ${services.join(', ')}: there is no service ${unknown}`,
          ko: `다음 서비스의 비율을 입력해 주세요: ${services.join(', ')}. 없는 서비스: ${unknown}`,
        }
  },
}

/** The settings, with those of the edge held to what there is: a limit of no route is refused before it reaches a gateway. */
export const withShopChecks = (
  settings: readonly LiveSetting[],
  contracts: () => readonly Contract[],
): readonly LiveSetting[] =>
  settings.map((setting) => {
    const check = checks[setting.name]
    if (!check) return setting
    return {
      ...setting,
      read: (text, environment) => {
        const value = setting.read(text, environment)
        const wrong = check(String(value), contracts())
        if (wrong) throw new Unfit(wrong)
        return value
      },
    }
  })
