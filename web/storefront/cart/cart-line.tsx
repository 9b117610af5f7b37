import { Link, useFetcher } from 'react-router'
import type { Cart } from '#services/cart/contract.ts'
import { momentText, optionsText, priceText, timeText } from '../../shared/i18n/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { Notice } from '../../shared/ui/notice.tsx'
import type { HeldUnits } from '../checkout/unpaid.server.ts'
import type { Wish } from './cart-writes.ts'
import { refused } from '../../shared/form.tsx'
import { Picture } from '../kit/picture.tsx'
import { Price } from '../kit/price.tsx'
import { Stepper } from '../kit/stepper.tsx'

interface Props {
  readonly item: Cart['items'][number] & {
    /** What an unpaid order of the same buyer holds of it. */
    readonly held: HeldUnits | undefined
    /** Whether it can be ordered, be it by changing that order. */
    readonly orderable: boolean
  }
  /** What was asked for and may not be saved yet. */
  readonly wish: Wish | undefined
  readonly onWish: (wish: Wish) => void
  /** Called before it is taken out; resolves once nothing about the cart is under way. */
  readonly onRemove: () => Promise<unknown>
}

/** One thing in the cart, as part of the cart's one form. */
export const CartLine = ({ item, wish, onWish, onRemove }: Props) => {
  const { t, locale } = useText()
  const removal = useFetcher()
  const removing = removal.state !== 'idle'
  const problem = refused(removal.data) ? removal.data.problem : undefined
  const { skuId, held, orderable } = item
  const quantity = wish?.quantity ?? item.quantity
  const chosen = wish?.chosen ?? item.chosen
  const name = [item.productName, optionsText(item.options)].filter(Boolean).join(', ')
  const remove = async (): Promise<void> => {
    await onRemove()
    await removal.submit({ remove: skuId }, { method: 'post', action: '/cart' })
  }

  return (
    <li className={`flex gap-3 border-b border-line py-5 md:gap-4 ${removing ? 'opacity-40' : ''}`}>
      <label className="-m-2 flex size-9 shrink-0 items-start justify-center p-2">
        <input
          type="checkbox"
          name="chosen"
          value={skuId}
          aria-label={t.cart.choose(name)}
          checked={orderable && chosen}
          disabled={!orderable}
          onChange={(event) => onWish({ chosen: event.target.checked })}
          className="size-5 accent-jjok"
        />
      </label>
      {orderable && <input type="hidden" name="line" value={skuId} />}
      <input type="hidden" name={`was.${skuId}`} value={item.quantity} />
      <Link
        to={`/products/${item.productId}`}
        tabIndex={-1}
        aria-hidden="true"
        className="w-20 shrink-0 overflow-hidden rounded sm:w-24 md:w-28"
      >
        <Picture url={item.imageUrl} className={orderable ? '' : 'opacity-45'} />
      </Link>
      <div className="flex min-w-0 grow flex-col gap-1">
        <div className="flex items-start justify-between gap-3">
          <Link to={`/products/${item.productId}`} className="font-semibold hover:underline">
            {item.productName}
          </Link>
          <Button
            name="remove"
            value={skuId}
            look="quiet"
            size="small"
            aria-label={t.cart.removeNamed(name)}
            busy={removing && t.cart.remove}
            onClick={(event) => {
              event.preventDefault()
              void remove()
            }}
            className="-mt-1.5 -mr-3 shrink-0 font-normal! text-quiet"
          >
            {t.cart.remove}
          </Button>
        </div>
        <p className="text-sm text-quiet">
          {optionsText(item.options)}
          {item.quantity > 1 && <span className="num ml-2">{t.cart.each(priceText(item.unitPrice, locale))}</span>}
        </p>
        {held && <Held held={held} name={name} />}
        {!orderable && !held && (
          <p className="text-sm font-medium text-juhong">{item.onSale ? t.cart.unavailable : t.cart.stopped}</p>
        )}
        {problem && (
          <Notice tone="bad" role="alert">
            {problem.message}
          </Notice>
        )}
        <div className="mt-auto flex flex-wrap items-center justify-between gap-3 pt-2">
          <div className={`flex items-center gap-2 ${item.onSale || held ? '' : 'hidden'}`}>
            <Stepper
              compact
              name={`quantity.${skuId}`}
              value={quantity}
              onChange={(value) => onWish({ quantity: value })}
              label={t.cart.quantityOf(name)}
            />
            <noscript>
              <Button name="intent" value="save" look="plain" size="small">
                {t.cart.change}
              </Button>
            </noscript>
          </div>
          <p className={`text-lg font-bold ${orderable ? '' : 'text-quiet line-through'}`}>
            <Price amount={item.unitPrice * quantity} />
          </p>
        </div>
      </div>
    </li>
  )
}

/** What an unpaid order holds of it, and the way there. */
const Held = ({ held, name }: { held: HeldUnits; name: string }) => {
  const { t } = useText()
  const { status, quantity, payBefore, orderId } = held
  const open = status === 'PENDING_PAYMENT'
  return (
    <p className="text-sm font-medium text-jjok">
      {open
        ? t.cart.held(quantity, timeText(payBefore))
        : status === 'AWAITING_DEPOSIT'
          ? t.cart.heldForDeposit(quantity, momentText(payBefore))
          : t.cart.heldWhilePaying(quantity)}{' '}
      <Link
        to={open ? `/checkout/pay/${orderId}` : `/orders/${orderId}`}
        aria-label={open ? t.cart.payHeldFor(name) : t.cart.seeHeldFor(name)}
        className="inline-block py-1 font-bold underline underline-offset-4"
      >
        {open ? t.cart.payHeld : t.cart.seeHeld}
      </Link>
    </p>
  )
}
