import { Link, useLoaderData } from 'react-router'
import { momentText } from '../../shared/i18n/format.ts'
import { pressable } from '../../shared/ui/button.tsx'
import { Empty } from '../../shared/ui/notice.tsx'
import { environmentOf } from './environment.server.ts'
import { ConfigHead, inEnvironment } from './head.tsx'
import { whoOf } from './setting-row.tsx'
import { configWords } from './words.ts'
import { titled } from '../kit/titled.ts'
import { staffLoad } from '../kit/staff.server.ts'
import { Table } from '../status/table.tsx'
import { useWords } from '../kit/words/index.ts'

export const loader = staffLoad(async (visit) => {
  const environment = environmentOf(visit)
  const cursor = visit.url.searchParams.get('cursor')
  const page = await visit.shop.config.history({ environment, limit: 20, ...(cursor && { cursor }) })
  return { environment, ...page }
})

export const meta = titled((locale) => configWords[locale].history.title)

export default function ConfigHistory() {
  const { environment, items, nextCursor } = useLoaderData<typeof loader>()
  const { history, one } = useWords(configWords)
  return (
    <>
      <ConfigHead environment={environment} />
      {items.length === 0 ? (
        <Empty title={history.empty} hint={history.emptyHint} />
      ) : (
        <Table label={history.title} heads={history.heads}>
          {items.map((each) => (
            <tr key={each.number}>
              <th scope="row">
                <Link
                  to={inEnvironment(`/history/${each.number}`, environment)}
                  aria-label={history.open(each.number)}
                  className="inline-block py-1 text-jjok underline underline-offset-4"
                >
                  {one.title(each.number)}
                </Link>
              </th>
              <td>{momentText(each.at)}</td>
              <td>{whoOf(each.by)}</td>
              <td className="min-w-48 whitespace-normal!">
                {each.reason}
                {each.restores !== null && <span className="block text-quiet">{history.restores(each.restores)}</span>}
              </td>
              <td>
                {each.changes.map((change) => (
                  <span key={`${change.place} ${change.name}`} className="block">
                    {change.name}
                  </span>
                ))}
              </td>
            </tr>
          ))}
        </Table>
      )}
      {nextCursor && (
        <p className="pt-8 text-center">
          <Link
            to={`${inEnvironment('/history', environment)}&cursor=${encodeURIComponent(nextCursor)}`}
            className={pressable('plain')}
          >
            {history.more}
          </Link>
        </p>
      )}
    </>
  )
}
