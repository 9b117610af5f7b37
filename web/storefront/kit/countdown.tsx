import { useEffect, useState } from 'react'
import { countdownText, timeText } from '../../shared/i18n/format.ts'
import { useText } from '../../shared/i18n/index.ts'

/**
 * Seconds left until an instant, by the server's clock: a browser's own may be off. Null until the page is alive.
 */
export const useSecondsLeft = (until: string, serverNow: number): number | null => {
  const [left, setLeft] = useState<number | null>(null)
  useEffect(() => {
    const begun = performance.now()
    const tick = (): void =>
      setLeft(Math.max(0, Math.ceil((Date.parse(until) - serverNow - (performance.now() - begun)) / 1_000)))
    tick()
    const timer = setInterval(tick, 1_000)
    return () => clearInterval(timer)
  }, [until, serverNow])
  return left
}

/** How long an order can still be paid. Those who listen are told once more when a minute is left, not every second. */
export const Countdown = ({ until, left }: { until: string; left: number | null }) => {
  const { t } = useText()
  return (
    <>
      <p
        className={`num ${left !== null && left <= 60 ? 'font-bold text-juhong' : ''}`}
        aria-hidden={left !== null || undefined}
      >
        {left === null ? t.pay.until(timeText(until)) : left === 0 ? t.pay.expired : t.pay.within(countdownText(left))}
      </p>
      <p className="sr-only" role="status">
        {left === 0 ? t.pay.expired : left !== null && left <= 60 ? t.pay.fewMinutes : t.pay.until(timeText(until))}
      </p>
    </>
  )
}
