import { useEffect, useRef, useState } from 'react'
import { useLocation, useNavigation } from 'react-router'

/**
 * What a full page load does by itself and a client navigation does not: says that something is under way, moves the
 * reading position to the new page, and tells its title to those who listen.
 */
export const Arrival = () => {
  const { pathname } = useLocation()
  const navigation = useNavigation()
  const [said, say] = useState('')
  const known = useRef(pathname)

  useEffect(() => {
    if (known.current === pathname) return
    known.current = pathname
    say(document.title)
    // A form that focuses its own first mistake, or an anchor, goes first.
    if (
      !document.activeElement ||
      document.activeElement === document.body ||
      !document.getElementById('main')?.contains(document.activeElement)
    )
      document.getElementById('main')?.focus({ preventScroll: true })
  }, [pathname])

  const busy = navigation.state !== 'idle'
  return (
    <>
      <div aria-live="polite" className="sr-only">
        {said}
      </div>
      <div
        aria-hidden="true"
        className={`fixed inset-x-0 top-0 z-50 h-0.5 overflow-hidden transition-opacity duration-200 ${busy ? 'opacity-100 delay-150' : 'opacity-0'}`}
      >
        <div className="h-full w-1/3 animate-[slide_1.1s_ease-in-out_infinite] bg-jjok" />
      </div>
    </>
  )
}
