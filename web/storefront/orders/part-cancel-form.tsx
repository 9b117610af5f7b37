import { useId } from 'react'
import { Form, Link } from 'react-router'
import { optionsText } from '../../shared/i18n/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Button, pressable } from '../../shared/ui/button.tsx'
import { Refused, useFormFocus, usePending, useRefusal } from '../../shared/form.tsx'
import { Price } from '../kit/price.tsx'
import { CancelReason } from './cancel-reason.tsx'
import { type ChosenUnits, fieldOf, unitsLeft } from './chosen-units.ts'
import { RefundAccountFields } from './refund-account.tsx'

interface Line {
  readonly number: number
  readonly productName: string
  readonly options: Readonly<Record<string, string>>
  readonly quantity: number
  readonly canceling: number
  readonly canceled: number
}

interface Props {
  readonly orderId: string
  readonly lines: readonly Line[]
  /** What was chosen, once it was: then it is confirmed. */
  readonly chosen: readonly ChosenUnits[]
  /** Whether something was asked to be canceled, be it nothing. */
  readonly asked: boolean
  /** Names the request, so that one that is sent twice cancels once. */
  readonly idempotencyKey: string
  /** It was paid by deposit: the money goes to an account. */
  readonly needsAccount: boolean
  readonly answer: unknown
}

const nameOf = ({ productName, options }: Line): string => [productName, optionsText(options)].filter(Boolean).join(' ')

/** Choosing units of the lines, by a form that works without scripts: the page answers what is refunded for them. */
const Choose = ({ lines, asked }: Pick<Props, 'lines' | 'asked'>) => {
  const { t } = useText()
  const id = useId()
  return (
    <Form method="get" preventScrollReset className="flex flex-col gap-4" aria-label={t.orders.partTitle}>
      <p className="text-sm text-quiet">{t.orders.partHint}</p>
      {asked && (
        <p role="alert" className="text-sm font-medium text-juhong">
          {t.orders.partNone}
        </p>
      )}
      {lines
        .filter((line) => unitsLeft(line) > 0)
        .map((line) => (
          <div key={line.number} className="flex items-center justify-between gap-4">
            <label htmlFor={`${id}-${line.number}`} className="min-w-0 text-sm break-words">
              {nameOf(line)}
              <span className="num block text-quiet">{t.orders.partMost(unitsLeft(line))}</span>
            </label>
            <input
              id={`${id}-${line.number}`}
              name={fieldOf(line.number)}
              type="number"
              inputMode="numeric"
              min={0}
              max={unitsLeft(line)}
              defaultValue={0}
              className="num h-12 w-20 shrink-0 rounded border border-edge bg-white px-3 text-center"
            />
          </div>
        ))}
      <Button look="plain">{t.orders.partCheck}</Button>
    </Form>
  )
}

/** What is canceled and refunded, for the buyer to confirm. */
const Confirm = ({ orderId, lines, chosen, idempotencyKey, needsAccount, answer }: Omit<Props, 'asked'>) => {
  const { t } = useText()
  const { error, value } = useRefusal(answer)
  const pending = usePending('cancel-lines')
  return (
    <Form method="post" className="flex flex-col gap-4" aria-label={t.orders.partConfirmTitle}>
      <ul className="flex flex-col gap-2 text-sm">
        {chosen.map(({ number, quantity, refund }) => (
          <li key={number} className="flex justify-between gap-4">
            <span className="min-w-0 break-words">
              {nameOf(lines.find((each) => each.number === number)!)}{' '}
              <span className="num text-quiet">{t.orders.quantity(quantity)}</span>
            </span>
            <Price amount={refund} />
            <input type="hidden" name={fieldOf(number)} value={quantity} />
          </li>
        ))}
      </ul>
      <p className="flex items-baseline justify-between gap-4 border-t border-ink pt-3 font-bold">
        <span>{t.orders.partRefund}</span>
        <Price amount={chosen.reduce((sum, each) => sum + each.refund, 0)} />
      </p>
      {!needsAccount && <p className="text-sm text-quiet">{t.orders.partRefundHint}</p>}
      <input type="hidden" name="intent" value="cancel-lines" />
      <input type="hidden" name="key" value={idempotencyKey} />
      <CancelReason error={error('reason')} />
      {needsAccount && <RefundAccountFields error={error} value={value} />}
      <Button look="danger" busy={pending && t.orders.canceling}>
        {t.orders.partConfirm}
      </Button>
      <Link to={`/orders/${orderId}`} preventScrollReset className={pressable('plain', 'medium', 'w-full')}>
        {t.orders.partBack}
      </Link>
    </Form>
  )
}

/** Canceling some units of a paid order: they are chosen, then what is refunded for them is confirmed. */
export const PartCancelForm = (props: Props) => {
  const { t } = useText()
  const { refusal } = useRefusal(props.answer)
  const box = useFormFocus(refusal)
  const confirms = props.chosen.length > 0
  return (
    <details className="group" open={confirms || props.asked || undefined}>
      <summary className={pressable('plain', 'medium', 'w-full')}>{t.orders.partCancel}</summary>
      <div ref={box} className="mt-3 flex flex-col gap-4 rounded-lg border border-line p-5">
        <Refused refusal={refusal} />
        <h2 className="text-lg">{confirms ? t.orders.partConfirmTitle : t.orders.partTitle}</h2>
        {confirms ? <Confirm {...props} /> : <Choose lines={props.lines} asked={props.asked} />}
      </div>
    </details>
  )
}
