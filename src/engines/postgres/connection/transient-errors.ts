import { Fault } from '#kernel/fault.ts'
import { UNAVAILABLE } from '#kernel/faults.ts'
import { markTransient } from '#kernel/failures/transient.ts'

/** SQLSTATE classes that say nothing about the statement: connection, resources, operator intervention, rollback by conflict. */
const transientClasses = new Set(['08', '53', '57', '58', '40'])
/** A statement that took too long may always take too long. */
const STATEMENT_TIMEOUT = '57014'
const LOCK_TIMEOUT = '55P03'
const socketCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT', 'EHOSTUNREACH'])
const lostMessages = /Connection terminated|not queryable|timeout expired|timeout exceeded when trying to connect/i

/** The error's own code: a SQLSTATE, or the system's name of a socket error. */
export const codeOf = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}

/** Undefined table, function or schema, or one we may not look into yet. */
const notThereYet = new Set(['42P01', '42883', '3F000', '42501'])

/** Whether the error says that a schema is still to be made, by the host whose it is. */
export const isNotThereYet = (error: unknown): boolean => notThereYet.has(codeOf(error) ?? '')

/** The server ended the session: the transaction lay idle, or took, too long. */
const ended = new Set(['25P03', '25P04'])
/** The server became a standby, or is one still: another takes its place, or it is promoted. */
const READ_ONLY = '25006'

/** Whether the connection itself is gone: nothing more can be sent on it. */
export const isLost = (error: unknown): boolean => {
  const code = codeOf(error)
  if (code !== undefined) return socketCodes.has(code) || ended.has(code) || /^(08|57P)/.test(code)
  return error instanceof Error && lostMessages.test(error.message)
}

/**
 * Whether trying the same again may well succeed: the database was away, busy, or chose us to end a deadlock, or another
 * service we called is away.
 */
export const isTransientError = (error: unknown): boolean => {
  if (error instanceof Fault) return UNAVAILABLE.is(error)
  const code = codeOf(error)
  if (code === STATEMENT_TIMEOUT) return false
  if (isLost(error) || code === LOCK_TIMEOUT || code === READ_ONLY) return true
  return code !== undefined && code.length === 5 && transientClasses.has(code.slice(0, 2))
}

const SQLSTATE = /^[0-9A-Z]{5}$/
/**
 * SQLSTATE classes that a statement's values can cause: cardinality, data, integrity, wrong for what is there, check option,
 * limits of a row or statement, raised by a function.
 */
const causedByValues = new Set(['21', '22', '23', '42', '44', '54', 'P0'])

/**
 * Marks the error as transient when no value of a statement can have caused it: lost connections, conflicts, timeouts, a
 * server that is read-only. Whoever works on many inputs at once then does not look for one at fault. Answers the error.
 */
export const markUnlessOfValues = <E>(error: E): E => {
  if (error instanceof Fault) return error
  const code = codeOf(error)
  const ofServer = code !== undefined && SQLSTATE.test(code) && !causedByValues.has(code.slice(0, 2))
  return ofServer || isLost(error) ? markTransient(error) : error
}
