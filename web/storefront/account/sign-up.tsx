import { data, Form, Link, redirect, useActionData, useLoaderData } from 'react-router'
import { messagesIn, useText } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { Field, Tick } from '../../shared/ui/field.tsx'
import { Narrow, PageTitle } from '../../shared/ui/heading.tsx'
import { EmailProof, stepAfter } from './email-proof.tsx'
import { Refused, useFormFocus, usePending, useRefusal } from '../../shared/form.tsx'
import { titled } from '../layout/meta.ts'
import { proveEmail } from './email-proof.server.ts'
import { act, load, localPath, text, untouched, type Refusal } from '../../shared/server/page.server.ts'
import { formProblem } from '../../shared/server/problem.server.ts'

const consents = ['agreeTerms', 'agreePrivacy', 'agreeAge'] as const

export const loader = load(async ({ page, url }) => {
  const next = localPath(url.searchParams.get('next'))
  if (page.viewer.kind === 'member') throw redirect(next)
  return { next, mailboxUrl: page.mailboxUrl ?? null }
})

export const action = act(async (visit) => {
  const { page, shop, form } = visit
  const step = await proveEmail(visit, 'sign-up')
  if (step) return step
  const t = messagesIn(page.locale)
  const missing = consents.filter((name) => form.get(name) !== 'on')
  if (missing.length > 0) {
    const problem = formProblem(t.auth.mustAgree, Object.fromEntries(missing.map((name) => [name, t.auth.mustAgree])))
    const values = { email: text(form, 'email'), proof: text(form, 'proof'), name: text(form, 'name') }
    return data({ problem, values } satisfies Refusal, { status: 400 })
  }
  const session = await shop.auth.signUp({
    email: text(form, 'email'),
    emailProof: text(form, 'proof'),
    name: text(form, 'name'),
    password: untouched(form, 'password'),
  })
  await page.signedIn(session)
  throw redirect(localPath(text(form, 'next')))
})

export const meta = titled((t) => t.auth.signUpTitle)

export default function SignUp() {
  const { next, mailboxUrl } = useLoaderData<typeof loader>()
  const at = stepAfter(useActionData<typeof action>())
  const { t } = useText()
  const { refusal, error, value } = useRefusal()
  const box = useFormFocus(refusal)
  const pending = usePending('join')
  const links = { agreeTerms: '/about/terms', agreePrivacy: '/about/privacy', agreeAge: undefined }
  return (
    <Narrow>
      <PageTitle
        aside={<p className="text-sm text-quiet">{t.auth.stepOf({ email: 1, code: 2, proven: 3 }[at.step], 3)}</p>}
      >
        {t.auth.signUpTitle}
      </PageTitle>
      <div ref={box} className="flex flex-col gap-5">
        <Refused refusal={refusal} />
        {at.step === 'proven' ? (
          <Form method="post" className="flex flex-col gap-5" noValidate>
            <input type="hidden" name="intent" value="join" />
            <input type="hidden" name="next" value={next} />
            <input type="hidden" name="proof" value={at.proof} />
            <h2 className="text-lg">{t.auth.detailsStep}</h2>
            <Field
              label={t.auth.verified}
              name="email"
              type="email"
              autoComplete="username"
              value={at.email}
              readOnly
              error={error('email')}
            />
            <Field
              label={t.auth.name}
              name="name"
              autoComplete="name"
              maxLength={60}
              required
              autoFocus
              defaultValue={value('name')}
              error={error('name')}
            />
            <Field
              label={t.auth.password}
              hint={t.auth.passwordHint}
              name="password"
              type="password"
              autoComplete="new-password"
              minLength={8}
              maxLength={128}
              required
              error={error('password')}
            />
            <div className="border-y border-line py-2">
              {consents.map((name) => (
                <div key={name} className="flex items-center justify-between gap-3">
                  <Tick name={name} required error={error(name)} defaultChecked={value(name) === 'on'}>
                    {t.auth[name]} <span className="text-quiet">{t.auth.required}</span>
                  </Tick>
                  {links[name] && (
                    <Link
                      to={links[name]}
                      target="_blank"
                      aria-label={`${t.auth[name]} ${t.auth.read}`}
                      className="px-1 py-2 text-sm text-quiet underline underline-offset-4"
                    >
                      {t.auth.read}
                    </Link>
                  )}
                </div>
              ))}
            </div>
            <Button size="large" busy={pending && t.auth.joining}>
              {t.auth.join}
            </Button>
          </Form>
        ) : (
          <EmailProof at={at} refusal={refusal} heading={t.auth.emailStep} mailboxUrl={mailboxUrl} />
        )}
        {at.step === 'email' && (
          <p className="text-sm">
            <span className="text-quiet">{t.auth.haveAccount}</span>{' '}
            <Link
              to={next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`}
              className="inline-block py-2 font-bold underline underline-offset-4"
            >
              {t.auth.signIn}
            </Link>
          </p>
        )}
      </div>
    </Narrow>
  )
}
