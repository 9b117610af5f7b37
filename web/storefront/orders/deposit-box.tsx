import { useState, type ReactNode } from 'react'
import type { VirtualAccount } from '#services/payment/contract.ts'
import { momentText } from '../../shared/i18n/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { Price } from '../kit/price.tsx'

interface Props {
  /** Null while it cannot be told. */
  readonly account: VirtualAccount | null
  readonly amount: number
  readonly dueAt: string
}

/** What to pay where until when, with the number to copy. */
export const DepositBox = ({ account, amount, dueAt }: Props) => {
  const { t, locale } = useText()
  return (
    <section aria-label={t.deposit.account} className="rounded-lg border border-juhong p-5 text-left">
      <h2 className="text-lg">{t.deposit.account}</h2>
      {account ? (
        <dl className="mt-3 flex flex-col gap-2">
          <Row name={t.deposit.bank}>{account.bankName[locale]}</Row>
          <Row name={t.deposit.number}>
            <span className="flex flex-wrap items-center justify-end gap-x-3 gap-y-1">
              <span className="num text-lg font-bold break-all">{account.accountNumber}</span>
              <CopyButton text={account.accountNumber} />
            </span>
          </Row>
          <Row name={t.deposit.holder}>{account.holderName}</Row>
          <Row name={t.deposit.amount}>
            <Price amount={amount} className="text-lg font-bold" />
          </Row>
          <Row name={t.deposit.due}>
            <span className="num font-bold text-juhong">{momentText(dueAt)}</span>
          </Row>
        </dl>
      ) : (
        <p role="alert" className="mt-3">
          {t.deposit.unknown}
        </p>
      )}
      <p className="mt-4 border-t border-line pt-3 text-sm text-quiet">{t.deposit.exact}</p>
    </section>
  )
}

const Row = ({ name, children }: { name: string; children: ReactNode }) => (
  <div className="flex items-baseline justify-between gap-4">
    <dt className="shrink-0 text-quiet">{name}</dt>
    <dd className="min-w-0 text-right">{children}</dd>
  </div>
)

/** Copies the number, and says whether it did: browsers allow it only in safe surroundings. */
const CopyButton = ({ text }: { text: string }) => {
  const { t } = useText()
  const [said, setSaid] = useState<string>()
  const copy = async (): Promise<void> => {
    setSaid(undefined)
    const done = await Promise.resolve()
      .then(() => navigator.clipboard.writeText(text))
      .then(
        () => true,
        () => false,
      )
    setSaid(done ? t.deposit.copied : t.deposit.notCopied)
  }
  return (
    <>
      <Button type="button" look="plain" size="small" aria-label={t.deposit.copyNumber} onClick={() => void copy()}>
        {t.deposit.copy}
      </Button>
      <span role="status" className={said ? 'w-full text-sm text-quiet' : 'sr-only'}>
        {said}
      </span>
    </>
  )
}
