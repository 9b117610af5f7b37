import { instant } from '#kernel/contract.ts'
import { NOT_FOUND } from '#kernel/faults.ts'
import type { LiveSetting, Want } from '#kernel/live-setting.ts'
import type { Tools } from '#kernel/service.ts'
import { NO_SUCH_VERSION, type Setting, type Version } from './contract.ts'
import {
  findEnvironments,
  findHead,
  findState,
  findTouched,
  findVersions,
  type Kept,
  listVersions,
  type VersionRow,
} from './store.ts'
import { differences, type Opened, type Schema, unfit } from './values.ts'

const UNREADABLE: Want = {
  ko: '다른 JANGTEO_SECRET으로 암호화되어 읽을 수 없습니다. 다시 입력해 주세요.',
  en: 'It was sealed under another JANGTEO_SECRET and cannot be read. Please enter it again.',
}

const refuseVersion = (field: string): never => {
  throw NO_SUCH_VERSION(undefined, { field })
}

/** Finds the name of a member of staff; null when it is not known now. */
export type NameOf = (memberId: string) => Promise<string | null>

/** What staff see of the configuration. A secret is never among it. */
export const showing = (
  { db }: Pick<Tools, 'db'>,
  schema: Schema,
  openedIn: (environment: string) => Opened,
  nameOf: NameOf,
) => {
  const people = async (rows: readonly VersionRow[]) => {
    const ids = [...new Set(rows.map((each) => each.by))]
    const names = new Map(await Promise.all(ids.map(async (id) => [id, await nameOf(id)] as const)))
    return (memberId: string) => ({ memberId, name: names.get(memberId) ?? null })
  }

  const shown = async (environment: string, rows: readonly VersionRow[]): Promise<Version[]> => {
    const numbers = rows.map((each) => each.number)
    const [touched, who] = await Promise.all([findTouched(db, environment, numbers), people(rows)])
    const byNumber = Map.groupBy(touched, (each) => each.number)
    return rows.map(({ number, at, by, reason, restores }) => ({
      number,
      at: instant(at),
      by: who(by),
      reason,
      restores,
      changes: (byNumber.get(number) ?? []).map(({ place, name }) => ({ place, name })),
    }))
  }

  /** Why hosts of this code leave a stored value out. */
  const leftOut = (setting: LiveSetting, environment: string, kept: Kept): Want | undefined => {
    const text = kept.sealed ? openedIn(environment)(kept) : setting.secret ? undefined : kept.value!
    return text === undefined ? UNREADABLE : unfit(setting, text, environment)
  }

  const settingsOf = async (environment: string, number: number) => {
    const state = await findState(db, environment, number)
    const numbers = [...new Set([...state.values()].map((each) => each.number))]
    const rows = await findVersions(db, environment, numbers)
    const who = await people(rows)
    const versions = new Map(rows.map((each) => [each.number, each]))
    const byName = Map.groupBy(state.values(), (each) => each.name)
    const settings = [...schema.settings.values()].map((setting): Setting => {
      const otherwise = String(setting.otherwise(environment))
      return {
        name: setting.name,
        about: setting.about,
        shape: setting.shape.type === 'choice' ? { ...setting.shape, words: [...setting.shape.words] } : setting.shape,
        secret: setting.secret,
        places: [...schema.placesOf(setting)],
        otherwise: setting.secret || otherwise === '' ? null : otherwise,
        values: (byName.get(setting.name) ?? []).map((kept) => {
          const version = versions.get(kept.number)!
          return {
            place: kept.place,
            set: true,
            value: setting.secret ? null : kept.value,
            version: kept.number,
            at: instant(version.at),
            by: who(version.by),
            left: leftOut(setting, environment, kept) ?? null,
          }
        }),
      }
    })
    const unknown = [...state.values()].filter(({ name }) => !schema.settings.has(name))
    return { settings, unknown: unknown.map(({ place, name, number: version }) => ({ place, name, version })) }
  }

  return {
    shown,
    list: async (environment: string) => {
      const { number: version } = await findHead(db, environment)
      const [environments, found] = await Promise.all([findEnvironments(db), settingsOf(environment, version)])
      return { environment, environments: [...new Set([...environments, environment])].sort(), version, ...found }
    },
    describe: async (environment: string, name: string): Promise<Setting> => {
      const { number } = await findHead(db, environment)
      const found = (await settingsOf(environment, number)).settings.find((each) => each.name === name)
      if (!found) throw NOT_FOUND(undefined, { field: 'name' })
      return found
    },
    history: async (environment: string, before: number | undefined, limit: number) => {
      const rows = await listVersions(db, environment, before ?? 2_147_483_647, limit + 1)
      const items = rows.slice(0, limit)
      return { items: await shown(environment, items), more: rows.length > limit ? items.at(-1)!.number : undefined }
    },
    version: async (environment: string, number: number): Promise<Version> => {
      const [found] = await shown(environment, await findVersions(db, environment, [number]))
      return found ?? refuseVersion('number')
    },
    diff: async (environment: string, from: number, to: number) => {
      const { number } = await findHead(db, environment)
      for (const [field, asked] of Object.entries({ from, to })) if (asked > number) refuseVersion(field)
      const [before, after] = await Promise.all([findState(db, environment, from), findState(db, environment, to)])
      return { from, to, differences: differences(before, after, schema, openedIn(environment)) }
    },
  }
}
