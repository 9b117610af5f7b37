import { isNotThereYet } from '../connection/transient-errors.ts'
import { readLog, type Logged, type LogOf, type Position } from './log.ts'

/** Reads logs on behalf of every consumer of a process: those that stand at the same place share one read. */
export interface LogTail {
  /** Events with these names will be asked for: their payloads are read. */
  want(source: string, names: Iterable<string>): void
  /** At most `limit` events of `source` after a position, oldest first, of all names; payloads of wanted ones only. */
  read(source: string, after: Position, limit: number): Promise<readonly Logged[]>
}

interface Window {
  readonly after: Position
  readonly events: readonly Logged[]
}

const same = (a: Position, b: Position): boolean => a.id === b.id && a.xid === b.xid

/** The events of a window that come after a position; nothing when the window cannot tell. */
const within = ({ after, events }: Window, from: Position): readonly Logged[] | undefined => {
  if (same(after, from)) return events
  const at = events.findIndex((each) => same(each.position, from))
  return at >= 0 && at < events.length - 1 ? events.slice(at + 1) : undefined
}

/** Keeps the last window read of each source: with a dozen consumers of one source, the log is read and parsed once, not a dozen times. */
export const logTail = (logOf: LogOf): LogTail => {
  const wanted = new Map<string, Set<string>>()
  const windows = new Map<string, Window>()
  const underWay = new Map<string, Promise<readonly Logged[]>>()

  const fetch = async (source: string, after: Position, limit: number): Promise<readonly Logged[]> => {
    const reading = readLog(logOf(source), source, after, wanted.get(source) ?? new Set(), limit)
    // A source whose host has not been there yet has told nothing yet.
    const events = await reading.catch((error: unknown): readonly Logged[] => {
      if (isNotThereYet(error)) return []
      throw error
    })
    if (events.length > 0) windows.set(source, { after, events })
    return events
  }

  return {
    want: (source, names) => {
      const all = wanted.get(source) ?? new Set<string>()
      for (const name of names) all.add(name)
      wanted.set(source, all)
      windows.delete(source)
    },
    read: async (source, after, limit) => {
      const window = windows.get(source)
      const known = window && within(window, after)
      if (known) return known
      const place = `${source} ${after.xid} ${after.id} ${limit}`
      let reading = underWay.get(place)
      if (!reading) {
        reading = fetch(source, after, limit).finally(() => underWay.delete(place))
        underWay.set(place, reading)
      }
      return reading
    },
  }
}
