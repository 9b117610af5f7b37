import type { ReactNode } from 'react'
import { Link, NavLink } from 'react-router'
import type { StaffRole } from '#kernel/contract.ts'
import { LanguageSwitch } from '../../shared/language-switch.tsx'
import { SignOut } from '../../shared/sign-out.tsx'
import { OVERVIEW, placesFor } from './menu.ts'
import { consoleWords, useWords } from './words/index.ts'
import { useText } from '../../shared/i18n/index.ts'

/** What stands around every page of the console: its name, the way to other pages, and the way out. */
export const ConsoleFrame = ({ roles, children }: { roles: readonly StaffRole[]; children: ReactNode }) => {
  const words = useWords(consoleWords)
  const { locale } = useText()
  return (
    <>
      <header className="bg-ink text-white">
        <div className="flex flex-wrap items-center gap-x-4 px-4 md:px-6">
          <Link to="/console" className="flex h-14 items-center text-lg font-extrabold tracking-tight">
            {words.name}
          </Link>
          <ul className="ml-auto flex items-center gap-1 text-sm [&_button]:text-white! [&_button:hover]:text-ink!">
            <li>
              <LanguageSwitch />
            </li>
            <li className="hidden sm:block">
              <Link to="/" className="flex h-11 items-center rounded px-3 hover:bg-white hover:text-ink">
                {words.shop}
              </Link>
            </li>
            <li>
              <SignOut className="h-11 rounded px-3 hover:bg-white" />
            </li>
          </ul>
        </div>
      </header>
      <div className="grow lg:grid lg:grid-cols-[13rem_minmax(0,1fr)]">
        {roles.length > 0 && (
          <nav
            aria-label={words.nav}
            className="overflow-x-auto border-b border-line bg-paper [scrollbar-width:none] lg:border-r lg:border-b-0"
          >
            <ul className="flex px-1 lg:sticky lg:top-0 lg:flex-col lg:px-3 lg:py-5">
              {placesFor(roles).map((place) => (
                <li key={place.to}>
                  <NavLink
                    to={place.to}
                    end={place.to === OVERVIEW}
                    className={({ isActive }) =>
                      `flex h-11 items-center rounded px-3 whitespace-nowrap ${isActive ? 'bg-jjok-soft font-bold text-jjok' : 'text-ink hover:bg-mist'}`
                    }
                  >
                    {place.name[locale]}
                  </NavLink>
                </li>
              ))}
            </ul>
          </nav>
        )}
        <main id="main" tabIndex={-1} className="min-w-0 px-4 pb-16 outline-none md:px-8 lg:col-start-2">
          {children}
        </main>
      </div>
    </>
  )
}
