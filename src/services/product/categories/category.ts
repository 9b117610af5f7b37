/** A category as staff give it. Level 1 lies at the root. */
export interface Category {
  readonly id: string
  readonly name: string
  readonly nameEn: string
  readonly parentId: string | null
  readonly position: number
}

export const MAX_DEPTH = 3

/** A category as it is stored. */
export interface StoredCategory extends Category {
  /** Grows by one with each change. */
  readonly version: number
}

/** Levels from the root down to a category; undefined when its parents are missing or lead in a circle. */
export const depthOf = (id: string, all: ReadonlyMap<string, Category>): number | undefined => {
  let depth = 0
  for (let at: string | null = id; at !== null; at = all.get(at)!.parentId)
    if (++depth > all.size || !all.has(at)) return undefined
  return depth
}

/** Depths of all categories once those `put` are among them, or why they cannot be. */
export const placed = (
  all: readonly Category[],
  put: readonly Category[],
): { depths: ReadonlyMap<string, number> } | { refused: 'no-parent' | 'too-deep' } => {
  const next = new Map([...all, ...put].map((each) => [each.id, each]))
  if (put.some(({ parentId }) => parentId !== null && !next.has(parentId))) return { refused: 'no-parent' }
  const depths = new Map<string, number>()
  for (const id of next.keys()) {
    const depth = depthOf(id, next)
    if (depth === undefined || depth > MAX_DEPTH) return { refused: 'too-deep' }
    depths.set(id, depth)
  }
  return { depths }
}
