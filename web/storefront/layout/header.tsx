import { Link, NavLink, useLocation, useSearchParams } from 'react-router'
import { useText } from '../../shared/i18n/index.ts'
import { Awning, Icon } from '../../shared/ui/icons.tsx'
import { below, nameOf, type Category } from '../catalog/categories.ts'
import { LanguageSwitch } from '../../shared/language-switch.tsx'
import { SearchBox } from './search-box.tsx'

interface Props {
  readonly categories: readonly Category[]
  readonly member: { readonly name: string | null } | null
  readonly inCart: number
  readonly unread: number
}

/** The sign above the market: name, search, the way to one's own things, and the row of stalls. */
export const Header = ({ categories, member, inCart, unread }: Props) => {
  const { t } = useText()
  return (
    <header className="border-b border-line bg-white">
      <div className="wrap flex flex-wrap items-center gap-x-8 gap-y-3 pt-3 pb-3 md:flex-nowrap md:pt-5 md:pb-4">
        <Link to="/" className="flex items-center gap-2" aria-label={t.shop.name}>
          <Awning className="h-7 w-8" />
          <span className="text-[1.625rem] leading-none font-extrabold tracking-[-0.05em] text-jjok">
            {t.shop.name}
          </span>
        </Link>
        <div className="order-3 w-full md:order-none md:mx-auto md:max-w-lg">
          <SearchBox />
        </div>
        <nav aria-label={t.a11y.accountNav} className="ml-auto md:ml-0">
          <ul className="flex items-center gap-1 text-sm">
            <li className="hidden md:block">
              <LanguageSwitch />
            </li>
            {member ? (
              <>
                <li>
                  <Own
                    to="/notifications"
                    icon="bell"
                    count={unread}
                    label={unread ? t.nav.unread(unread) : t.nav.notifications}
                  />
                </li>
                <li className="hidden md:block">
                  <Own to="/me" icon="person" label={t.nav.me} />
                </li>
              </>
            ) : (
              <li>
                <SignIn />
              </li>
            )}
            <li className="hidden md:block">
              <Own to="/cart" icon="cart" count={inCart} label={inCart ? t.nav.cartWith(inCart) : t.nav.cart} />
            </li>
          </ul>
        </nav>
      </div>
      <Stalls categories={categories} />
    </header>
  )
}

const Own = ({
  to,
  icon,
  label,
  count = 0,
}: {
  to: string
  icon: 'bell' | 'person' | 'cart'
  label: string
  count?: number
}) => (
  <Link
    to={to}
    aria-label={label}
    title={label}
    className="relative flex size-11 items-center justify-center rounded hover:bg-mist"
  >
    <Icon name={icon} />
    {count > 0 && (
      <span
        aria-hidden="true"
        data-count={count > 99 ? '99+' : count}
        className="num absolute top-1 right-0.5 flex h-4.5 min-w-4.5 items-center justify-center rounded-full bg-juhong px-1 text-[0.6875rem] font-bold text-white before:content-[attr(data-count)]"
      />
    )}
  </Link>
)

const SignIn = () => {
  const { t } = useText()
  const { pathname, search } = useLocation()
  const away = pathname.startsWith('/sign-') || pathname === '/'
  return (
    <Link
      to={away ? '/sign-in' : `/sign-in?next=${encodeURIComponent(pathname + search)}`}
      className="flex h-11 items-center rounded px-3 font-semibold hover:bg-mist"
    >
      {t.nav.signIn}
    </Link>
  )
}

const Stalls = ({ categories }: { categories: readonly Category[] }) => {
  const { t, locale } = useText()
  const [search] = useSearchParams()
  const { pathname } = useLocation()
  const chosen = pathname === '/products' ? search.get('category') : undefined
  const here = (id: string | null): boolean => pathname === '/products' && !search.get('q') && chosen === id
  const look = (active: boolean): string =>
    `flex h-11 items-center border-b-2 px-3 whitespace-nowrap ${active ? 'border-jjok font-bold text-jjok' : 'border-transparent hover:border-edge'}`
  return (
    <nav aria-label={t.a11y.mainNav} className="wrap overflow-x-auto px-1! [scrollbar-width:none] md:px-5!">
      <ul className="flex">
        <li>
          <NavLink to="/products" end className={look(here(null))} aria-current={here(null) ? 'page' : undefined}>
            {t.nav.all}
          </NavLink>
        </li>
        {below(categories, null).map((each) => (
          <li key={each.id}>
            <Link
              to={`/products?category=${each.id}`}
              className={look(here(each.id))}
              aria-current={here(each.id) ? 'page' : undefined}
            >
              {nameOf(each, locale)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
