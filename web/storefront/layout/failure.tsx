import { Link } from 'react-router'
import { useText } from '../../shared/i18n/index.ts'
import { pressable } from '../../shared/ui/button.tsx'

/** The page that stands in for one that could not be shown. */
export const Failure = ({ status, message }: { status: number; message: string | undefined }) => {
  const { t } = useText()
  const missing = status === 404
  const offline = typeof navigator !== 'undefined' && !navigator.onLine
  const title = missing ? t.error.notFoundTitle : t.error.title
  return (
    <div className="wrap flex flex-col items-center py-24 text-center">
      <p className="num text-sm font-semibold tracking-widest text-quiet">{status}</p>
      <h1 className="mt-3 text-2xl">{title}</h1>
      <p className="mt-3 max-w-prose text-quiet">
        {message ?? (missing ? t.error.notFoundHint : offline ? t.error.offline : t.error.hint)}
      </p>
      <div className="mt-8 flex gap-3">
        <Link to="/" className={pressable()}>
          {t.error.home}
        </Link>
        {!missing && (
          <a href="" className={pressable('plain')}>
            {t.error.retry}
          </a>
        )}
      </div>
    </div>
  )
}
