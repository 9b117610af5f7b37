import type pg from 'pg'

/** Milliseconds after a connection was opened until its plans are first made anew, and between two times at most. */
const FIRST = 1_000
const AT_MOST = 10 * 60_000

/**
 * Has the plans of a connection's prepared statements made anew, each time it is twice as old. The server plans a
 * statement for its tables as they are when it is first run, and goes on with that plan until they are analysed: one made
 * while they were empty reads a full one from end to end. Answers what to call before each use; it costs nothing but the
 * planning, as it travels with what is sent next.
 */
export const renewing = (client: Pick<pg.Client, 'query'>, now: () => number): (() => void) => {
  let wait = FIRST
  let due = now() + wait
  return () => {
    const at = now()
    if (at < due) return
    wait = Math.min(2 * wait, AT_MOST)
    due = at + wait
    // A connection that is lost shows at what is sent behind.
    client.query('DISCARD PLANS').catch(() => {})
  }
}
