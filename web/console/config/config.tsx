import { useId } from 'react'
import { Form, useLoaderData } from 'react-router'
import { wholeNumberOf } from '#kernel/input/decimal.ts'
import type { Setting } from '#services/config/contract.ts'
import { Button } from '../../shared/ui/button.tsx'
import { Notice } from '../../shared/ui/notice.tsx'
import { environmentOf } from './environment.server.ts'
import { ConfigHead } from './head.tsx'
import { Hosts } from './hosts.tsx'
import { SettingRow } from './setting-row.tsx'
import { configWords } from './words.ts'
import { titled } from '../kit/titled.ts'
import { staffLoad } from '../kit/staff.server.ts'
import { orAway } from '../kit/null-if-unavailable.server.ts'
import { useWords } from '../kit/words/index.ts'

export const loader = staffLoad(async (visit) => {
  const environment = environmentOf(visit)
  const { shop, url } = visit
  const [list, hosts] = await Promise.all([
    shop.config.list({ environment }),
    orAway(shop.config.hosts({ environment })),
  ])
  const done = wholeNumberOf(url.searchParams.get('done'))
  return { list, hosts, done: done !== undefined && done > 0 ? done : undefined }
})

export const meta = titled((locale) => configWords[locale].title)

/** The one that reads it; those that many or hosts themselves read stand together. */
const groupOf = ({ places }: Setting): string => (places.length === 2 ? places[1]! : 'shop')

const Environment = ({ chosen, all }: { chosen: string; all: readonly string[] }) => {
  const words = useWords(configWords)
  const id = useId()
  return (
    <Form method="get" className="flex flex-wrap items-center gap-2">
      <label htmlFor={id} className="text-sm font-semibold">
        {words.environment}
      </label>
      <select id={id} name="env" defaultValue={chosen} className="h-11 rounded border border-edge bg-white px-3">
        {all.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
      <Button look="plain">{words.environmentOpen}</Button>
    </Form>
  )
}

export default function Config() {
  const { list, hosts, done } = useLoaderData<typeof loader>()
  const words = useWords(configWords)
  const groups = Map.groupBy(list.settings, groupOf)
  const seen = hosts?.items ?? []
  return (
    <>
      <ConfigHead environment={list.environment} />
      {done !== undefined && (
        <div className="mb-5">
          <Notice tone="good" role="status">
            {words.done(done)}
          </Notice>
        </div>
      )}
      <p className="mb-4 text-quiet">{words.hint}</p>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <Environment key={list.environment} chosen={list.environment} all={list.environments} />
        <p className="num font-semibold">{words.version(list.version)}</p>
      </div>
      {list.unknown.map((each) => (
        <p key={`${each.place} ${each.name}`} className="mt-3 text-sm text-juhong">
          {words.unknown(words.place(each.place), each.name)}
        </p>
      ))}
      {[...groups]
        .sort(([a], [b]) => Number(b === 'shop') - Number(a === 'shop'))
        .map(([group, settings]) => (
          <section key={group} aria-labelledby={`group-${group}`} className="mt-8">
            <h2 id={`group-${group}`} className="border-b border-ink pb-2 text-lg">
              {words.groups(group)}
            </h2>
            <ul>
              {settings.map((setting) => (
                <SettingRow key={setting.name} setting={setting} environment={list.environment} hosts={seen} />
              ))}
            </ul>
          </section>
        ))}
      <Hosts seen={hosts} />
    </>
  )
}
