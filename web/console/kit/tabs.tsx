import { NavLink } from 'react-router'
import { PageTitle } from '../../shared/ui/heading.tsx'

/** A page of a group: its address, its name, and whether addresses below it are other tabs' or nobody's. */
export interface Tab {
  readonly to: string
  readonly name: string
  readonly end: boolean
}

/** The title of a group of pages and the way between them. */
export const TabbedHead = ({ title, label, tabs }: { title: string; label: string; tabs: readonly Tab[] }) => (
  <>
    <PageTitle>{title}</PageTitle>
    <nav aria-label={label} className="mb-5 overflow-x-auto border-b border-line">
      <ul className="flex gap-1">
        {tabs.map(({ to, name, end }) => (
          <li key={to}>
            <NavLink
              to={to}
              end={end}
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
