import { NavLink } from 'react-router'
import { useText } from '../../shared/i18n/index.ts'
import { Icon } from '../../shared/ui/icons.tsx'

interface Place {
  readonly to: string
  readonly icon: 'home' | 'list' | 'cart' | 'person'
  readonly label: string
  readonly name?: string
}

/** The four places a thumb goes to on a phone. */
export const BottomBar = ({ inCart, signedIn }: { inCart: number; signedIn: boolean }) => {
  const { t } = useText()
  const places: readonly Place[] = [
    { to: '/', icon: 'home', label: t.nav.home },
    { to: '/products', icon: 'list', label: t.nav.all },
    { to: '/cart', icon: 'cart', label: t.nav.cart, name: inCart ? t.nav.cartWith(inCart) : t.nav.cart },
    signedIn ? { to: '/me', icon: 'person', label: t.nav.me } : { to: '/sign-in', icon: 'person', label: t.nav.signIn },
  ]
  return (
    <nav
      aria-label={t.a11y.bottomNav}
      data-bottom-bar
      className="sticky bottom-0 z-30 border-t border-line bg-white pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      <ul className="grid grid-cols-4">
        {places.map((place) => (
          <li key={place.to}>
            <NavLink
              to={place.to}
              end={place.to !== '/me'}
              aria-label={place.name}
              className={({ isActive }) =>
                `relative flex h-14 flex-col items-center justify-center gap-0.5 text-xs ${isActive ? 'font-bold text-jjok' : 'text-quiet'}`
              }
            >
              <Icon name={place.icon} />
              {place.label}
              {place.to === '/cart' && inCart > 0 && (
                <span
                  aria-hidden="true"
                  data-count={inCart > 99 ? '99+' : inCart}
                  className="num absolute top-1.5 left-[calc(50%+0.4rem)] flex h-4 min-w-4 items-center justify-center rounded-full bg-juhong px-1 text-[0.6875rem] font-bold text-white before:content-[attr(data-count)]"
                />
              )}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  )
}
