import type { ProductDetail } from '#services/catalog/contract.ts'
import { useText } from '../../shared/i18n/index.ts'

/** What a row is called, beside the rows, so that a fact is added in this file alone. */
const names = {
  ko: {
    name: '품명 및 모델명',
    brand: '제조자·브랜드',
    options: '선택 사양',
    seller: '판매자',
    service: 'A/S 책임자와 연락처',
    tax: '가격',
    taxValue: '부가가치세 포함',
  },
  en: {
    name: 'Name and model',
    brand: 'Maker or brand',
    options: 'Choices',
    seller: 'Sold by',
    service: 'Service contact',
    tax: 'Price',
    taxValue: 'VAT included',
  },
}

/** What the seller must tell of a product, and how it comes and goes back. */
export const ProductFacts = ({ product }: { product: ProductDetail }) => {
  const { locale, t } = useText()
  const n = names[locale]
  const rows = [
    [n.name, product.name],
    [n.brand, product.brand ?? t.footer.company],
    ...product.options.map(({ name, values }) => [`${n.options} · ${name}`, values.join(', ')]),
    [n.tax, n.taxValue],
    [n.seller, t.footer.company],
    [n.service, `${t.footer.company} · ${t.footer.rows[4]?.[1] ?? ''}`],
  ]
  return (
    <div className="mt-12 grid gap-12 border-t border-line pt-10 md:mt-20 md:grid-cols-2 md:gap-16 md:pt-14">
      <section>
        <h2 className="text-xl">{t.product.description}</h2>
        <p lang="ko" className="prose-ko mt-4">
          {product.description}
        </p>
      </section>
      <div className="flex flex-col gap-10">
        <section>
          <h2 className="text-lg">{t.product.disclosure}</h2>
          <dl className="mt-3 border-t border-ink text-sm">
            {rows.map(([name, value]) => (
              <div key={name} className="grid grid-cols-[9rem_1fr] gap-4 border-b border-line py-2.5">
                <dt className="text-quiet">{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </section>
        <section>
          <h2 className="text-lg">{t.product.delivery}</h2>
          <ul className="mt-3 flex list-disc flex-col gap-1.5 pl-5 text-sm text-quiet">
            {t.product.deliveryLines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <p className="mt-3 text-sm text-quiet">{t.product.intermediary}</p>
        </section>
      </div>
    </div>
  )
}
