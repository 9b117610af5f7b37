import { redirect, useActionData, useLoaderData } from 'react-router'
import { text } from '../../shared/server/page.server.ts'
import { ChangeForm } from './change-form.tsx'
import { Differences } from './differences.tsx'
import { environmentOf } from './environment.server.ts'
import { Back, ConfigHead, inEnvironment } from './head.tsx'
import { Values } from './setting-row.tsx'
import { configWords } from './words.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Notice } from '../../shared/ui/notice.tsx'
import { titled } from '../kit/titled.ts'
import { staffAct, staffLoad } from '../kit/staff.server.ts'
import { orAway } from '../kit/null-if-unavailable.server.ts'
import { useWords } from '../kit/words/index.ts'

export const loader = staffLoad(async (visit) => {
  const environment = environmentOf(visit)
  const { shop, params } = visit
  const name = params['name'] ?? ''
  const [setting, { version }, hosts] = await Promise.all([
    shop.config.describe({ environment, name }),
    shop.config.list({ environment }),
    orAway(shop.config.hosts({ environment })),
  ])
  return { environment, setting, version, hosts: hosts?.items ?? [] }
})

export const action = staffAct(async (visit) => {
  const environment = environmentOf(visit)
  const { shop, form, params } = visit
  const value = form.get('remove') === 'on' ? null : text(form, 'value') || text(form, 'secret')
  const changes = [{ place: text(form, 'place'), name: params['name'] ?? '', value }]
  if (form.get('intent') === 'preview') {
    const { differences } = await shop.config.preview({ environment, changes })
    return { differences }
  }
  const { number } = await shop.config.change({
    environment,
    changes,
    expectedVersion: text(form, 'expectedVersion'),
    reason: text(form, 'reason'),
  })
  throw redirect(`${inEnvironment('', environment)}&done=${number}`)
})

export const meta = titled((locale) => configWords[locale].title)

export default function ConfigSetting() {
  const { environment, setting, version, hosts } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const words = useWords(configWords)
  const { locale } = useText()
  return (
    <>
      <ConfigHead environment={environment} />
      <Back to={inEnvironment('', environment)}>{words.form.back}</Back>
      <h2 className="text-xl break-all">{setting.name}</h2>
      <p className="text-quiet">{setting.about[locale]}</p>
      <h3 className="mt-6 text-base">{words.form.current}</h3>
      <Values setting={setting} hosts={hosts} />
      {answer && 'differences' in answer && (
        <section className="mt-6">
          <h3 className="mb-2 text-base">{words.form.previewTitle}</h3>
          <Differences items={answer.differences} label={words.form.previewTitle} />
          <div className="mt-3">
            <Notice role="status">{words.form.previewed}</Notice>
          </div>
        </section>
      )}
      <ChangeForm key={`${setting.name} ${environment}`} setting={setting} version={version} />
    </>
  )
}
