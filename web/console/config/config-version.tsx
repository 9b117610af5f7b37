import { Form, redirect, useLoaderData } from 'react-router'
import { momentText } from '../../shared/i18n/format.ts'
import { useFormFocus, usePending, useRefusal } from '../../shared/form.tsx'
import { text } from '../../shared/server/page.server.ts'
import { Button } from '../../shared/ui/button.tsx'
import { Field } from '../../shared/ui/field.tsx'
import { Differences } from './differences.tsx'
import { environmentOf } from './environment.server.ts'
import { Back, ConfigHead, inEnvironment } from './head.tsx'
import { ChangeRefused } from './refused.tsx'
import { whoOf } from './setting-row.tsx'
import { configWords } from './words.ts'
import { titled } from '../kit/titled.ts'
import { staffAct, staffLoad } from '../kit/staff.server.ts'
import { useWords } from '../kit/words/index.ts'

const numberOf = (given: string | undefined): number => (/^[1-9]\d{0,8}$/.test(given ?? '') ? Number(given) : 0)

export const loader = staffLoad(async (visit) => {
  const environment = environmentOf(visit)
  const { shop, params } = visit
  const number = numberOf(params['number'])
  const found = await shop.config.version({ environment, number })
  const { version: now } = await shop.config.list({ environment })
  const [own, back] = await Promise.all([
    shop.config.diff({ environment, from: number - 1, to: number }),
    shop.config.diff({ environment, from: now, to: number }),
  ])
  return { environment, version: found, now, own: own.differences, back: back.differences }
})

export const action = staffAct(async (visit) => {
  const environment = environmentOf(visit)
  const { shop, form, params } = visit
  const { number } = await shop.config.rollBack({
    environment,
    to: numberOf(params['number']),
    expectedVersion: text(form, 'expectedVersion'),
    reason: text(form, 'reason'),
  })
  throw redirect(`${inEnvironment('', environment)}&done=${number}`)
})

export const meta = titled((locale) => configWords[locale].history.title)

export default function ConfigVersion() {
  const { environment, version, now, own, back } = useLoaderData<typeof loader>()
  const { one, history } = useWords(configWords)
  return (
    <>
      <ConfigHead environment={environment} />
      <Back to={inEnvironment('/history', environment)}>{one.back}</Back>
      <h2 className="text-xl">{one.title(version.number)}</h2>
      <p className="text-quiet">
        {momentText(version.at)}, {whoOf(version.by)}
        {version.restores !== null && ` (${history.restores(version.restores)})`}
      </p>
      <p className="mt-1 max-w-prose">{version.reason}</p>
      <h3 className="mt-6 mb-2 text-base">{one.against}</h3>
      <Differences items={own} label={one.against} />
      {version.number === now ? (
        <p className="mt-8 text-quiet">{one.isCurrent}</p>
      ) : back.length === 0 ? (
        <p className="mt-8 text-quiet">{one.same}</p>
      ) : (
        <section className="mt-8">
          <h3 className="mb-2 text-base">{one.toNow(now)}</h3>
          <Differences items={back} label={one.toNow(now)} />
          <RollBack now={now} />
        </section>
      )}
    </>
  )
}

const RollBack = ({ now }: { now: number }) => {
  const { one, form } = useWords(configWords)
  const { refusal, error, value } = useRefusal()
  const ref = useFormFocus(refusal)
  const pending = usePending()
  return (
    <div ref={ref} className="mt-5 flex max-w-xl flex-col gap-5">
      <ChangeRefused refusal={refusal} />
      {refusal?.problem.fields['to'] && <p className="text-sm text-juhong">{refusal.problem.fields['to']}</p>}
      <Form method="post" preventScrollReset noValidate className="flex flex-col gap-5">
        <input type="hidden" name="expectedVersion" value={now} />
        <Field
          label={form.reason}
          name="reason"
          hint={`${one.rollBackHint} ${form.reasonHint}`}
          maxLength={500}
          autoComplete="off"
          defaultValue={value('reason')}
          error={error('reason')}
        />
        <Button className="self-start" busy={pending && one.busy}>
          {one.rollBack}
        </Button>
      </Form>
    </div>
  )
}
