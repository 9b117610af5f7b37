import { Link, useLoaderData } from 'react-router'
import { momentText } from '../../shared/i18n/format.ts'
import { titled } from '../kit/titled.ts'
import { staffLoad } from '../kit/staff.server.ts'
import { msText } from './figures.ts'
import { StatusHead } from './tabs.tsx'
import { Waterfall } from './waterfall.tsx'
import { statusWords } from './words.ts'
import { useWords } from '../kit/words/index.ts'

export const loader = staffLoad(({ shop, params }) => shop.status.trace({ traceId: params['traceId'] ?? '' }))

export const meta = titled((locale) => statusWords[locale].tabs.traces)

export default function Trace() {
  const { traceId, began, ms, spans, silent } = useLoaderData<typeof loader>()
  const { traces } = useWords(statusWords)
  return (
    <>
      <StatusHead />
      <Link to="/console/status/traces" className="text-sm text-jjok underline">
        {traces.back}
      </Link>
      <h2 className="mt-2 text-lg">{traces.one(spans[0]!.name)}</h2>
      <p className="num mb-4 text-sm break-all text-quiet">
        {momentText(began)} · {msText(ms)} · {spans.length} {traces.spans} · {traceId}
      </p>
      {silent.length > 0 && <p className="mb-3 text-sm font-medium text-juhong">{traces.silent(silent.join(', '))}</p>}
      <Waterfall spans={spans} ms={ms} />
    </>
  )
}
