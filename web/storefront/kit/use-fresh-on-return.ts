import { useEffect } from 'react'
import { useRevalidator } from 'react-router'

/** Loads the page's data anew when the browser shows the page again as it was kept: the shop has gone on meanwhile. */
export const useFreshOnReturn = (): void => {
  const { revalidate } = useRevalidator()
  useEffect(() => {
    const shown = (event: PageTransitionEvent): void => {
      if (event.persisted) void revalidate()
    }
    addEventListener('pageshow', shown)
    return () => removeEventListener('pageshow', shown)
  }, [revalidate])
}
