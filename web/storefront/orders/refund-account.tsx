import { useId } from 'react'
import { Form } from 'react-router'
import { BANKS } from '#kernel/text/banks.ts'
import { priceText } from '../../shared/i18n/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { Field, FieldError } from '../../shared/ui/field.tsx'
import { Refused, useFormFocus, usePending, useRefusal } from '../../shared/form.tsx'

interface FieldsProps {
  readonly error: (field: string) => string | undefined
  readonly value: (field: string) => string | undefined
}

/** The account a deposit goes back to. */
export const RefundAccountFields = ({ error, value }: FieldsProps) => {
  const { t, locale } = useText()
  const id = useId()
  const wrong = error('refundAccount.bank')
  return (
    <fieldset className="flex flex-col gap-4">
      <legend className="mb-1 font-semibold">{t.refundAccount.title}</legend>
      <p className="text-sm text-quiet">{t.refundAccount.hint}</p>
      <div>
        <label htmlFor={id} className="mb-1.5 block text-sm font-semibold">
          {t.refundAccount.bank}
        </label>
        <select
          id={id}
          name="refundAccount.bank"
          required
          defaultValue={value('refundAccount.bank') ?? ''}
          aria-invalid={wrong ? true : undefined}
          aria-describedby={wrong ? `${id}-error` : undefined}
          className="h-12 w-full rounded border border-edge bg-white px-3 aria-invalid:border-juhong"
        >
          <option value="">{t.refundAccount.choose}</option>
          {[...BANKS].map(([code, name]) => (
            <option key={code} value={code}>
              {name[locale]}
            </option>
          ))}
        </select>
        <FieldError id={`${id}-error`} error={wrong} />
      </div>
      <Field
        label={t.refundAccount.number}
        hint={t.refundAccount.numberHint}
        name="refundAccount.accountNumber"
        inputMode="numeric"
        autoComplete="off"
        maxLength={40}
        required
        defaultValue={value('refundAccount.accountNumber')}
        error={error('refundAccount.accountNumber') ?? error('refundAccount')}
      />
      <Field
        label={t.refundAccount.holder}
        hint={t.refundAccount.holderHint}
        name="refundAccount.holderName"
        autoComplete="off"
        maxLength={60}
        required
        defaultValue={value('refundAccount.holderName')}
        error={error('refundAccount.holderName')}
      />
    </fieldset>
  )
}

/** Asks for an account that money is owed to: folded out, for nothing else is to be done. */
export const RefundAccountForm = ({ amount, answer }: { amount: number; answer: unknown }) => {
  const { t, locale } = useText()
  const { refusal, error, value } = useRefusal(answer)
  const box = useFormFocus(refusal)
  const pending = usePending('refund-account')
  return (
    <section aria-label={t.refundAccount.awaitedTitle} ref={box} className="mb-8 rounded-lg border border-juhong p-5">
      <h2 className="text-lg">{t.refundAccount.awaitedTitle}</h2>
      <p className="mt-2 mb-4">{t.refundAccount.awaited(priceText(amount, locale))}</p>
      <Refused refusal={refusal} />
      <Form method="post" className="mt-4 flex flex-col gap-4">
        <RefundAccountFields error={error} value={value} />
        <Button name="intent" value="refund-account" busy={pending && t.refundAccount.giving}>
          {t.refundAccount.give}
        </Button>
      </Form>
    </section>
  )
}
