import { useCallback } from 'react'
import { Form, Link, useActionData, useLoaderData, useRevalidator } from 'react-router'
import type { Notification } from '#services/notification/contract.ts'
import { momentText } from '../../shared/i18n/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { PageTitle } from '../../shared/ui/heading.tsx'
import { Empty } from '../../shared/ui/notice.tsx'
import { refused } from '../../shared/form.tsx'
import { useLiveNotifications } from './live-notifications.ts'
import { titled } from '../layout/meta.ts'
import { MoreLink } from '../../shared/ui/more-link.tsx'
import { MyPages } from '../account/my-pages.tsx'
import { act, load, localPath, membersOnly, text } from '../../shared/server/page.server.ts'

export const loader = load(async (visit) => {
  membersOnly(visit)
  const cursor = visit.url.searchParams.get('cursor')
  const page = await visit.shop.notification.list({ limit: 20, ...(cursor && { cursor }) })
  return {
    ...page,
    items: page.items.map((item) => ({ ...item, link: item.link && localPath(item.link) })),
    first: !cursor,
  }
})

export const action = act(async (visit) => {
  membersOnly(visit)
  await visit.shop.notification.markRead({ id: text(visit.form, 'id'), upTo: true })
  return { marked: true as const }
})

export const meta = titled((t) => t.notifications.title)

export default function Notifications() {
  const { items, nextCursor, unread, first } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const { t } = useText()
  const { revalidate } = useRevalidator()
  const heard = useLiveNotifications(useCallback(() => void revalidate(), [revalidate]))
  const known = new Set(items.map((each) => each.id))
  const shown = first ? [...heard.filter((each) => !known.has(each.id)), ...items] : items
  return (
    <MyPages>
      <PageTitle
        aside={
          unread > 0 && shown[0] ? (
            <Form method="post">
              <input type="hidden" name="id" value={shown[0].id} />
              <Button look="plain" size="small">
                {t.notifications.markAll}
              </Button>
            </Form>
          ) : undefined
        }
      >
        {t.notifications.title}
      </PageTitle>
      <p role="status" className="sr-only">
        {answer && !refused(answer) && t.notifications.marked}
      </p>
      {shown.length === 0 ? (
        <Empty title={t.notifications.empty} hint={t.notifications.emptyHint} />
      ) : (
        <ul className="border-t border-ink" aria-live="polite" aria-relevant="additions">
          {shown.map((each) => (
            <Item key={each.id} item={each} />
          ))}
        </ul>
      )}
      <MoreLink cursor={nextCursor}>{t.notifications.more}</MoreLink>
    </MyPages>
  )
}

const Item = ({ item }: { item: Notification }) => {
  const { t, locale } = useText()
  return (
    <li className="flex gap-4 border-b border-line py-4">
      <span className="flex w-2 shrink-0 justify-center pt-2.5">
        {!item.readAt && (
          <span className="size-2 rounded-full bg-juhong">
            <span className="sr-only">{t.notifications.unread}</span>
          </span>
        )}
      </span>
      <div className="min-w-0 grow">
        <p className={item.readAt ? '' : 'font-bold'}>{item.title[locale]}</p>
        <p className="text-quiet">{item.body[locale]}</p>
        <p className="num mt-1 text-sm text-quiet">
          <time dateTime={item.at}>{momentText(item.at)}</time>
        </p>
      </div>
      {item.link && (
        <Link
          to={item.link}
          aria-label={`${item.title[locale]} ${t.notifications.open}`}
          className="shrink-0 self-center px-2 py-2 text-sm text-jjok underline underline-offset-4"
        >
          {t.notifications.open}
        </Link>
      )}
    </li>
  )
}
