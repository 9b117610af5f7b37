import { Link } from 'react-router'
import { TabbedHead } from '../kit/tabs.tsx'
import { useWords } from '../kit/words/index.ts'
import { configWords } from './words.ts'

/** A page's address in an environment. */
export const inEnvironment = (path: string, environment: string): string =>
  `/console/config${path}?env=${encodeURIComponent(environment)}`

/** The title of the configuration pages and the way between them. */
export const ConfigHead = ({ environment }: { environment: string }) => {
  const { title, tabs, tabsLabel } = useWords(configWords)
  return (
    <TabbedHead
      title={title}
      label={tabsLabel}
      tabs={[
        { to: inEnvironment('', environment), name: tabs.settings, end: true },
        { to: inEnvironment('/history', environment), name: tabs.history, end: false },
      ]}
    />
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
