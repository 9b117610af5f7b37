import { Link } from 'react-router'
import { useText } from '../../shared/i18n/index.ts'
import { nameOf, type Category } from './categories.ts'

/** The way down from the front page to where the reader stands. */
export const Breadcrumb = ({ path }: { path: readonly Pick<Category, 'id' | 'name' | 'nameEn'>[] }) => {
  const { t, locale } = useText()
  if (path.length === 0) return <div className="pt-2 md:pt-4" />
  const steps = [
    { to: '/', name: t.nav.home },
    ...path.map((each) => ({ to: `/products?category=${each.id}`, name: nameOf(each, locale) })),
  ]
  return (
    <nav aria-label={t.a11y.breadcrumb} className="pt-5 text-sm text-quiet md:pt-8">
      <ol className="flex flex-wrap items-center gap-x-2">
        {steps.map((step, at) => (
          <li key={step.to} className="flex items-center gap-2">
            {at > 0 && (
              <span aria-hidden="true" className="text-edge">
                /
              </span>
            )}
            <Link to={step.to} className="py-1 hover:text-ink hover:underline">
              {step.name}
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  )
}
