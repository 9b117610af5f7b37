import { use } from 'react'
import { Link } from 'react-router'
import type { Instance } from '#services/status/contract.ts'
import { LocaleContext } from '../../../shared/i18n/index.ts'
import { grouped } from '../../../shared/i18n/format.ts'
import { useWords } from '../../kit/words/index.ts'
import { bytesText, durationText, msText } from '../figures.ts'
import { Facts } from '../table.tsx'
import { StateTag } from '../tag.tsx'
import { statusWords } from '../words.ts'

const sum = (values: readonly number[]): number => values.reduce((all, each) => all + each, 0)

/** What of a host is worth a look from afar: figures, and what is wrong. */
const figuresOf = ({ report }: Instance) => ({
  answered: sum(report?.operations.map((each) => each.calls) ?? []),
  made: sum(report?.edges.map((each) => each.calls) ?? []),
  // A call that failed often fails the one it was made for: not counted twice.
  errors: Math.max(
    sum(report?.operations.map((each) => each.errors) ?? []),
    sum(report?.edges.map((each) => each.errors) ?? []),
  ),
  behind: sum(report?.lags.map((each) => each.behind ?? 0) ?? []),
  dead: sum(report?.setAside.map((each) => each.dead) ?? []),
  breakers: sum(
    report?.remotes.map(({ instances }) => instances.filter((each) => each.breaker !== 'closed').length) ?? [],
  ),
})

/** The address of the page with a host's detail open, or none. */
export const hostAddress = (id?: string): string => (id === undefined ? '?' : `?host=${encodeURIComponent(id)}`)

/** The id of the link that opens a host's detail, to come back to it. */
export const cardId = (id: string): string => `host-${id.replace(/\W/g, '-')}`

const Card = ({ host, at, isOpen }: { host: Instance; at: string; isOpen: boolean }) => {
  const words = useWords(statusWords)
  const locale = use(LocaleContext)
  const { report, state } = host
  const { answered, made, errors, behind, dead, breakers } = figuresOf(host)
  const ill = state === 'silent' || state === 'down'
  const since = durationText(Date.parse(at) - Date.parse(host.since), locale)
  const down = report?.checks.filter((each) => each.status === 'down') ?? []
  return (
    <li
      className={`relative flex flex-col gap-3 rounded-lg border px-4 py-3 ${isOpen ? 'border-jjok ring-1 ring-jjok' : ill ? 'border-juhong' : 'border-line'}`}
    >
      <div className="flex items-start justify-between gap-3">
        <h3 className="min-w-0 text-base">
          <Link
            id={cardId(host.id)}
            to={hostAddress(host.id)}
            preventScrollReset
            aria-current={isOpen || undefined}
            className="after:absolute after:inset-0 after:rounded-lg hover:underline"
          >
            {host.name}
          </Link>
          <span className="num block text-sm font-normal text-quiet">{host.id === host.name ? '' : host.id}</span>
        </h3>
        <div className="shrink-0 text-right">
          <StateTag state={state} host />
          <span className="mt-0.5 block text-sm text-quiet">{words.since(since)}</span>
        </div>
      </div>
      {host.why && <p className="text-sm font-medium text-juhong">{words.whys[host.why]}</p>}
      {state !== 'silent' && down.length > 0 && (
        <p className="text-sm font-medium text-juhong">
          {words.away}: {down.map((each) => each.name).join(', ')}
        </p>
      )}
      <p className="text-sm text-quiet">{host.runs.join(' · ')}</p>
      {report && state !== 'silent' && (
        <Facts
          className="mt-auto grid-cols-1 sm:grid-cols-2"
          items={[
            [words.answered, words.perMinute(grouped(answered))],
            [words.made, words.perMinute(grouped(made))],
            [words.errors, grouped(errors), errors > 0],
            [words.memory, bytesText(report.process.rss)],
            [words.loop, msText(report.process.loop.p99)],
            ...(behind > 0 ? [[words.behind, grouped(behind)] as const] : []),
            ...(breakers > 0 ? [[words.breakers, breakers, true] as const] : []),
            ...(dead > 0 ? [[words.dead, dead, true] as const] : []),
          ]}
        />
      )}
    </li>
  )
}

const RANK = { silent: 0, down: 1, leaving: 2, up: 3 } as const

/** All hosts: those that need a look first. */
export const HostCards = ({
  hosts,
  at,
  open,
}: {
  hosts: readonly Instance[]
  at: string
  open: string | undefined
}) => (
  <ul className="grid gap-3 sm:grid-cols-2 2xl:grid-cols-3">
    {hosts
      .toSorted((a, b) => RANK[a.state] - RANK[b.state] || a.name.localeCompare(b.name, 'en'))
      .map((host) => (
        <Card key={host.id} host={host} at={at} isOpen={host.id === open} />
      ))}
  </ul>
)
