import { Form, Link, redirect, useLoaderData } from 'react-router'
import { Button, pressable } from '../../shared/ui/button.tsx'
import { Field } from '../../shared/ui/field.tsx'
import { Empty } from '../../shared/ui/notice.tsx'
import { titled } from '../kit/titled.ts'
import { staffLoad } from '../kit/staff.server.ts'
import { msText, secondText } from './figures.ts'
import { StatusHead } from './tabs.tsx'
import { Table } from './table.tsx'
import { statusWords } from './words.ts'
import { useWords } from '../kit/words/index.ts'

export const loader = staffLoad(async ({ shop, url }) => {
  const wanted = url.searchParams.get('id')?.trim().toLowerCase()
  if (wanted && /^[0-9a-f]{32}$/.test(wanted)) throw redirect(`/console/status/traces/${wanted}`)
  return { ...(await shop.status.traces({})), wrong: wanted ? wanted : null }
})

export const meta = titled((locale) => statusWords[locale].traces.title)

export default function Traces() {
  const { items, silent, wrong } = useLoaderData<typeof loader>()
  const { traces } = useWords(statusWords)
  return (
    <>
      <StatusHead />
      <div className="mb-4 flex flex-wrap items-end justify-between gap-3">
        <div>
          <h2 className="text-lg">{traces.title}</h2>
          <p className="text-sm text-quiet">{traces.hint}</p>
        </div>
        <Link to="" className={pressable('plain', 'small')}>
          {traces.reload}
        </Link>
      </div>
      <Form className="mb-5 flex max-w-xl flex-wrap items-end gap-3" role="search">
        <Field
          className="min-w-0 grow"
          label={traces.find}
          name="id"
          defaultValue={wrong ?? ''}
          error={wrong === null ? undefined : traces.findHint}
          hint={wrong === null ? traces.findHint : undefined}
        />
        <Button look="plain" className="h-12">
          {traces.go}
        </Button>
      </Form>
      {silent.length > 0 && <p className="mb-3 text-sm font-medium text-juhong">{traces.silent(silent.join(', '))}</p>}
      {items.length === 0 ? (
        <Empty title={traces.empty} hint={traces.emptyHint} />
      ) : (
        <Table
          label={traces.title}
          heads={[traces.name, traces.when, traces.took, traces.failures, traces.spans, traces.services]}
        >
          {items.map((each) => (
            <tr key={each.traceId}>
              <th scope="row">
                <Link to={`/console/status/traces/${each.traceId}`} className="text-jjok underline">
                  {each.name}
                </Link>
              </th>
              <td>{secondText(each.began)}</td>
              <td>{msText(each.ms)}</td>
              <td className={each.failures > 0 ? 'font-semibold text-juhong' : ''}>{each.failures}</td>
              <td>{each.spans}</td>
              <td>{each.services.join(', ')}</td>
            </tr>
          ))}
        </Table>
      )}
    </>
  )
}
