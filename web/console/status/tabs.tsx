import { TabbedHead } from '../kit/tabs.tsx'
import { useWords } from '../kit/words/index.ts'
import { statusWords } from './words.ts'

/** The title of the status pages and the way between them. */
export const StatusHead = () => {
  const { title, tabs, tabsLabel } = useWords(statusWords)
  return (
    <TabbedHead
      title={title}
      label={tabsLabel}
      tabs={[
        { to: '/console/status', name: tabs.hosts, end: true },
        { to: '/console/status/traces', name: tabs.traces, end: false },
        { to: '/console/status/events', name: tabs.events, end: false },
      ]}
    />
  )
}
