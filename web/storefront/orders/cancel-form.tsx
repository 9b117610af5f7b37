import { Form } from 'react-router'
import { useText } from '../../shared/i18n/index.ts'
import { Button, pressable } from '../../shared/ui/button.tsx'
import { Refused, useFormFocus, usePending, useRefusal } from '../../shared/form.tsx'
import { CancelReason } from './cancel-reason.tsx'
import { RefundAccountFields } from './refund-account.tsx'

interface Props {
  readonly paid: boolean
  /** It was paid by deposit: the money goes to an account. */
  readonly needsAccount: boolean
  readonly answer: unknown
}

/** Canceling an order: folded away until wanted, and never without a reason. */
export const CancelForm = ({ paid, needsAccount, answer }: Props) => {
  const { t } = useText()
  const { refusal, error, value } = useRefusal(answer)
  const box = useFormFocus(refusal)
  const pending = usePending()
  return (
    <details className="group" open={!!refusal || undefined}>
      <summary className={pressable('plain', 'medium', 'w-full')}>{t.orders.cancel}</summary>
      <div ref={box} className="mt-3 flex flex-col gap-4 rounded-lg border border-line p-5">
        <Refused refusal={refusal} />
        <h2 className="text-lg">{t.orders.cancelTitle}</h2>
        {paid && !needsAccount && <p className="text-sm text-quiet">{t.orders.cancelHint}</p>}
        <Form method="post" className="flex flex-col gap-4">
          <CancelReason error={error('reason')} />
          {needsAccount && <RefundAccountFields error={error} value={value} />}
          <Button look="danger" busy={pending && t.orders.canceling}>
            {t.orders.cancelConfirm}
          </Button>
        </Form>
      </div>
    </details>
  )
}
