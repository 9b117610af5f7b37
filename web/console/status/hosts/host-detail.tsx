import { use, useCallback, useEffect, useRef, type ReactNode } from 'react'
import { Link, useNavigate } from 'react-router'
import type { Instance } from '#services/status/contract.ts'
import { grouped, momentText } from '../../../shared/i18n/format.ts'
import { LocaleContext } from '../../../shared/i18n/index.ts'
import { pressable } from '../../../shared/ui/button.tsx'
import { Icon } from '../../../shared/ui/icons.tsx'
import { Notice } from '../../../shared/ui/notice.tsx'
import { useWords } from '../../kit/words/index.ts'
import { bytesText, durationText, msText, percentText, secondText } from '../figures.ts'
import { cardId, hostAddress } from './host-cards.tsx'
import { LogLevelForm } from './log-level-form.tsx'
import { Facts, Table } from '../table.tsx'
import { StateTag } from '../tag.tsx'
import { statusWords, type StatusWords } from '../words.ts'

type Report = NonNullable<Instance['report']>

/** Milliseconds two clocks may be apart before it is said. */
const APART = 5_000

const Part = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className="mt-6">
    <h3 className="mb-2 text-base">{title}</h3>
    {children}
  </section>
)

const red = (isBad: boolean): string => (isBad ? 'font-semibold text-juhong' : '')

const Reasons = ({ report, words }: { report: Report; words: StatusWords }) => (
  <ul className="flex flex-col gap-1.5 text-sm">
    {report.checks.map((each) => (
      <li key={each.name} className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span>
          {each.name} <span className="text-quiet">({each.needed ? words.needed : words.spare})</span>
        </span>
        <span className={each.status === 'up' ? 'text-sol' : 'font-semibold text-juhong'}>
          <span aria-hidden="true">{each.status === 'up' ? '✓ ' : '× '}</span>
          {each.status === 'up' ? words.up : words.away} · {each.ms} ms
        </span>
        {each.why && <span className="basis-full text-juhong">{each.why}</span>}
      </li>
    ))}
    {report.checks.length === 0 && <li className="text-quiet">{words.none}</li>}
  </ul>
)

