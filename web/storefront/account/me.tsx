import { data, Form, redirect, useActionData, useLoaderData } from 'react-router'
import { dateText } from '../../shared/i18n/format.ts'
import { messagesIn, useText } from '../../shared/i18n/index.ts'
import { Button, pressable } from '../../shared/ui/button.tsx'
import { Field, Tick } from '../../shared/ui/field.tsx'
import { PageTitle } from '../../shared/ui/heading.tsx'
import { Refused, refused, useFormFocus, usePending, useRefusal } from '../../shared/form.tsx'
import { titled } from '../layout/meta.ts'
import { MyPages } from './my-pages.tsx'
import { OpenOrderList } from '../orders/open-orders.tsx'
import { PhoneField } from './phone-field.tsx'
import { act, load, membersOnly, optional, text, untouched, type Refusal } from '../../shared/server/page.server.ts'
import { formProblem } from '../../shared/server/problem.server.ts'

type Intent = 'profile' | 'password' | 'withdraw'

export const loader = load(async (visit) => {
  membersOnly(visit)
  return await visit.shop.member.me({})
})

export const action = act(async (visit) => {
  membersOnly(visit)
  const { page, shop, form } = visit
  const intent = text(form, 'intent') as Intent
  if (intent === 'profile') {
    await shop.member.updateMe({
      name: text(form, 'name'),
      phone: optional(form, 'phone') ?? null,
      marketingConsent: form.get('marketingConsent') === 'on',
    })
  } else if (intent === 'password') {
    const session = await shop.auth.changePassword({
      currentPassword: untouched(form, 'currentPassword'),
      newPassword: untouched(form, 'newPassword'),
    })
    await page.signedIn(session)
  } else if (intent === 'withdraw') {
    if (form.get('sure') !== 'on') {
      const message = messagesIn(page.locale).me.withdrawCheck
      return data({ problem: formProblem(message, { sure: message }), values: { intent } } satisfies Refusal, {
        status: 400,
      })
    }
    await shop.member.withdraw({})
    page.signedOut()
    throw redirect('/?withdrawn')
  }
  return { done: intent }
})

export const meta = titled((t) => t.me.title)

export default function Me() {
  const me = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const { t } = useText()
  const done = answer && !refused(answer) ? answer.done : undefined
  return (
    <MyPages>
      <PageTitle
        aside={
          <p className="text-sm text-quiet">
            {t.me.grade[me.grade]} · <span className="num">{t.me.since(dateText(me.createdAt))}</span>
          </p>
        }
      >
        {t.me.title}
      </PageTitle>
      <div className="flex max-w-md flex-col gap-12">
        <Part
          title={t.me.profile}
          intent="profile"
          done={done === 'profile' ? t.me.saved : undefined}
          submit={t.me.save}
        >
          {({ error, value }) => (
            <>
              <Field label={t.auth.email} value={me.email} readOnly name="email" type="email" autoComplete="email" />
              <Field
                label={t.auth.name}
                name="name"
                autoComplete="name"
                required
                maxLength={60}
                defaultValue={value('name') ?? me.name}
                error={error('name')}
              />
              <PhoneField
                label={t.me.phone}
                hint={t.me.phoneHint}
                name="phone"
                typed={value('phone')}
                stored={me.phone}
                error={error('phone')}
              />
              <Tick name="marketingConsent" defaultChecked={me.marketingConsent}>
                {t.me.marketing}
              </Tick>
            </>
          )}
        </Part>
        <Part
          title={t.me.password}
          intent="password"
          done={done === 'password' ? t.me.passwordChanged : undefined}
          submit={t.me.password}
        >
          {({ error }) => (
            <>
              <input type="hidden" name="username" autoComplete="username" value={me.email} readOnly />
              <Field
                label={t.auth.currentPassword}
                name="currentPassword"
                type="password"
                autoComplete="current-password"
                required
                error={error('currentPassword')}
              />
              <Field
                label={t.auth.newPassword}
                hint={t.auth.passwordHint}
                name="newPassword"
                type="password"
                autoComplete="new-password"
                required
                maxLength={128}
                error={error('newPassword')}
              />
            </>
          )}
        </Part>
        <details className="border-t border-line pt-4">
          <summary className={pressable('quiet', 'small', '-ml-3 text-quiet')}>{t.me.withdraw}</summary>
          <div className="pt-4">
            <Part intent="withdraw" submit={t.me.withdrawConfirm} danger>
              {({ error, refusal }) => (
                <>
                  <OpenOrderList refusal={refusal} />
                  <p className="text-sm text-quiet">{t.me.withdrawHint}</p>
                  <Tick name="sure" error={error('sure')}>
                    {t.me.withdrawCheck}
                  </Tick>
                </>
              )}
            </Part>
          </div>
        </details>
      </div>
    </MyPages>
  )
}

interface PartProps {
  readonly title?: string
  readonly intent: Intent
  readonly submit: string
  readonly done?: string | undefined
  readonly danger?: boolean
  readonly children: (form: Pick<ReturnType<typeof useRefusal>, 'error' | 'value' | 'refusal'>) => React.ReactNode
}

/** One form of several on the page; only the one that was sent shows what came of it. */
const Part = ({ title, intent, submit, done, danger, children }: PartProps) => {
  const { t } = useText()
  const answer = useActionData<typeof action>()
  const mine = refused(answer) && answer.values['intent'] === intent ? answer : null
  const { refusal, error, value } = useRefusal(mine)
  const box = useFormFocus(refusal)
  const pending = usePending(intent)
  return (
    <section aria-label={title ?? submit} ref={box}>
      {title && <h2 className="mb-5 border-b border-ink pb-3 text-lg">{title}</h2>}
      <Form method="post" className="flex flex-col gap-5" noValidate key={done}>
        <input type="hidden" name="intent" value={intent} />
        <Refused refusal={refusal} />
        {children({ error, value, refusal })}
        <div className="flex items-center gap-4">
          <Button look={danger ? 'danger' : 'primary'} busy={pending && t.me.saving}>
            {submit}
          </Button>
          <p role="status" className="text-sm font-semibold text-sol">
            {done}
          </p>
        </div>
      </Form>
    </section>
  )
}
