import { globSync, readFileSync } from 'node:fs'
import type { Violation } from './rule.ts'

/** Takes away what the version before may still use; an index or a trigger is missed by nobody's statements. */
const TAKES_AWAY =
  /\b(DROP\s+(TABLE|COLUMN|VIEW|SCHEMA|FUNCTION|TYPE)|RENAME|SET\s+NOT\s+NULL|ALTER\s+COLUMN\s+\w+\s+TYPE)\b/i

/** A migration that takes something away says so in its first line: versions that do not know it then refuse to start. */
export const contractsAreDeclared = (path: string, text: string): Violation[] => {
  const found = TAKES_AWAY.exec(text.replace(/--[^\n]*/g, ''))
  return found && !/^-- contract: \S/.test(text)
    ? [`${path} ${found[0]}: begin with “-- contract: what is taken away and since when nobody uses it”`]
    : []
}

/** All migrations of the shop, with their texts. */
export const allMigrations = (): readonly { readonly path: string; readonly text: string }[] =>
  globSync(['src/**/*.sql', 'simulators/**/*.sql'])
    .filter((path) => /\/\d{4}_[a-z0-9_]+\.sql$/.test(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }))

/** Each folder's migrations are numbered from 0001, without a gap and no number twice: that is the order they run in. */
export const numberedInOrder = (paths: readonly string[]): string[] =>
  [...Map.groupBy(paths, (path) => path.slice(0, path.lastIndexOf('/')))].flatMap(([folder, files]) => {
    const numbers = files
      .map((path) => Number(path.slice(folder.length + 1, folder.length + 5)))
      .toSorted((a, b) => a - b)
    return numbers.every((number, i) => number === i + 1) ? [] : [`${folder}: numbered ${numbers.join(', ')}`]
  })
