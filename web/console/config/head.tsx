import { Link, NavLink } from 'react-router'
import { PageTitle } from '../../ui/heading.tsx'
import { useWords } from '../text/index.ts'
import { configWords } from './words.ts'

/** A page's address in an environment. */
export const inEnvironment = (path: string, environment: string): string =>
  `/console/config${path}?env=${encodeURIComponent(environment)}`

/** The title of the configuration pages and the way between them. */
export const ConfigHead = ({ environment }: { environment: string }) => {
  const { title, tabs, tabsLabel } = useWords(configWords)
  const links = [
    ['/console/config', '', tabs.settings],
    ['/console/config/history', '/history', tabs.history],
  ] as const
  return (
    <>
      <PageTitle>{title}</PageTitle>
      <nav aria-label={tabsLabel} className="mb-5 overflow-x-auto border-b border-line">
        <ul className="flex gap-1">
          {links.map(([key, path, name]) => (
            <li key={key}>
              <NavLink
                to={inEnvironment(path, environment)}
                end={path === ''}
                className={({ isActive }) =>
                  `-mb-px flex h-11 items-center border-b-2 px-3 whitespace-nowrap ${isActive ? 'border-jjok font-bold text-jjok' : 'border-transparent hover:border-edge'}`
                }
              >
                {name}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
    </>
  )
}

/** The way back to where a page was opened from. */
export const Back = ({ to, children }: { to: string; children: string }) => (
  <p className="mb-4">
    <Link to={to} className="inline-block py-2 text-sm text-jjok underline underline-offset-4">
      {children}
    </Link>
  </p>
)
