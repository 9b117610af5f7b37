import { memberOf, type CallContext } from '#kernel/context.ts'
import { instant } from '#kernel/contract.ts'
import { INVALID_INPUT } from '#kernel/faults.ts'
import { sealLive } from '#kernel/secrets/live-secret.ts'
import type { Secrets } from '#kernel/secrets/secrets.ts'
import type { Tools } from '#kernel/service.ts'
import { VERSION_CONFLICT } from '#kernel/input/versions.ts'
import { type Change, configChanged, type Difference, NO_SUCH_VERSION, NOTHING_CHANGES } from './contract.ts'
import { findHead, findState, lockHead, saveVersion, type VersionRow } from './store.ts'
import {
  checkChanges,
  differences,
  isSet,
  keyOf,
  type Opened,
  same,
  type Schema,
  sentenceOf,
  type State,
  type Stored,
  unfit,
  withChanges,
} from './values.ts'

interface Wanted {
  readonly environment: string
  readonly expectedVersion: number
  readonly reason: string
}

/** Changes of an environment: checked first, made one after another, all of a version or none. */
export const changing = (
  { db, runtime }: Pick<Tools, 'db' | 'runtime'>,
  secrets: Secrets,
  schema: Schema,
  openedIn: (environment: string) => Opened,
) => {
  /** The changes that make a difference, as they are stored. Throws INVALID_INPUT, NOTHING_CHANGES. */
  const prepared = (environment: string, changes: readonly Change[], reason: string, state: State): Stored[] => {
    checkChanges(changes, reason, { schema, environment, known: (at) => state.has(keyOf(at)) })
    const stored = changes.flatMap(({ place, name, value }): Stored[] => {
      const now = state.get(keyOf({ place, name }))
      if (value === null) return isSet(now) ? [{ place, name, value: null, sealed: null }] : []
      const setting = schema.settings.get(name)!
      if (setting.secret) {
        const at = { environment, place, name }
        return now?.sealed && openedIn(environment)(now) === value
          ? []
          : [{ place, name, value: null, sealed: sealLive(secrets, at, value) }]
      }
      const text = String(setting.read(value, environment))
      return now?.value === text ? [] : [{ place, name, value: text, sealed: null }]
    })
    if (stored.length === 0) throw NOTHING_CHANGES()
    return stored
  }

  /** What brings the values of `to` back. Throws INVALID_INPUT when hosts of this code would not take one of them. */
  const backTo = (environment: string, state: State, to: State): Stored[] => {
    const opened = openedIn(environment)
    const keys = [...new Set([...state.keys(), ...to.keys()])]
    const wanted = keys.filter((key) => !same(state.get(key), to.get(key), opened))
    if (wanted.length === 0) throw NOTHING_CHANGES()
    return wanted.map((key) => {
      const old = to.get(key)
      const { place, name } = (old ?? state.get(key))!
      if (!isSet(old)) return { place, name, value: null, sealed: null }
      const setting = schema.settings.get(name)
      const text = old.sealed ? opened(old) : old.value
      const refused = !setting
        ? { ko: '지금은 없는 설정입니다', en: 'there is no such setting any more' }
        : text == null
          ? { ko: '그때의 비밀 값을 더는 읽을 수 없습니다', en: 'the secret of then can no longer be read' }
          : unfit(setting, text, environment)
      if (refused) {
        const { ko, en } = 'code' in refused ? refused : sentenceOf(refused)
        const message = { ko: `${place} ${name}: ${ko}`, en: `${place} ${name}: ${en}` }
        throw INVALID_INPUT(undefined, { field: 'to', fields: [{ field: 'to', code: 'unfit', message }] })
      }
      return { place, name, value: old.value, sealed: old.sealed }
    })
  }

  /** Stores a version made of what `decide` finds right at the version it was asked for. */
  const store = (
    { environment, expectedVersion, reason }: Wanted,
    { actor }: CallContext,
    restores: number | null,
    decide: (state: State, read: (number: number) => Promise<State>) => Promise<Stored[]> | Stored[],
  ): Promise<VersionRow & { readonly touched: readonly Stored[] }> =>
    db.tx('config.change', async (tx) => {
      const version = await lockHead(tx, environment)
      if (version !== expectedVersion) throw VERSION_CONFLICT({ version })
      const read = (number: number) => findState(tx, environment, number)
      const touched = await decide(await read(version), read)
      const by = memberOf(actor)
      const row = { number: version + 1, id: runtime.id(), at: runtime.now(), by, reason, restores }
      await saveVersion(tx, environment, row, touched)
      await tx.emit(configChanged, {
        environment,
        number: row.number,
        by,
        at: instant(row.at),
        restores,
        changes: touched.map(({ place, name }) => ({ place, name })),
      })
      return { ...row, touched }
    })

  return {
    preview: async (
      environment: string,
      changes: readonly Change[],
    ): Promise<{ version: number; differences: Difference[] }> => {
      const { number: version } = await findHead(db, environment)
      const state = await findState(db, environment, version)
      const after = withChanges(state, prepared(environment, changes, '', state))
      return { version, differences: differences(state, after, schema, openedIn(environment)) }
    },
    change: (wanted: Wanted & { readonly changes: readonly Change[] }, context: CallContext) =>
      store(wanted, context, null, (state) => prepared(wanted.environment, wanted.changes, wanted.reason, state)),
    rollBack: (wanted: Wanted & { readonly to: number }, context: CallContext) =>
      store(wanted, context, wanted.to, async (state, read) => {
        if (wanted.to > wanted.expectedVersion) throw NO_SUCH_VERSION(undefined, { field: 'to' })
        return backTo(wanted.environment, state, await read(wanted.to))
      }),
  }
}
