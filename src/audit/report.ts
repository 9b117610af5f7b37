import { truncate } from '#kernel/text.ts'
import type { AuditReport, Finding } from './audit.ts'

/** Of a violation's description, which may hold a whole error; the JSON report has all of it. */
const WIDTH = 400

const number = (value: number): string => value.toLocaleString('en-US')

/** One row of text, its columns padded to their widths; the first to the left, the others to the right. */
const row = (cells: readonly string[], widths: readonly number[]): string =>
  cells
    .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
    .join('  ')
    .trimEnd()

const markOf = ({ looked, violations, advisory }: Finding): string => {
  if (looked === null) return '–'
  if (violations === 0) return '✔'
  return advisory ? '!' : '✖'
}

const marked = (each: Finding): string => `${markOf(each)} ${each.invariant}`

const cellsOf = (each: Finding): string[] =>
  each.looked === null
    ? [marked(each), 'not here', '', '']
    : [marked(each), number(each.looked), number(each.inFlight), number(each.violations)]

/** The report as people read it: a table, and below it the first violations of each kind. */
export const written = ({ at, findings, violations, advisories, inFlight }: AuditReport): string => {
  const head = ['', 'looked at', 'in flight', 'violations']
  const rows = findings.map(cellsOf)
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((cells) => cells[i]!.length)))
  const lines = [`The shop as it was at ${new Date(at).toISOString()}`, '', row(head, widths)]
  let family = ''
  findings.forEach((each, i) => {
    if (each.family !== family) lines.push((family = each.family))
    lines.push(row(rows[i]!, widths))
  })
  for (const each of findings.filter(({ violations: found }) => found > 0)) {
    lines.push('', `${marked(each)}: ${number(each.violations)} ${each.advisory ? 'to put right' : 'violations'}`)
    for (const { id, what } of each.listed) lines.push(`    ${id}: ${truncate(what.replace(/\s+/g, ' '), WIDTH, '…')}`)
    if (each.violations > each.listed.length)
      lines.push(`    … and ${number(each.violations - each.listed.length)} more`)
  }
  const looked = findings.reduce((sum, { looked: count }) => sum + (count ?? 0), 0)
  lines.push(
    '',
    violations === 0
      ? `All ${findings.filter((each) => each.looked !== null && !each.advisory).length} invariants hold over ${number(looked)} things looked at; ${number(inFlight)} in flight.`
      : `${number(violations)} violations.`,
    ...(advisories > 0 ? [`For a person to put right, though no promise is broken: ${number(advisories)}.`] : []),
  )
  return lines.join('\n')
}
