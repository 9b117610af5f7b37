import { NavLink } from 'react-router'
import { PageTitle } from '../../ui/heading.tsx'
import { useWords } from '../text/index.ts'
import { statusWords } from './words.ts'

/** The title of the status pages and the way between them. */
export const StatusHead = () => {
  const { title, tabs, tabsLabel } = useWords(statusWords)
  const links = [
    ['/console/status', tabs.hosts],
    ['/console/status/traces', tabs.traces],
    ['/console/status/events', tabs.events],
  ] as const
  return (
    <>
      <PageTitle>{title}</PageTitle>
      <nav aria-label={tabsLabel} className="mb-5 overflow-x-auto border-b border-line">
        <ul className="flex gap-1">
          {links.map(([to, name]) => (
            <li key={to}>
              <NavLink
                to={to}
                end={to === '/console/status'}
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
