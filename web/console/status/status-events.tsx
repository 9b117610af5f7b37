import { useLoaderData, useActionData } from 'react-router'
import { wholeNumberOf } from '#kernel/input/decimal.ts'
import { momentText } from '../../shared/i18n/format.ts'
import { refused } from '../../shared/form.tsx'
import { text } from '../../shared/server/page.server.ts'
import { Empty, Notice } from '../../shared/ui/notice.tsx'
import { MoreLink } from '../../shared/ui/more-link.tsx'
import { titled } from '../kit/titled.ts'
import { staffAct, staffLoad } from '../kit/staff.server.ts'
import { DeadLetters, letterKey } from './dead-letters.tsx'
import { orAway } from '../kit/null-if-unavailable.server.ts'
import { Table } from './table.tsx'
import { StatusHead } from './tabs.tsx'
import { statusWords } from './words.ts'
import { useWords } from '../kit/words/index.ts'

export const loader = staffLoad(async ({ shop, url }) => {
  const cursor = url.searchParams.get('cursor') || undefined
  const [dead, actions] = await Promise.all([
    shop.status.deadLetters({}),
    // Kept in a database, which may be what is away.
    orAway(shop.status.actions({ limit: 20, ...(cursor !== undefined && { cursor }) })),
  ])
  return { dead, actions }
})

export const action = staffAct(async ({ shop, form }) => {
  const place = {
    service: text(form, 'service'),
    consumer: text(form, 'consumer'),
    source: text(form, 'source'),
    id: wholeNumberOf(text(form, 'id')) ?? 0,
  }
  await shop.status.redrive({ ...place, reason: text(form, 'reason') })
  return { redriven: letterKey(place) }
})

export const meta = titled((locale) => statusWords[locale].events.title)

/** Which event a refusal is about, by what was sent. */
const aboutOf = (answer: unknown) => {
  if (!refused(answer)) return undefined
  const { service = '', consumer = '', source = '', id = '' } = answer.values
  return { of: letterKey({ service, consumer, source, id: wholeNumberOf(id) ?? 0 }), answer }
}

export default function Events() {
  const { dead, actions } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const { events } = useWords(statusWords)
  const about = aboutOf(answer)
  const known = about && dead.items.some((each) => letterKey(each) === about.of)
  return (
    <>
      <StatusHead />
      <section aria-labelledby="dead" className="mb-10">
        <h2 id="dead" className="mb-1 text-lg">
          {events.title}
        </h2>
        <p className="mb-4 text-sm text-quiet">{events.payload}</p>
        {answer && 'redriven' in answer && (
          <div className="mb-4">
            <Notice tone="good" role="status">
              {events.done}
            </Notice>
          </div>
        )}
        {about && !known && (
          <div className="mb-4">
            <Notice tone="bad" role="alert">
              {about.answer.problem.message}
            </Notice>
          </div>
        )}
        {dead.unread.length > 0 && (
          <p className="mb-3 text-sm font-medium text-juhong">{events.unread(dead.unread.join(', '))}</p>
        )}
        {dead.items.length > 0 ? (
          <DeadLetters letters={dead.items} refusal={about} />
        ) : (
          dead.unread.length === 0 && <Empty title={events.empty} hint={events.emptyHint} />
        )}
      </section>
      <section>
        <h2 className="mb-3 text-lg">{events.actions}</h2>
        {actions && actions.items.length > 0 ? (
          <Table label={events.actions} heads={Object.values(events.heads)}>
            {actions.items.map((each) => (
              <tr key={each.id}>
                <th scope="row">{momentText(each.at)}</th>
                <td>{each.memberId?.slice(0, 13) ?? events.shop}</td>
                <td>{events.whats[each.what]}</td>
                <td>{each.target}</td>
                <td>{each.value}</td>
                <td>{each.reason}</td>
                <td>{each.outcome}</td>
              </tr>
            ))}
          </Table>
        ) : (
          <p className="text-quiet">{events.noActions}</p>
        )}
        <MoreLink cursor={actions?.nextCursor ?? null}>{events.more}</MoreLink>
      </section>
    </>
  )
}
