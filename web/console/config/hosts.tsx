import type { OutputOf } from '#kernel/contract.ts'
import type { config } from '#services/config/contract.ts'
import { momentText } from '../../shared/i18n/format.ts'
import { Table } from '../status/table.tsx'
import { useWords } from '../kit/words/index.ts'
import { configWords } from './words.ts'

export type HostsSeen = OutputOf<(typeof config)['operations']['hosts']>

/** Which hosts run on which version. */
export const Hosts = ({ seen }: { seen: HostsSeen | null }) => {
  const { hosts } = useWords(configWords)
  const list = (names: readonly string[]): string => (names.length === 0 ? hosts.none : names.join(', '))
  return (
    <section className="mt-10">
      <h2 className="mb-1 text-lg">{hosts.title}</h2>
      <p className="mb-4 text-sm text-quiet">{hosts.hint}</p>
      {seen === null ? (
        <p className="text-juhong">{hosts.away}</p>
      ) : seen.items.length === 0 ? (
        <p className="text-quiet">{hosts.empty}</p>
      ) : (
        <Table label={hosts.title} heads={hosts.heads}>
          {seen.items.map((host) => {
            const [word, look] = !host.living
              ? [hosts.gone, 'text-juhong']
              : host.version === seen.version
                ? [hosts.latest, 'text-sol']
                : [hosts.behind, 'text-juhong']
            return (
              <tr key={host.name}>
                <th scope="row">{host.name}</th>
                <td>
                  {host.version} <span className={`font-semibold ${look}`}>({word})</span>
                </td>
                <td>{momentText(host.seenAt)}</td>
                <td>{list(host.kept)}</td>
                <td>{list(host.left.map((each) => `${each.place} ${each.name}`))}</td>
              </tr>
            )
          })}
        </Table>
      )}
    </section>
  )
}
