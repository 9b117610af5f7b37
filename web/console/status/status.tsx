import { useMemo, useState } from 'react'
import { useLoaderData, useSearchParams } from 'react-router'
import type { Instance, Topology } from '#services/status/contract.ts'
import type { LogLevel } from '#kernel/reports/host-report.ts'
import { text } from '../../shared/server/page.server.ts'
import { titled } from '../kit/titled.ts'
import { staffAct, staffLoad } from '../kit/staff.server.ts'
import { HostCards } from './hosts/host-cards.tsx'
import { HostDetail } from './hosts/host-detail.tsx'
import { LiveBar } from './hosts/live-bar.tsx'
import { useLive } from './hosts/live.ts'
import { TopologyMap } from './map/map.tsx'
import { orAway } from '../kit/null-if-unavailable.server.ts'
import { StatusHead } from './tabs.tsx'
import { statusWords } from './words.ts'
import { useWords } from '../kit/words/index.ts'

export const loader = staffLoad(async ({ shop }) => {
  const [instances, topology] = await Promise.all([orAway(shop.status.instances({})), orAway(shop.status.topology({}))])
  return { seen: instances && topology ? ([instances, topology] as const) : null }
})

export const action = staffAct(async ({ shop, form }) => {
  const where = text(form, 'where')
  return shop.status.setLogLevel({
    ...(where !== 'all' && { host: text(form, 'host') }),
    level: text(form, 'level') as LogLevel,
    reason: text(form, 'reason'),
  })
})

export const meta = titled((locale) => statusWords[locale].title)

type Seen = readonly [{ at: string; items: Instance[] }, Topology]

const PATHS = ['/api/status/instances', '/api/status/topology']

/** In a sentence how all hosts are: said aloud when it changes. */
const Summary = ({ hosts }: { hosts: readonly Instance[] }) => {
  const { summary, states } = useWords(statusWords)
  const ill = hosts.filter((each) => each.state !== 'up')
  return (
    <p role="status" className={`mb-4 text-lg font-bold ${ill.length > 0 ? 'text-juhong' : 'text-sol'}`}>
      {ill.length === 0
        ? summary.allUp(hosts.length)
        : `${summary.notUp(ill.length, hosts.length)} ${ill.map((each) => `${each.name} (${states[each.state]})`).join(', ')}`}
    </p>
  )
}

export default function Status() {
  const { seen } = useLoaderData<typeof loader>()
  const words = useWords(statusWords)
  const [paused, setPaused] = useState(false)
  const [query] = useSearchParams()
  const first = useMemo(() => seen as Seen | null, [seen])
  const { data, state } = useLive<Seen>(first, PATHS, paused)
  const [instances, topology] = data ?? []
  const open = instances?.items.find((each) => each.id === query.get('host'))
  return (
    <>
      <StatusHead />
      <LiveBar state={state} at={instances?.at} paused={paused} onPause={setPaused} />
      {instances && topology && (
        <>
          <Summary hosts={instances.items} />
          <div className={open ? 'flex flex-col-reverse gap-6 xl:grid xl:grid-cols-[minmax(0,1fr)_27rem]' : ''}>
            <div className="min-w-0">
              <section aria-labelledby="hosts" className="mb-10">
                <h2 id="hosts" className="mb-3 text-lg">
                  {words.hosts}
                </h2>
                <HostCards hosts={instances.items} at={instances.at} open={open?.id} />
              </section>
              <TopologyMap all={topology} />
            </div>
            {open && (
              <div className="min-w-0">
                <HostDetail host={open} at={instances.at} />
              </div>
            )}
          </div>
        </>
      )}
    </>
  )
}
