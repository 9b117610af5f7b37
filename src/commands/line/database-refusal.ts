import { codeOf } from '#engines/postgres/connection/transient-errors.ts'

/** Sentences by SQLSTATE, or by its class; what the server itself said follows. */
const sentences: Readonly<Record<string, string>> = {
  '53300': 'The database takes no more connections. Try again in a moment, or raise its max_connections.',
  '53100': 'The database has no space left on its disk.',
  '57P03': 'The database is starting up or shutting down. Try again in a moment.',
  '42501': 'The database does not let its user do that. Give DATABASE_URL a user that may.',
  '3D000': 'The database does not exist.',
  '08': 'The connection to the database was lost.',
  '28': 'The database refused the user or the password. Check DATABASE_URL.',
  '53': 'The database has no resources left.',
  '57': 'The database ended the command.',
  ECONNREFUSED: 'The database does not answer.',
  ECONNRESET: 'The connection to the database was lost.',
  ETIMEDOUT: 'The database does not answer.',
}

/**
 * What a person can do about an error that says something about the database and nothing about our code: no connection to
 * be had, no space, no such user. Undefined for any other error, of which the stack is wanted.
 */
export const databaseRefusal = (error: unknown): string | undefined => {
  const [first] = error instanceof AggregateError ? error.errors : [error]
  const code = codeOf(first) ?? ''
  const sentence = sentences[code] ?? (code.length === 5 ? sentences[code.slice(0, 2)] : undefined)
  return sentence && `${sentence} (${code}: ${(first as Error).message})`
}
