import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { instant } from '#kernel/contract.ts'
import { cursorOf, placeOf } from '#kernel/input/cursor.ts'
import type { LiveSetting } from '#kernel/live-setting.ts'
import { CONFIG_VALUE, openLive } from '#kernel/secrets/live-secret.ts'
import { reseal } from '#kernel/secrets/re-encrypt.ts'
import { secretsOf } from '#kernel/secrets/secrets.ts'
import { service, sweep } from '#kernel/service.ts'
import { secretSettings } from '#kernel/settings/shared.ts'
import { member } from '#services/member/contract.ts'
import { changing } from './changing.ts'
import { config, configChanged, type HostReport } from './contract.ts'
import { showing } from './showing.ts'
import { findHead, findHosts, findState, forgetHosts, noteHost, replaceSealed, sealedAfter } from './store.ts'
import { type Opened, schemaOf } from './values.ts'

/** Milliseconds after which a host that says nothing new is noted again, and after which it counts as gone. */
const NOTED = 5_000
const GONE = 15_000
/** Milliseconds for which a host that is gone is still shown. */
const REMEMBERED = 600_000
const HOSTS_AT_MOST = 5_000

/**
 * Central configuration: values of settings that may change while the shop runs, per environment and service. What can
 * be set is told by whoever puts the shop together. `JANGTEO_SECRET` seals the secrets among the values.
 */
export const configServiceOf = (given: {
  readonly settings: () => readonly LiveSetting[]
  readonly services: () => readonly string[]
}) =>
  service(
    config,
    {
      needs: { member },
      emits: [configChanged],
      settings: secretSettings,
      migrations: new URL('./migrations/', import.meta.url),
    },
    (tools) => {
      const { db, runtime, settings, call } = tools
      const secrets = secretsOf(settings, runtime)
      const schema = schemaOf(given.settings(), given.services())
      const nameOf = (id: string): Promise<string | null> =>
        call.member.find({ id }).then(
          (found) => found?.name ?? null,
          // A name is worth no error: the id says who it was.
          () => null,
        )
      const openedIn =
        (environment: string): Opened =>
        ({ place, name, sealed }) => {
          try {
            return openLive(secrets, { environment, place, name }, sealed!)
          } catch {
            // Sealed under a secret the shop no longer has.
            return undefined
          }
        }
      const changes = changing(tools, secrets, schema, openedIn)
      const shows = showing(tools, schema, openedIn, nameOf)

      /** What each host said last, and when we wrote it down: who says the same again soon costs no statement. */
      const noted = new LRUCache<string, { readonly said: string; readonly at: number }>({ max: HOSTS_AT_MOST })
      const note = async (environment: string, host: HostReport): Promise<void> => {
        const key = `${environment} ${host.name}`
        const said = JSON.stringify(host)
        const now = runtime.now()
        const last = noted.get(key)
        if (last?.said === said && now >= last.at && now - last.at < NOTED) return
        await db.query(noteHost(environment, host, now))
        noted.set(key, { said, at: now })
      }

      return {
        operations: {
          list: ({ environment }) => shows.list(environment),
          describe: ({ environment, name }) => shows.describe(environment, name),
          preview: (input) => changes.preview(input.environment, input.changes),
          change: async (input, context) =>
            (await shows.shown(input.environment, [await changes.change(input, context)]))[0]!,
          rollBack: async (input, context) =>
            (await shows.shown(input.environment, [await changes.rollBack(input, context)]))[0]!,
          history: async ({ environment, cursor, limit }) => {
            const { items, more } = await shows.history(environment, placeOf(cursor, z.tuple([z.int()]))?.[0], limit)
            return { items, nextCursor: more === undefined ? null : cursorOf([more]) }
          },
          version: ({ environment, number }) => shows.version(environment, number),
          diff: ({ environment, from, to }) => shows.diff(environment, from, to),
          hosts: async ({ environment }) => {
            const now = runtime.now()
            const [{ number: version }, hosts] = await Promise.all([
              findHead(db, environment),
              findHosts(db, environment, now - REMEMBERED),
            ])
            return {
              version,
              items: hosts.map(({ seenAt, ...said }) => ({
                ...said,
                seenAt: instant(seenAt),
                living: seenAt > now - GONE,
              })),
            }
          },
          current: async ({ environment, after, host }) => {
            if (host) await note(environment, host)
            const { number, id } = await findHead(db, environment)
            if (after === id) return { id, version: number, values: null }
            const state = await findState(db, environment, number)
            const values = [...state.values()].map(({ place, name, value, sealed }) => ({
              place,
              name,
              value,
              sealed: sealed && sealed.toString('base64'),
            }))
            return { id, version: number, values }
          },
        },
        reseal: () =>
          reseal(secrets, CONFIG_VALUE, {
            after: (id) => sealedAfter(db, id),
            replace: (row, sealed) => db.query(replaceSealed(row, sealed)),
          }),
        sweeps: [sweep('forget-hosts', 60_000, (now) => forgetHosts(db, now - REMEMBERED))],
      }
    },
  )