const Remotes = ({ report, words }: { report: Report; words: StatusWords }) => (
  <Table label={words.remotes} heads={[words.instanceOf, words.breaker, words.share, words.inFlight]}>
    {report.remotes.flatMap(({ service, instances }) =>
      instances.map((each) => (
        <tr key={`${service} ${each.origin}`}>
          <th scope="row">
            {service}
            <span className="block text-quiet">
              {[each.host, each.origin.replace(/^https?:\/\//, '')].filter(Boolean).join(' · ')}
            </span>
          </th>
          <td className={red(each.breaker !== 'closed')}>
            {words.breakerStates[each.breaker]}
            {each.opened > 0 && <span className="block font-normal text-quiet">{words.opened(each.opened)}</span>}
          </td>
          <td className={red(each.share === 0)}>{percentText(each.share, 1)}</td>
          <td>{each.inFlight}</td>
        </tr>
      )),
    )}
  </Table>
)

const Operations = ({ report, words }: { report: Report; words: StatusWords }) => (
  <Table label={words.operations} heads={[words.operation, words.map.rate, words.errors, words.map.p50, words.map.p99]}>
    {report.operations
      .toSorted((a, b) => b.calls - a.calls)
      .map((each) => (
        <tr key={`${each.service}.${each.operation}`}>
          <th scope="row">
            {each.service}.{each.operation}
          </th>
          <td>{grouped(each.calls)}</td>
          <td className={red(each.errors > 0)}>{grouped(each.errors)}</td>
          <td>{each.p50 === null ? '' : msText(each.p50)}</td>
          <td>{each.p99 === null ? '' : msText(each.p99)}</td>
        </tr>
      ))}
  </Table>
)

const Consumers = ({ report, words }: { report: Report; words: StatusWords }) => (
  <Table label={words.consumers} heads={[words.consumer, words.source, words.behind]}>
    {report.lags.map((each) => (
      <tr key={`${each.service}.${each.consumer} ${each.source}`}>
        <th scope="row">
          {each.service}.{each.consumer}
        </th>
        <td>{each.source}</td>
        <td>{each.behind === null ? words.unknown : grouped(each.behind)}</td>
      </tr>
    ))}
  </Table>
)

const Pools = ({ report, words }: { report: Report; words: StatusWords }) => (
  <Table label={words.pools} heads={[words.operation, words.open, words.waiting, words.batch]}>
    {report.pools.map((each) => (
      <tr key={each.service}>
        <th scope="row">{each.service}</th>
        <td>{each.open}</td>
        <td className={red(each.waiting > 0)}>{each.waiting}</td>
        <td>–</td>
      </tr>
    ))}
    {report.batches.map((each) => (
      <tr key={`${each.service}.${each.operation}`}>
        <th scope="row">
          {each.service}.{each.operation}
        </th>
        <td>–</td>
        <td className={red(each.waiting > 0)}>{each.waiting}</td>
        <td>{each.batches === 0 ? '' : (each.inputs / each.batches).toFixed(1)}</td>
      </tr>
    ))}
  </Table>
)

/** All a host tells of itself. It has the focus when it opens; Escape closes it and gives the focus back. */
export const HostDetail = ({ host, at }: { host: Instance; at: string }) => {
  const words = useWords(statusWords)
  const locale = use(LocaleContext)
  const navigate = useNavigate()
  const heading = useRef<HTMLHeadingElement>(null)
  const { report, id } = host

  useEffect(() => heading.current?.focus(), [id])
  const leave = useCallback((): void => {
    document.getElementById(cardId(id))?.focus()
    void navigate(hostAddress(), { preventScrollReset: true })
  }, [id, navigate])
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') leave()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [leave])

  const apart = report && host.reportedAt ? Date.parse(report.at) - Date.parse(host.reportedAt) : 0
  return (
    <section
      aria-labelledby="host-detail"
      className="rounded-lg border border-edge bg-white px-4 py-4 xl:sticky xl:top-4 xl:max-h-[calc(100dvh-2rem)] xl:overflow-y-auto"
    >
      <div className="flex items-start justify-between gap-3">
        <div>
          <h2 id="host-detail" ref={heading} tabIndex={-1} className="text-lg outline-none">
            {words.detail(host.name)}
          </h2>
          <p className="mt-1 flex flex-wrap items-center gap-2 text-sm text-quiet">
            <StateTag state={host.state} host />
            {words.since(durationText(Date.parse(at) - Date.parse(host.since), locale))}
          </p>
        </div>
        <Link
          to={hostAddress()}
          preventScrollReset
          onClick={(event) => {
            event.preventDefault()
            leave()
          }}
          className={pressable('quiet', 'small')}
        >
          <Icon name="close" className="size-5" />
          {words.close}
        </Link>
      </div>
      {host.why && <p className="mt-2 font-medium text-juhong">{words.whys[host.why]}</p>}
      {!report && <p className="mt-3 text-quiet">{words.nothingReported}</p>}
      {report && (
        <>
          {host.state === 'silent' && host.reportedAt && (
            <p className="mt-2 text-sm text-quiet">{words.lastReported(secondText(host.reportedAt))}</p>
          )}
          {Math.abs(apart) > APART && (
            <div className="mt-3">
              <Notice tone="bad">{words.clock((apart / 1_000).toFixed(0))}</Notice>
            </div>
          )}
          <Part title={words.reasons}>
            <Reasons report={report} words={words} />
          </Part>
          <Facts
            className="mt-6 grid-cols-1"
            items={[
              [words.runs, report.runs.join(', ')],
              [words.version, `${report.version} · Node ${report.process.node}`],
              [words.config, report.config ?? words.none],
              [words.started, durationText(Date.parse(report.at) - Date.parse(report.startedAt), locale)],
              [words.instance, `${momentText(report.startedAt)} · PID ${report.process.pid}`],
              [words.weight, report.weight],
              [words.zone, report.zone ?? words.none],
              [words.memory, `${bytesText(report.process.rss)} (heap ${bytesText(report.process.heapUsed)})`],
              [words.cpu, words.cores(report.process.cpu.toFixed(2))],
              [words.loop, `${msText(report.process.loop.p50)} / ${msText(report.process.loop.p99)}`],
            ]}
          />
          {report.unread.length > 0 && (
            <p className="mt-3 text-sm font-medium text-juhong">{words.unread(report.unread.join(', '))}</p>
          )}
          {report.remotes.length > 0 && (
            <Part title={words.remotes}>
              <Remotes report={report} words={words} />
            </Part>
          )}
          {report.operations.length > 0 && (
            <Part title={words.operations}>
              <Operations report={report} words={words} />
            </Part>
          )}
          {report.lags.length > 0 && (
            <Part title={words.consumers}>
              <Consumers report={report} words={words} />
            </Part>
          )}
          {report.pools.length > 0 && (
            <Part title={words.pools}>
              <Pools report={report} words={words} />
            </Part>
          )}
          {host.state !== 'silent' && (
            <Part title={words.log.title}>
              <LogLevelForm id={id} level={report.logLevel} />
            </Part>
          )}
        </>
      )}
    </section>
  )
}
