import { Form, Link, redirect, useLoaderData } from 'react-router'
import { useText } from '../../shared/i18n/index.ts'
import { Button, pressable } from '../../shared/ui/button.tsx'
import { Tick } from '../../shared/ui/field.tsx'
import { PageTitle } from '../../shared/ui/heading.tsx'
import { Empty, Notice } from '../../shared/ui/notice.tsx'
import { AddressFields, AddressLines } from './address-fields.tsx'
import { Refused, useFormFocus, usePending, useRefusal } from '../../shared/form.tsx'
import { titled } from '../layout/meta.ts'
import { MyPages } from './my-pages.tsx'
import { typedAddress } from './address.server.ts'
import { act, load, membersOnly, text } from '../../shared/server/page.server.ts'

export const loader = load(async (visit) => {
  membersOnly(visit)
  const { shop, url } = visit
  const { items } = await shop.member.addresses({})
  const wanted = url.searchParams.get('edit')
  const done = url.searchParams.get('done')
  return { items, adding: wanted === 'new', editing: items.find((each) => each.id === wanted) ?? null, done }
})

export const action = act(async (visit) => {
  membersOnly(visit)
  const { shop, form } = visit
  const id = text(form, 'id')
  if (form.get('intent') === 'remove') {
    await shop.member.deleteAddress({ id })
    throw redirect('/me/addresses?done=removed')
  }
  const address = { ...typedAddress(form), isDefault: form.get('isDefault') === 'on' }
  if (id) await shop.member.updateAddress({ id, ...address })
  else await shop.member.addAddress(address)
  throw redirect('/me/addresses?done=saved')
})

export const meta = titled((t) => t.addresses.title)

export default function Addresses() {
  const { items, adding, editing, done } = useLoaderData<typeof loader>()
  const { t } = useText()
  return (
    <MyPages>
      <PageTitle
        aside={
          !adding &&
          !editing && (
            <Link to="?edit=new" className={pressable('plain', 'small')}>
              {t.addresses.add}
            </Link>
          )
        }
      >
        {t.addresses.title}
      </PageTitle>
      {done && (
        <div className="mb-5">
          <Notice tone="good" role="status">
            {done === 'removed' ? t.addresses.removed : t.addresses.saved}
          </Notice>
        </div>
      )}
      {adding || editing ? (
        <Edit key={editing?.id ?? 'new'} address={editing} />
      ) : items.length === 0 ? (
        <Empty title={t.addresses.empty} hint={t.addresses.emptyHint} />
      ) : (
        <ul className="border-t border-ink">
          {items.map((address) => (
            <li
              key={address.id}
              className="flex flex-wrap items-center justify-between gap-4 border-b border-line py-5"
            >
              <div className="min-w-0">
                {address.isDefault && <p className="mb-1 text-sm font-bold text-jjok">{t.addresses.isDefault}</p>}
                <AddressLines address={address} />
              </div>
              <div className="flex gap-2">
                <Link
                  to={`?edit=${address.id}`}
                  aria-label={t.addresses.editNamed(address.recipient)}
                  className={pressable('plain', 'small')}
                >
                  {t.addresses.edit}
                </Link>
                <Form method="post">
                  <input type="hidden" name="id" value={address.id} />
                  <Button
                    name="intent"
                    value="remove"
                    look="quiet"
                    size="small"
                    aria-label={t.addresses.removeNamed(address.recipient)}
                  >
                    {t.cart.remove}
                  </Button>
                </Form>
              </div>
            </li>
          ))}
        </ul>
      )}
    </MyPages>
  )
}

const Edit = ({ address }: { address: ReturnType<typeof useLoaderData<typeof loader>>['editing'] }) => {
  const { t } = useText()
  const { refusal, error, value } = useRefusal()
  const box = useFormFocus(refusal)
  const pending = usePending()
  return (
    <div ref={box} className="flex max-w-xl flex-col gap-5">
      <Refused refusal={refusal} />
      <Form method="post" noValidate className="flex flex-col gap-5">
        <input type="hidden" name="id" value={address?.id ?? ''} />
        <AddressFields known={address ?? undefined} error={error} value={value} />
        <Tick name="isDefault" defaultChecked={address?.isDefault ?? false}>
          {t.addresses.makeDefault}
        </Tick>
        <div className="flex gap-3">
          <Button busy={pending && t.me.saving}>{t.me.save}</Button>
          <Link to="/me/addresses" className={pressable('plain')}>
            {t.addresses.cancel}
          </Link>
        </div>
      </Form>
    </div>
  )
}
