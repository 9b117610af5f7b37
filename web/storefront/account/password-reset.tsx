import { Form, redirect, useActionData, useLoaderData } from 'react-router'
import { useText } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { Field } from '../../shared/ui/field.tsx'
import { Narrow, PageTitle } from '../../shared/ui/heading.tsx'
import { EmailProof, stepAfter } from './email-proof.tsx'
import { Refused, useFormFocus, usePending, useRefusal } from '../../shared/form.tsx'
import { titled } from '../layout/meta.ts'
import { proveEmail } from './email-proof.server.ts'
import { act, load, text, untouched } from '../../shared/server/page.server.ts'

export const loader = load(async ({ page }) => ({ mailboxUrl: page.mailboxUrl ?? null }))

export const action = act(async (visit) => {
  const step = await proveEmail(visit, 'password-reset')
  if (step) return step
  const { page, shop, form } = visit
  await shop.auth.resetPassword({
    email: text(form, 'email'),
    emailProof: text(form, 'proof'),
    newPassword: untouched(form, 'newPassword'),
  })
  page.signedOut()
  throw redirect('/sign-in?reset=done')
})

export const meta = titled((t) => t.auth.resetTitle)

export default function PasswordReset() {
  const { mailboxUrl } = useLoaderData<typeof loader>()
  const at = stepAfter(useActionData<typeof action>())
  const { t } = useText()
  const { refusal, error } = useRefusal()
  const box = useFormFocus(refusal)
  const pending = usePending('reset')
  return (
    <Narrow>
      <PageTitle
        aside={<p className="text-sm text-quiet">{t.auth.stepOf({ email: 1, code: 2, proven: 3 }[at.step], 3)}</p>}
      >
        {t.auth.resetTitle}
      </PageTitle>
      <div ref={box} className="flex flex-col gap-5">
        <Refused refusal={refusal} />
        {at.step === 'proven' ? (
          <Form method="post" className="flex flex-col gap-5" noValidate>
            <input type="hidden" name="intent" value="reset" />
            <input type="hidden" name="proof" value={at.proof} />
            <h2 className="text-lg">{t.auth.resetStep}</h2>
            <Field
              label={t.auth.verified}
              name="email"
              type="email"
              autoComplete="username"
              value={at.email}
              readOnly
            />
            <Field
              label={t.auth.newPassword}
              hint={t.auth.passwordHint}
              name="newPassword"
              type="password"
              autoComplete="new-password"
              minLength={8}
              maxLength={128}
              required
              autoFocus
              error={error('newPassword')}
            />
            <Button size="large" busy={pending && t.me.saving}>
              {t.auth.reset}
            </Button>
          </Form>
        ) : (
          <EmailProof at={at} refusal={refusal} heading={t.auth.resetEmailStep} mailboxUrl={mailboxUrl} />
        )}
      </div>
    </Narrow>
  )
}
