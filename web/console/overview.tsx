import { Link, useLoaderData } from 'react-router'
import { Icon } from '../shared/ui/icons.tsx'
import { PageTitle } from '../shared/ui/heading.tsx'
import { useText } from '../shared/i18n/index.ts'
import { titled } from './kit/titled.ts'
import { OVERVIEW, placesFor } from './kit/menu.ts'
import { staffLoad } from './kit/staff.server.ts'
import { consoleWords, useWords } from './kit/words/index.ts'

export const loader = staffLoad(async ({ roles, page }) => ({
  roles,
  titles: page.roles.filter(({ name }) => roles.includes(name)).map(({ title }) => title[page.locale]),
}))

export const meta = titled((locale) => consoleWords[locale].overview.title)

export default function Overview() {
  const { roles, titles } = useLoaderData<typeof loader>()
  const words = useWords(consoleWords)
  const { locale } = useText()
  const others = placesFor(roles).filter(({ to }) => to !== OVERVIEW)
  return (
    <>
      <PageTitle>{words.overview.title}</PageTitle>
      <p className="text-quiet">{words.overview.hint}</p>
      <h2 className="mt-8 mb-3 text-lg">{words.overview.roles}</h2>
      <ul className="flex flex-wrap gap-2">
        {titles.map((title) => (
          <li key={title} className="rounded bg-mist px-3 py-1 text-sm font-semibold">
            {title}
          </li>
        ))}
      </ul>
      {others.length > 0 && (
        <>
          <h2 className="mt-8 mb-3 text-lg">{words.overview.places}</h2>
          <ul className="grid gap-3 md:grid-cols-2 xl:grid-cols-3">
            {others.map((place) => (
              <li key={place.to}>
                <Link
                  to={place.to}
                  className="flex h-full items-center justify-between gap-3 rounded-lg border border-line px-5 py-4 hover:border-ink"
                >
                  <span>
                    <span className="block font-bold">{place.name[locale]}</span>
                    <span className="block text-sm text-quiet">{place.hint[locale]}</span>
                  </span>
                  <Icon name="right" />
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}
