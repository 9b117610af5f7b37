import { data, useLoaderData } from 'react-router'
import { about, isTopic } from './about-texts.ts'
import { useText } from '../../shared/i18n/index.ts'
import { PageTitle } from '../../shared/ui/heading.tsx'
import { textOf } from '../layout/meta.ts'
import { load } from '../../shared/server/page.server.ts'

export const loader = load(async ({ params, page }) => {
  const topic = params['topic']
  if (!isTopic(topic)) throw data(null, { status: 404 })
  return { paper: about[page.locale][topic] }
})

type Loaded = Awaited<ReturnType<typeof loader>>

export const meta = ({ loaderData, matches }: { loaderData?: Loaded; matches: Parameters<typeof textOf>[0] }) => [
  { title: `${loaderData?.paper.title ?? ''} | ${textOf(matches).shop.name}` },
]

export default function About() {
  const { paper } = useLoaderData<typeof loader>()
  const { t } = useText()
  return (
    <div className="wrap max-w-3xl!">
      <PageTitle>{paper.title}</PageTitle>
      {paper.parts.map(([heading, text]) => (
        <section key={heading} className="pb-8">
          <h2 className="mb-2 text-lg">{heading}</h2>
          <p className="prose-ko">{text}</p>
        </section>
      ))}
      <p className="text-sm text-quiet">{t.footer.company}</p>
    </div>
  )
}
