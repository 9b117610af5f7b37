/** Prints a line. */
export const print = (line: string): void => void process.stdout.write(`${line}\n`)

/** How many cells of a terminal a text takes: Hangul and its like take two each. */
const widthOf = (text: string): number =>
  [...text].reduce(
    (sum, each) => sum + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uff00-\uff60]/u.test(each) ? 2 : 1),
    0,
  )

/** Lines of a table: each column as wide as its widest cell, the last one as it is. */
export const columns = (rows: readonly (readonly string[])[], indent = ''): readonly string[] => {
  const widths = rows.reduce<number[]>((known, row) => row.map((cell, i) => Math.max(known[i] ?? 0, widthOf(cell))), [])
  const padded = (cell: string, i: number): string => cell + ' '.repeat(Math.max(0, (widths[i] ?? 0) - widthOf(cell)))
  return rows.map((row) => `${indent}${row.map(padded).join('  ')}`.trimEnd())
}
