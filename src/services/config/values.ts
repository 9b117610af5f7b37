import type { FieldProblem } from '#kernel/fault.ts'
import { INVALID_INPUT } from '#kernel/faults.ts'
import { type LiveSetting, Unfit, type Want, WHOLE_SHOP } from '#kernel/live-setting.ts'
import type { Change, Difference } from './contract.ts'

/** The settings this version of the code can be told, and the services each can be told for. */
export interface Schema {
  readonly settings: ReadonlyMap<string, LiveSetting>
  /** Where a setting can be set: `shop`, and whoever reads it. */
  placesOf(setting: LiveSetting): readonly string[]
}

export const schemaOf = (settings: readonly LiveSetting[], services: readonly string[]): Schema => ({
  settings: new Map(settings.map((each) => [each.name, each])),
  placesOf: ({ by }) => [WHOLE_SHOP, ...(by === 'every' ? services : by)],
})

/** A value where it is set: in the clear, or sealed. Both empty: taken away. */
export interface Stored {
  readonly place: string
  readonly name: string
  readonly value: string | null
  readonly sealed: Buffer | null
}

/** What is set, by place and name. */
export type State = ReadonlyMap<string, Stored>

export const keyOf = ({ place, name }: { readonly place: string; readonly name: string }): string => `${place} ${name}`

export const isSet = (stored: Stored | undefined): stored is Stored =>
  stored !== undefined && (stored.value !== null || stored.sealed !== null)

/** The value of a sealed one; undefined when it cannot be opened. */
export type Opened = (stored: Stored) => string | undefined

/** Whether two are the same; sealed ones are opened, for no two seals are alike. */
export const same = (one: Stored | undefined, other: Stored | undefined, opened: Opened): boolean => {
  if (!isSet(one) || !isSet(other)) return isSet(one) === isSet(other)
  if (!one.sealed || !other.sealed) return one.value === other.value && one.sealed === other.sealed
  return one.sealed.equals(other.sealed) || (opened(one) ?? one) === (opened(other) ?? other)
}

const UNKNOWN_SETTING: Want = {
  ko: '실행 중에 바꿀 수 있는 설정이 아닙니다.',
  en: 'This is no setting that can be changed while the shop runs.',
}
const REPEATED: Want = { ko: '같은 값을 두 번 바꿀 수 없습니다.', en: 'The same value cannot be changed twice.' }
const TOLD: Want = {
  ko: '이유에 비밀 값이 들어 있습니다. 지우고 다시 적어 주세요.',
  en: 'The reason holds the secret itself. Please write it without.',
}

/** A sentence of a setting's rules (“give a whole number …”) as one that stands alone. */
export const sentenceOf = ({ ko, en }: Want): Want => ({ ko: `${ko}.`, en: `${en[0]!.toUpperCase()}${en.slice(1)}.` })

/** Why hosts of this code would leave a text out; undefined when they take it. */
export const unfit = (setting: LiveSetting, text: string, environment: string): Want | undefined => {
  try {
    setting.read(text, environment)
    return undefined
  } catch (error) {
    if (error instanceof Unfit) return sentenceOf(error.want)
    throw error
  }
}

const problemOf = (
  change: Change,
  at: number,
  { schema, environment, repeated, known }: Checking & { readonly repeated: boolean },
): FieldProblem | undefined => {
  const wrong = (member: keyof Change, code: string, message: Want): FieldProblem => ({
    field: `changes.${at}.${member}`,
    code,
    message,
  })
  if (repeated) return wrong('name', 'repeated', REPEATED)
  // What an older or newer version knew can be taken away, not set.
  if (change.value === null && known(change)) return undefined
  const setting = schema.settings.get(change.name)
  if (!setting) return wrong('name', 'unknown_setting', UNKNOWN_SETTING)
  const places = schema.placesOf(setting)
  if (!places.includes(change.place)) {
    const list = places.join(', ')
    return wrong('place', 'unknown_place', {
      ko: `이 설정은 여기에 둘 수 없습니다. 다음 중 하나를 고르세요: ${list}`,
      en: `It cannot be set there: choose one of ${list}.`,
    })
  }
  const refused = change.value === null ? undefined : unfit(setting, change.value, environment)
  return refused && wrong('value', 'unfit', refused)
}

interface Checking {
  readonly schema: Schema
  readonly environment: string
  /** Whether a value is set there now. */
  readonly known: (at: { readonly place: string; readonly name: string }) => boolean
}

/** Refuses what hosts would not take, naming every field; nothing of it has reached anyone then. */
export const checkChanges = (changes: readonly Change[], reason: string, given: Checking): void => {
  const seen = new Set<string>()
  const fields = changes.flatMap((change, at) => {
    const repeated = seen.has(keyOf(change))
    seen.add(keyOf(change))
    return problemOf(change, at, { ...given, repeated }) ?? []
  })
  const isSecret = ({ name, value }: Change): boolean =>
    value !== null && (given.schema.settings.get(name)?.secret ?? true)
  if (changes.some((each) => isSecret(each) && reason.includes(each.value!)))
    fields.push({ field: 'reason', code: 'secret_in_reason', message: TOLD })
  if (fields.length > 0) throw INVALID_INPUT(undefined, { field: fields[0]!.field, fields })
}

const shownOf = (stored: Stored | undefined) => ({ set: isSet(stored), value: stored?.value ?? null })

/** What is different between two states, by place and name. A secret shows no more than that it changed. */
export const differences = (before: State, after: State, schema: Schema, opened: Opened): Difference[] =>
  [...new Set([...before.keys(), ...after.keys()])]
    .filter((key) => !same(before.get(key), after.get(key), opened))
    .sort()
    .map((key) => {
      const { place, name } = (after.get(key) ?? before.get(key))!
      const secret = schema.settings.get(name)?.secret ?? (before.get(key)?.sealed || after.get(key)?.sealed) !== null
      return { place, name, secret, before: shownOf(before.get(key)), after: shownOf(after.get(key)) }
    })

/** A state after some changes. */
export const withChanges = (state: State, changes: readonly Stored[]): State =>
  new Map([...state, ...changes.map((each) => [keyOf(each), each] as const)])
