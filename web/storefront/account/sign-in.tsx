import { Form, Link, redirect, useLoaderData } from 'react-router'
import { useText } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { Field } from '../../shared/ui/field.tsx'
import { Narrow, PageTitle } from '../../shared/ui/heading.tsx'
import { Notice } from '../../shared/ui/notice.tsx'
import { Refused, useFormFocus, usePending, useRefusal } from '../../shared/form.tsx'
import { titled } from '../layout/meta.ts'
import { act, load, localPath, text, untouched } from '../../shared/server/page.server.ts'

export const loader = load(async ({ page, url }) => {
  const next = localPath(url.searchParams.get('next'))
  if (page.viewer.kind === 'member') throw redirect(next)
  return { next, reset: url.searchParams.get('reset') === 'done' }
})

export const action = act(async ({ page, shop, form }) => {
  const session = await shop.auth.signIn({ email: text(form, 'email'), password: untouched(form, 'password') })
  await page.signedIn(session)
  throw redirect(localPath(text(form, 'next')))
})

export const meta = titled((t) => t.auth.signInTitle)

export default function SignIn() {
  const { next, reset } = useLoaderData<typeof loader>()
  const { t } = useText()
  const { refusal, error, value } = useRefusal()
  const box = useFormFocus(refusal)
  const pending = usePending()
  const onward = next === '/' ? '' : `?next=${encodeURIComponent(next)}`
  return (
    <Narrow>
      <PageTitle>{t.auth.signInTitle}</PageTitle>
      <div ref={box} className="flex flex-col gap-5">
        {reset && !refusal && (
          <Notice tone="good" role="status">
            {t.auth.resetDone}
          </Notice>
        )}
        {next !== '/' && !refusal && !reset && <p className="text-quiet">{t.auth.nextHint}</p>}
        <Refused refusal={refusal} />
        <Form method="post" className="flex flex-col gap-5" noValidate>
          <input type="hidden" name="next" value={next} />
          <Field
            label={t.auth.email}
            name="email"
            type="email"
            autoComplete="username"
            inputMode="email"
            required
            defaultValue={value('email')}
            error={error('email')}
          />
          <Field
            label={t.auth.password}
            name="password"
            type="password"
            autoComplete="current-password"
            required
            error={error('password')}
          />
          <Button size="large" busy={pending && t.auth.signingIn}>
            {t.auth.signIn}
          </Button>
        </Form>
        <ul className="flex flex-wrap justify-between gap-3 text-sm">
          <li>
            <Link
              to="/password-reset"
              className="inline-block py-2 text-quiet underline underline-offset-4 hover:text-ink"
            >
              {t.auth.forgot}
            </Link>
          </li>
          <li>
            <span className="text-quiet">{t.auth.noAccount}</span>{' '}
            <Link to={`/sign-up${onward}`} className="inline-block py-2 font-bold underline underline-offset-4">
              {t.nav.signUp}
            </Link>
          </li>
        </ul>
      </div>
    </Narrow>
  )
}
