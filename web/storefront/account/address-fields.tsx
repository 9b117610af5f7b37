import { Link } from 'react-router'
import type { ShippingAddress } from '#services/member/contract.ts'
import { phoneText } from '#kernel/text/phone.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Field, TextArea } from '../../shared/ui/field.tsx'
import { PhoneField } from './phone-field.tsx'

interface Props {
  /** What the fields' names begin with: `shippingAddress.` in an order, nothing in the address book. */
  readonly prefix?: string
  readonly known?: Partial<ShippingAddress> | undefined
  readonly error: (field: string) => string | undefined
  readonly value: (field: string) => string | undefined
  readonly memo?: boolean
}

/** The fields of a Korean address. */
export const AddressFields = ({ prefix = '', known, error, value, memo = true }: Props) => {
  const { t } = useText()
  const field = (name: keyof ShippingAddress) => ({
    name: `${prefix}${name}`,
    error: error(`${prefix}${name}`),
    defaultValue: value(`${prefix}${name}`) ?? known?.[name],
  })
  return (
    <div className="grid gap-5 sm:grid-cols-2">
      <Field label={t.checkout.recipient} autoComplete="name" maxLength={60} required {...field('recipient')} />
      <PhoneField
        label={t.checkout.phone}
        hint={t.checkout.phoneHint}
        required
        name={`${prefix}phone`}
        error={error(`${prefix}phone`)}
        typed={value(`${prefix}phone`)}
        stored={known?.phone}
      />
      <Field
        label={t.checkout.postcode}
        hint={t.checkout.postcodeHint}
        autoComplete="postal-code"
        inputMode="numeric"
        maxLength={5}
        required
        {...field('postcode')}
      />
      <Field
        label={t.checkout.address1}
        hint={t.checkout.address1Hint}
        autoComplete="address-line1"
        maxLength={200}
        required
        className="sm:col-span-2"
        {...field('address1')}
      />
      <Field
        label={t.checkout.address2}
        hint={t.checkout.address2Hint}
        autoComplete="address-line2"
        maxLength={200}
        className="sm:col-span-2"
        {...field('address2')}
      />
      {memo && (
        <TextArea
          label={t.checkout.memo}
          hint={t.checkout.memoHint}
          autoComplete="off"
          rows={2}
          maxLength={200}
          className="sm:col-span-2"
          {...field('memo')}
        />
      )}
    </div>
  )
}

/** An address in a few lines. */
export const AddressLines = ({ address }: { address: ShippingAddress }) => (
  <address className="not-italic">
    <span className="block font-semibold">
      {address.recipient}
      <span className="num ml-2 font-normal text-quiet">{phoneText(address.phone)}</span>
    </span>
    <span className="block">
      <span className="num">({address.postcode})</span> {address.address1} {address.address2}
    </span>
    {address.memo && <span className="block text-sm whitespace-pre-line text-quiet">{address.memo}</span>}
  </address>
)

/** What is wrong with a stored address that today's rules would refuse, and where to put it right. */
export const AddressProblem = ({ id, error }: { id: string; error: (field: string) => string | undefined }) => {
  const { t } = useText()
  const wrong = ['recipient', 'phone', 'postcode', 'address1', 'address2', 'memo'].flatMap(
    (each) => error(`shippingAddress.${each}`) ?? [],
  )
  return wrong.length === 0 ? null : (
    <p role="alert" className="pt-3 text-sm font-medium text-juhong">
      {wrong.join(' ')}{' '}
      <Link to={`/me/addresses?edit=${id}`} className="underline underline-offset-4">
        {t.addresses.edit}
      </Link>
    </p>
  )
}
