/** What a terminal acts on instead of showing: control characters, direction overrides, line and paragraph separators. */
const ACTED_ON = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu
const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** A text as a terminal may show it: what it would act on (escape sequences, line breaks) is written out. */
const printable = (text: string): string =>
  text.replace(ACTED_ON, (each) => named[each] ?? `\\u${each.codePointAt(0)!.toString(16).padStart(4, '0')}`)

/** Prints text, its line breaks kept: a key or an error in it cannot move the cursor or color what follows. */
export const print = (text: string): void =>
  void process.stdout.write(`${text.split('\n').map(printable).join('\n')}\n`)

/** How many cells of a terminal a text takes: Hangul and its like take two each. */
const widthOf = (text: string): number =>
  [...text].reduce(
    (sum, each) => sum + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uff00-\uff60]/u.test(each) ? 2 : 1),
    0,
  )

/** Lines of a table: each column as wide as its widest cell, the last one as it is. A cell is one line. */
export const columns = (cells: readonly (readonly string[])[], indent = ''): readonly string[] => {
  const rows = cells.map((row) => row.map(printable))
  const widths = rows.reduce<number[]>((known, row) => row.map((cell, i) => Math.max(known[i] ?? 0, widthOf(cell))), [])
  const padded = (cell: string, i: number): string => cell + ' '.repeat(Math.max(0, (widths[i] ?? 0) - widthOf(cell)))
  return rows.map((row) => `${indent}${row.map(padded).join('  ')}`.trimEnd())
}
