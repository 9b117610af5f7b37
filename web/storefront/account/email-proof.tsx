import { Form } from 'react-router'
import { useText } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { Field } from '../../shared/ui/field.tsx'
import type { ProofStep } from './email-proof.server.ts'
import type { Refusal } from '../../shared/server/page.server.ts'
import { refused, usePending } from '../../shared/form.tsx'

/**
 * Where the proving stands after an action: what it answered, or, when it refused, the step its form belonged to.
 */
export const stepAfter = (answer: unknown): ProofStep => {
  if (refused(answer)) {
    const { intent, email = '', proof = '' } = answer.values
    if (proof && answer.problem.code !== 'PROOF_INVALID') return { step: 'proven', email, proof }
    if (intent === 'verify') return { step: 'code', email, sent: '' }
    return { step: 'email', email }
  }
  if (typeof answer === 'object' && answer !== null && 'step' in answer) return answer as ProofStep
  return { step: 'email', email: '' }
}

interface Props {
  readonly at: Exclude<ProofStep, { step: 'proven' }>
  readonly refusal: Refusal | undefined
  readonly heading: string
  readonly mailboxUrl: string | null
}

/** The first two steps of signing up and of resetting a password: an address, then the code sent to it. */
export const EmailProof = ({ at, refusal, heading, mailboxUrl }: Props) => {
  const { t } = useText()
  const sending = usePending('send-code')
  const verifying = usePending('verify')
  const error = (field: string): string | undefined => refusal?.problem.fields[field]

  if (at.step === 'email') {
    return (
      <Form method="post" className="flex flex-col gap-5" noValidate>
        <input type="hidden" name="intent" value="send-code" />
        <h2 className="text-lg">{heading}</h2>
        <Field
          label={t.auth.email}
          name="email"
          type="email"
          autoComplete="email"
          inputMode="email"
          required
          defaultValue={at.email}
          error={error('email')}
        />
        <Button size="large" busy={sending && t.auth.sending}>
          {t.auth.sendCode}
        </Button>
      </Form>
    )
  }
  return (
    <div className="flex flex-col gap-5">
      <h2 className="text-lg">{t.auth.codeStep}</h2>
      <p role="status" key={at.sent}>
        {t.auth.codeSent(at.email)}
      </p>
      <Form method="post" className="flex flex-col gap-5" noValidate>
        <input type="hidden" name="intent" value="verify" />
        <input type="hidden" name="email" value={at.email} />
        <Field
          label={t.auth.code}
          hint={t.auth.codeHint}
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          pattern="[0-9]{6}"
          maxLength={6}
          required
          autoFocus
          error={error('code')}
          className="num"
        />
        <Button size="large" busy={verifying && t.auth.verifying}>
          {t.auth.verify}
        </Button>
      </Form>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Form method="post">
          <input type="hidden" name="email" value={at.email} />
          <Button
            name="intent"
            value="send-code"
            look="quiet"
            size="small"
            busy={sending && t.auth.sending}
            className="-ml-3"
          >
            {t.auth.resend}
          </Button>
        </Form>
        <Form method="post">
          <Button name="intent" value="start-over" look="quiet" size="small" className="-mr-3">
            {t.auth.otherEmail}
          </Button>
        </Form>
      </div>
      {mailboxUrl && (
        <a
          href={`${mailboxUrl}?to=${encodeURIComponent(at.email)}`}
          target="_blank"
          rel="noreferrer"
          className="text-sm text-quiet underline underline-offset-4"
        >
          {t.auth.mailbox}
        </a>
      )}
    </div>
  )
}
