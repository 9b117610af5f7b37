import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'

/** A decision record as the index lists it. */
export interface Decision {
  readonly file: string
  readonly number: string
  readonly title: string
  /** `2026-11-30` */
  readonly date: string
  /** `accepted`, or what took its place. */
  readonly status: string
}

const STATUS = /(\d{4}-\d\d-\d\d) · ((?:accepted|superseded by \[\d{4}\]\([\w.-]+\)))/i

/** Reads a record's title and its line of date and status. Throws where either is missing, with how it is written. */
export const decisionOf = (file: string, text: string): Decision => {
  const number = file.slice(0, 4)
  const [first = '', , third = ''] = text.split('\n')
  const title = /^# (?:\d{4}[:.]? )?(.+)$/.exec(first)?.[1]
  const [, date, status] = STATUS.exec(third) ?? []
  if (title === undefined || date === undefined || status === undefined)
    throw new Error(`${file} begins with "# ${number}: Title", an empty line, and "2026-11-30 · accepted".`)
  return { file, number, title, date, status }
}

/** `docs/decisions/README.md`, written from the records beside it. */
export const decisionIndex = (root: string): string => {
  const decisions = globSync('docs/decisions/[0-9]*.md', { cwd: root })
    .sort()
    .map((path) => decisionOf(basename(path), readFileSync(`${root}${path}`, 'utf8')))
  const rows = decisions.map(
    ({ number, file, title, date, status }) => `| ${number} | [${title}](${file}) | ${date} | ${status} |`,
  )
  return `# Decisions

Written from the records beside it by \`node scripts/documents.ts\`; a test keeps the two alike.

A record is one page: context, decision, consequences. Write one for a departure from what is usual, or a choice that the code
alone would not explain. It begins with \`# 0195: Title\`, an empty line and \`2026-11-30 · accepted\`. The title says in the field's
words what it is about; the file's name and number stay for good, because code and pages point to them. One that no longer holds
stays too, as \`superseded by\` with a link to its successor.

| | decision | date | status |
|---|---|---|---|
${rows.join('\n')}
`
}
