/** SQLSTATE classes that say nothing about the statement: connection, resources, operator intervention, rollback by conflict. */
const passingClasses = new Set(['08', '53', '57', '58', '40'])
/** A statement that took too long may always take too long. */
const STATEMENT_TIMEOUT = '57014'
const passingCodes = new Set(['55P03', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT'])

/** Whether trying the same again may well succeed: the database was away, busy, or chose us to end a deadlock. */
export const isPassing = (error: unknown): boolean => {
  const code = (error as { code?: unknown } | null)?.code
  if (code === STATEMENT_TIMEOUT) return false
  if (typeof code === 'string')
    return passingCodes.has(code) || (code.length === 5 && passingClasses.has(code.slice(0, 2)))
  return (
    error instanceof Error &&
    /Connection terminated|connection is closed|not queryable|timeout expired|is closed$/i.test(error.message)
  )
}
