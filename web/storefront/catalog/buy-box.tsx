import { useId, useState, type FormEvent } from 'react'
import { Form, useSubmit } from 'react-router'
import type { ProductDetail } from '#services/catalog/contract.ts'
import { priceText } from '../../shared/i18n/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { FieldError } from '../../shared/ui/field.tsx'
import { Notice } from '../../shared/ui/notice.tsx'
import type { Refusal } from '../../shared/server/page.server.ts'
import { forcedChoice, sellable, skuOf, type Choice } from './choice.ts'
import { useFormFocus, usePending } from '../../shared/form.tsx'
import { Price } from '../kit/price.tsx'
import { Stepper } from '../kit/stepper.tsx'

/** Choosing and buying: price, options, how many, and the two ways on. */
export const BuyBox = ({ product, refusal }: { product: ProductDetail; refusal: Refusal | undefined }) => {
  const { t, locale } = useText()
  const [choice, choose] = useState<Choice>(() => forcedChoice(product))
  const [quantity, setQuantity] = useState(1)
  const box = useFormFocus(refusal)
  const adding = usePending('cart')
  const buying = usePending('buy')
  const sku = skuOf(product, choice)
  const submit = useSubmit()
  // Filling the cart leaves the reader where they are; buying leads to a page that begins at its top.
  const send = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const { submitter } = event.nativeEvent as SubmitEvent
    const stays = submitter instanceof HTMLButtonElement && submitter.value === 'cart'
    void submit(submitter instanceof HTMLButtonElement ? submitter : event.currentTarget, { preventScrollReset: stays })
  }
  const prices = new Set(product.skus.map((each) => each.price))
  const price = sku?.price ?? product.price
  // A note about a field that has been mended since is out of date.
  const error = (name: string): string | undefined =>
    sku && !sku.soldOut ? undefined : refusal?.problem.fields[`option.${name}`]

  return (
    <div ref={box}>
      <p className="mt-4 text-2xl font-bold">
        {!sku && prices.size > 1 ? (
          <span className="num">{t.product.from(priceText(price, locale))}</span>
        ) : (
          <Price amount={price} />
        )}
      </p>
      {product.soldOut ? (
        <div className="mt-6">
          <Notice>{t.product.soldOutLong}</Notice>
        </div>
      ) : (
        <Form method="post" onSubmit={send} className="mt-6 flex flex-col gap-6 border-t border-line pt-6">
          {product.options.map(({ name, values }) => (
            <OptionGroup
              key={name}
              name={name}
              values={values}
              chosen={choice[name]}
              soldOut={(value) => !sellable(product, choice, name, value)}
              onChoose={(value) => choose((before) => ({ ...before, [name]: value }))}
              error={error(name)}
            />
          ))}
          <div className="flex items-center justify-between">
            <span className="text-sm font-semibold">{t.product.quantity}</span>
            <Stepper value={quantity} onChange={setQuantity} label={t.product.quantity} />
          </div>
          <p className="flex items-baseline justify-between border-t border-line pt-5">
            <span className="text-sm text-quiet">{t.product.total}</span>
            <output className="text-xl font-bold">{sku ? <Price amount={sku.price * quantity} /> : '—'}</output>
          </p>
          {refusal && Object.keys(refusal.problem.fields).length === 0 && (
            <Notice tone="bad" role="alert" tabIndex={-1}>
              {refusal.problem.message}
            </Notice>
          )}
          <div className="sticky bottom-14 z-20 -mx-4 grid grid-cols-2 gap-2.5 border-t border-line bg-white px-4 py-3 md:static md:mx-0 md:border-0 md:p-0">
            <Button name="intent" value="cart" look="plain" size="large" busy={adding && t.product.adding}>
              {t.product.addToCart}
            </Button>
            <Button name="intent" value="buy" size="large" busy={buying && t.product.buyNow}>
              {t.product.buyNow}
            </Button>
          </div>
        </Form>
      )}
    </div>
  )
}

interface GroupProps {
  readonly name: string
  readonly values: readonly string[]
  readonly chosen: string | undefined
  readonly soldOut: (value: string) => boolean
  readonly onChoose: (value: string) => void
  readonly error: string | undefined
}

/** One option as a row of radio buttons that look like tags. What is sold out says so and cannot be chosen. */
const OptionGroup = ({ name, values, chosen, soldOut, onChoose, error }: GroupProps) => {
  const { t } = useText()
  const errorId = useId()
  return (
    <fieldset aria-describedby={error ? errorId : undefined}>
      <legend className="mb-2 text-sm font-semibold">
        {name}
        {chosen && <span className="ml-2 font-normal text-quiet">{chosen}</span>}
      </legend>
      <div className="flex flex-wrap gap-2">
        {values.map((value) => {
          const out = soldOut(value)
          return (
            <label
              key={value}
              data-invalid={error ? true : undefined}
              className="relative flex min-h-11 min-w-14 items-center justify-center rounded border border-edge px-4 has-checked:border-jjok has-checked:bg-jjok-soft has-checked:font-bold has-checked:text-jjok-deep has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-jjok has-disabled:cursor-not-allowed has-disabled:border-line has-disabled:bg-mist has-disabled:text-quiet data-invalid:border-juhong"
            >
              <input
                type="radio"
                name={`option.${name}`}
                value={value}
                checked={chosen === value}
                disabled={out}
                onChange={() => onChoose(value)}
                aria-label={out ? t.product.optionSoldOut(value) : undefined}
                className="absolute inset-0 cursor-[inherit] appearance-none opacity-0"
              />
              <span className={out ? 'line-through decoration-edge' : ''}>{value}</span>
              {out && <span className="ml-1.5 text-xs">{t.product.soldOut}</span>}
            </label>
          )
        })}
      </div>
      <FieldError id={errorId} error={error} />
    </fieldset>
  )
}
