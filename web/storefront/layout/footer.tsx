import { Link } from 'react-router'
import { useText } from '../../shared/i18n/index.ts'
import { LanguageSwitch } from '../../shared/language-switch.tsx'

/** Who sells here, as the e-commerce act has every page say. */
export const Footer = () => {
  const { t } = useText()
  return (
    <footer aria-label={t.a11y.footer} className="border-t border-line bg-paper text-sm text-quiet">
      <div className="wrap flex flex-col gap-6 py-10">
        <div className="flex flex-wrap items-center justify-between gap-4">
          <ul className="flex flex-wrap gap-x-6 gap-y-2 font-semibold text-ink">
            <li>
              <Link to="/about/terms" className="hover:underline">
                {t.footer.terms}
              </Link>
            </li>
            <li>
              <Link to="/about/privacy" className="hover:underline">
                {t.footer.privacy}
              </Link>
            </li>
            <li>
              <Link to="/about/refunds" className="hover:underline">
                {t.footer.refunds}
              </Link>
            </li>
          </ul>
          <div className="md:hidden">
            <LanguageSwitch />
          </div>
        </div>
        <div>
          <p className="font-semibold text-ink">{t.footer.company}</p>
          <dl aria-label={t.footer.rowsLabel} className="mt-2 flex flex-wrap gap-x-5 gap-y-1">
            {t.footer.rows.map(([name, value]) => (
              <div key={name} className="flex gap-1.5">
                <dt>{name}</dt>
                <dd className="text-ink">{value}</dd>
              </div>
            ))}
          </dl>
          <p className="mt-3">{t.footer.seller}</p>
        </div>
      </div>
    </footer>
  )
}
