import { instant } from '#kernel/contract.ts'
import type { HostSeen } from '#kernel/reports/platform.ts'
import { service, sweep } from '#kernel/service.ts'
import { zipkinSetting } from '#kernel/settings/shared.ts'
import { acting } from './acting.ts'
import { askOneOf } from './asking.ts'
import { HOST_SILENT, HOST_UNKNOWN, NOT_DEAD, status, type Instance } from './contract.ts'
import { statusRoles } from './roles.ts'
import { findActions } from './store.ts'
import { topologyOf } from './topology.ts'
import { tracing } from './tracing.ts'

/** Milliseconds between two looks at all hosts while nobody asks: since when one is away is known from these. */
const LOOK = 5_000

/** What hosts run besides services. */
const PARTS = new Set(['gateway', 'pages', 'simulators', 'database'])

/** In the log of actions: every host. */
const ALL = '*'

const instanceOf = ({ since, reportedAt, runs, ...host }: HostSeen): Instance => ({
  ...host,
  runs: [...(host.report?.runs ?? runs)],
  since: instant(since),
  reportedAt: reportedAt === null ? null : instant(reportedAt),
})

/**
 * How the shop fares: its hosts, who calls whom, events set aside. It knows what hosts tell it and keeps of its own only
 * what staff did: without its database everything but that still works.
 */
export const statusService = service(
  status,
  { settings: zipkinSetting, roles: statusRoles, migrations: new URL('./migrations/', import.meta.url) },
  (tools) => {
    const { db, platform, runtime, log } = tools
    const act = acting(tools)
    const services = (hosts: readonly HostSeen[]): string[] => [
      ...new Set(hosts.flatMap((each) => each.report?.runs ?? each.runs).filter((each) => !PARTS.has(each))),
    ]

    return {
      operations: {
        instances: async () => {
          const hosts = await platform.hosts()
          return { at: instant(runtime.now()), items: hosts.map(instanceOf) }
        },

        topology: async () => topologyOf(await platform.hosts(), runtime.now()),

        ...tracing(tools),

        setLogLevel: async ({ host, service: of, level, reason }, context) => {
          const hosts = await platform.hosts()
          const wanted = hosts
            .filter((each) => host === undefined || each.id === host)
            .filter((each) => of === undefined || (each.report?.runs ?? each.runs).includes(of))
          if (wanted.length === 0) throw HOST_UNKNOWN({ host: host ?? ALL })
          const whole = host === undefined ? ALL : wanted[0]!.name
          const target = of === undefined ? whole : `${whole} ${of}`
          return act({ what: 'LOG_LEVEL', target, value: level, reason }, context, async () => {
            const asked = await Promise.allSettled(
              wanted.map(async ({ id, name }) => {
                const client = platform.host(id)
                if (!client) throw HOST_SILENT({ host: name })
                return client.setLogLevel({ level, ...(of !== undefined && { service: of }) })
              }),
            )
            const named = (how: 'fulfilled' | 'rejected') =>
              wanted.filter((_, i) => asked[i]!.status === how).map((each) => each.name)
            const answer = { changed: named('fulfilled'), silent: named('rejected') }
            if (answer.changed.length === 0) throw HOST_SILENT({ host: target })
            const left = answer.silent.length > 0 ? `; silent: ${answer.silent.join(', ')}` : ''
            return { outcome: `changed: ${answer.changed.join(', ')}${left}`, answer }
          })
        },

        deadLetters: async () => {
          const hosts = await platform.hosts()
          const asked = services(hosts)
          const lists = await Promise.allSettled(
            asked.map((each) => askOneOf(tools, hosts, each, (client) => client.setAside({ service: each }))),
          )
          const rank = { DEAD: 0, RETRYING: 1, WAITING: 2 } as const
          return {
            items: lists
              .flatMap((each) => (each.status === 'fulfilled' ? each.value.items : []))
              .toSorted((a, b) => rank[a.state] - rank[b.state] || a.at.localeCompare(b.at)),
            unread: asked.filter((_, i) => lists[i]!.status === 'rejected'),
          }
        },

        redrive: async ({ reason, ...place }, context) => {
          const hosts = await platform.hosts()
          const { service: of, consumer, source, id } = place
          if (!services(hosts).includes(of)) throw NOT_DEAD()
          const target = `${of}.${consumer} ${source}:${id}`
          await act({ what: 'REDRIVE', target, value: 'RETRYING', reason }, context, async () => {
            const { redriven } = await askOneOf(tools, hosts, of, (client) => client.redrive(place))
            if (!redriven) throw NOT_DEAD()
            return { outcome: 'done', answer: undefined }
          })
        },

        actions: async ({ cursor, limit }) => {
          const found = await findActions(db, cursor, limit + 1)
          const items = found.slice(0, limit).map((each) => ({ ...each, at: instant(each.at) }))
          return { items, nextCursor: found.length > limit ? items.at(-1)!.id : null }
        },
      },
      sweeps: [
        sweep('look', LOOK, async () => {
          const hosts = await platform.hosts()
          const silent = hosts.filter((each) => each.state === 'silent').map((each) => each.name)
          log.debug({ hosts: hosts.length, silent }, 'Looked at all hosts')
          return 0
        }),
      ],
    }
  },
)
