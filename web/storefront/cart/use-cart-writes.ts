import { useEffect, useReducer, useRef, useState } from 'react'
import { useBlocker, useRevalidator } from 'react-router'
import { cartWrites, formOf, type CartWrites, type Wishes } from './cart-writes.ts'
import { refused } from '../../shared/form.tsx'

const CHANGES = '/cart/changes'

/** A problem of the cart's writes: what the shop said, or that nothing could be sent. */
export type WriteProblem = { readonly message: string } | 'not sent'

/**
 * The cart's writes, sent as they are made. Whoever goes on to another page waits until they are saved; whoever closes the
 * page or leaves the site has them sent on the way out.
 */
export const useCartWrites = () => {
  const { revalidate } = useRevalidator()
  const [, show] = useReducer((count: number) => count + 1, 0)
  const [problem, setProblem] = useState<WriteProblem>()
  const [writes] = useState(() => {
    const send = async (wishes: Wishes): Promise<void> => {
      // Goes on to its end even if the page does not.
      const response = await fetch(CHANGES, { method: 'POST', body: formOf(wishes), keepalive: true })
      const answer: unknown = await response.json()
      if (refused(answer)) setProblem({ message: answer.problem.message })
      else if (!response.ok) throw new Error(`The cart answered ${response.status}`)
      else setProblem(undefined)
    }
    return cartWrites(send, show)
  })

  // Prices, availability and the badge follow once all is quiet.
  const settling = useRef<Promise<void>>(undefined)
  const settle = async (): Promise<void> => {
    do {
      if (!(await writes.flush())) return setProblem('not sent')
      await revalidate()
    } while (writes.busy)
    writes.settled()
  }
  const set: CartWrites['set'] = (skuId, wish) => {
    writes.set(skuId, wish)
    settling.current ??= settle().finally(() => (settling.current = undefined))
  }

  // A page that was reloaded may have been made before what its predecessor sent on the way out arrived.
  useEffect(() => {
    const [loaded] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
    if (loaded && loaded.type !== 'navigate') void revalidate()
  }, [revalidate])

  const blocker = useBlocker(() => writes.busy)
  useEffect(() => {
    if (blocker.state !== 'blocked') return
    void writes.flush().then((saved) => (saved ? blocker.proceed() : blocker.reset()))
  }, [blocker, writes])

  useEffect(() => {
    const leave = (): void => {
      if (writes.unsent.size > 0) navigator.sendBeacon(CHANGES, formOf(writes.unsent))
    }
    const hide = (): void => {
      if (document.visibilityState === 'hidden') leave()
    }
    addEventListener('pagehide', leave)
    document.addEventListener('visibilitychange', hide)
    return () => {
      removeEventListener('pagehide', leave)
      document.removeEventListener('visibilitychange', hide)
    }
  }, [writes])

  return { set, wishOf: writes.of, drop: writes.drop, flush: writes.flush, problem }
}
