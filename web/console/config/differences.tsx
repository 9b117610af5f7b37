import type { Difference } from '#services/config/contract.ts'
import { Table } from '../status/table.tsx'
import { useWords } from '../kit/words/index.ts'
import { configWords } from './words.ts'

/** What is different, before and after; of a secret only that it is. */
export const Differences = ({ items, label }: { items: readonly Difference[]; label: string }) => {
  const words = useWords(configWords)
  const shown = ({ set, value }: Difference['before']): string => (set ? (value ?? words.hidden) : words.unset)
  if (items.length === 0) return <p className="text-quiet">{words.diff.empty}</p>
  return (
    <Table label={label} heads={words.diff.heads}>
      {items.map((each) => (
        <tr key={`${each.place} ${each.name}`}>
          <td>{words.place(each.place)}</td>
          <th scope="row">{each.name}</th>
          <td>
            <del className="text-juhong no-underline">{shown(each.before)}</del>
          </td>
          <td>
            <ins className="font-semibold text-sol no-underline">
              {each.secret && each.before.set && each.after.set ? words.diff.secretChanged : shown(each.after)}
            </ins>
          </td>
        </tr>
      ))}
    </Table>
  )
}
