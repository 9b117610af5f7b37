import type { Socket } from 'node:net'
import type pg from 'pg'

/**
 * Milliseconds in which a server that was asked something must say something: longer than a statement may take there. The
 * server's own limits end nothing when it is stopped, or cut off without a word; TCP alone would wait for a quarter of an
 * hour, and whoever needs a connection with it.
 */
export const SILENCE = 40_000

/** Ends the connection when its server owes an answer and has been silent for `ms` milliseconds. An idle one stays. */
export const endWhenSilent = (client: pg.Client, ms: number): void => {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  const query = client.query.bind(client) as (...given: unknown[]) => Promise<unknown>
  let owed = 0
  const answered = (): void => void owed--
  client.query = ((...given: unknown[]) => {
    owed++
    const answer = query(...given)
    answer.then(answered, answered)
    return answer
  }) as typeof client.query
  stream.setTimeout(ms)
  stream.on('timeout', () => {
    if (owed > 0) stream.destroy(new Error(`Connection terminated: the server has been silent for ${ms / 1_000} s`))
  })
}
