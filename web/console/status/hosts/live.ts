import { useEffect, useState } from 'react'

/** How the last look went. `refused`: whoever looks is not let in any more. */
export type LiveState = 'live' | 'slow' | 'away' | 'refused' | 'paused'

/** Milliseconds between two looks, after which one counts as slow, and after which it is given up. */
const EVERY = 3_000
const SLOW = 2_000
const LATE = 8_000

const REFUSED = new Set([401, 403])

/** Reads all the addresses, or tells why it could not. */
const read = async (paths: readonly string[], signal: AbortSignal): Promise<unknown[] | 'away' | 'refused'> => {
  try {
    const answers = await Promise.all(paths.map((path) => fetch(path, { signal })))
    if (answers.some((each) => REFUSED.has(each.status))) return 'refused'
    if (answers.some((each) => !each.ok)) return 'away'
    return await Promise.all(answers.map((each) => each.json()))
  } catch {
    return 'away'
  }
}

/**
 * What the addresses answer, looked at again and again while the page is seen. What was seen last stays while they do not
 * answer: nothing of the page moves but what it tells.
 */
export const useLive = <T extends readonly unknown[]>(
  first: T | null,
  paths: readonly string[],
  paused: boolean,
): { readonly data: T | null; readonly state: LiveState } => {
  const [data, setData] = useState(first)
  const [state, setState] = useState<LiveState>(first === null ? 'away' : 'live')
  // What a form or a link brought is newer than what was seen before it.
  useEffect(() => {
    if (first !== null) setData(first)
  }, [first])
  const all = paths.join(' ')

  useEffect(() => {
    if (paused) return setState('paused')
    const gone = new AbortController()
    let timer: ReturnType<typeof setTimeout>
    const look = async (): Promise<void> => {
      if (document.visibilityState === 'hidden') return again()
      const slow = setTimeout(() => setState('slow'), SLOW)
      const found = await read(all.split(' '), AbortSignal.any([gone.signal, AbortSignal.timeout(LATE)]))
      clearTimeout(slow)
      if (gone.signal.aborted) return
      if (typeof found === 'string') setState(found)
      else {
        setData(found as unknown as T)
        setState('live')
      }
      if (found !== 'refused') again()
    }
    const again = (): void => {
      timer = setTimeout(() => void look(), EVERY)
    }
    again()
    return () => {
      gone.abort()
      clearTimeout(timer)
    }
  }, [all, paused])
  return { data, state }
}
