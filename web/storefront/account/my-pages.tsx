import type { ReactNode } from 'react'
import { NavLink, useRouteLoaderData } from 'react-router'
import { useText } from '../../shared/i18n/index.ts'
import type { loader } from '../../root.tsx'
import { SignOut } from '../../shared/sign-out.tsx'

/** The frame of a member's own pages: where else they can go, and the way out. */
export const MyPages = ({ children }: { children: ReactNode }) => {
  const { t } = useText()
  const staff = useRouteLoaderData<typeof loader>('root')?.member?.staff
  const places = [
    { to: '/orders', name: t.nav.orders },
    { to: '/notifications', name: t.nav.notifications },
    { to: '/me', name: t.nav.me },
    { to: '/me/addresses', name: t.addresses.title },
  ]
  const look = 'flex h-11 items-center whitespace-nowrap px-3 lg:px-0'
  return (
    <div className="wrap lg:grid lg:grid-cols-[11rem_1fr] lg:gap-14">
      <nav
        aria-label={t.a11y.myNav}
        className="-mx-4 overflow-x-auto border-b border-line [scrollbar-width:none] lg:mx-0 lg:border-0 lg:pt-10"
      >
        <ul className="flex px-1 lg:flex-col lg:px-0">
          {places.map((place) => (
            <li key={place.to}>
              <NavLink
                to={place.to}
                end
                className={({ isActive }) =>
                  `${look} ${isActive ? 'font-bold text-jjok' : 'text-quiet hover:text-ink'}`
                }
              >
                {place.name}
              </NavLink>
            </li>
          ))}
          {staff && (
            <li>
              <NavLink to="/console" className={`${look} text-quiet hover:text-ink`}>
                {t.nav.console}
              </NavLink>
            </li>
          )}
          <li>
            <SignOut className={`${look} text-quiet hover:text-ink`} />
          </li>
        </ul>
      </nav>
      <div className="min-w-0">{children}</div>
    </div>
  )
}
