import type { Secrets } from './secrets.ts'

/** A sealed value as it is stored. */
export interface Sealed {
  readonly id: string
  readonly sealed: Uint8Array
}

/**
 * Seals anew what lies under another secret than the one in use, a page after the other: `after` reads the next rows by
 * id, `replace` puts the new value where the old one still is. Answers how many were sealed anew.
 */
export const reseal = async (
  secrets: Secrets,
  purpose: string,
  rows: {
    readonly after: (id: string | undefined) => Promise<readonly Sealed[]>
    readonly replace: (row: Sealed, sealed: Uint8Array) => Promise<unknown>
  },
): Promise<number> => {
  let count = 0
  for (let last: string | undefined; ;) {
    const page = await rows.after(last)
    for (const row of page) {
      const renewed = secrets.renewed(purpose, row.sealed)
      if (!renewed) continue
      await rows.replace(row, renewed)
      count++
    }
    last = page.at(-1)?.id
    if (last === undefined) return count
  }
}
