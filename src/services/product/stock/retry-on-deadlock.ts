/** The SQLSTATE of a database error. */
export const codeOf = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}

const DEADLOCK = '40P01'
const TRIES = 4

/** Does a transaction again when the database ended it to break a deadlock: nothing of it was stored. */
export const retryOnDeadlock = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let tried = 1; ; tried++)
    try {
      return await work()
    } catch (error) {
      if (codeOf(error) !== DEADLOCK || tried === TRIES) throw error
    }
}
