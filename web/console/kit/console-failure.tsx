import { isRouteErrorResponse, Link } from 'react-router'
import { pressable } from '../../shared/ui/button.tsx'
import { consoleWords, useWords } from './words/index.ts'

const messageOf = (error: unknown): string | undefined =>
  isRouteErrorResponse(error) && typeof error.data === 'object' && error.data !== null && 'message' in error.data
    ? String(error.data.message)
    : undefined

/** What stands in for a page of the console that could not be shown, and why. */
export const ConsoleFailure = ({ error }: { error: unknown }) => {
  const { failure, shop } = useWords(consoleWords)
  const status = isRouteErrorResponse(error) ? error.status : 500
  const [title, hint] =
    status === 403
      ? [failure.forbidden, failure.forbiddenHint]
      : status === 404
        ? [failure.missing, failure.missingHint]
        : [failure.title, messageOf(error) ?? failure.hint]
  return (
    <div className="flex flex-col items-start py-16">
      <p className="num text-sm font-semibold tracking-widest text-quiet">{status}</p>
      <h1 className="mt-3 text-2xl">{title}</h1>
      <p className="mt-3 max-w-prose text-quiet">{hint}</p>
      <div className="mt-8 flex flex-wrap gap-3">
        <Link to={status === 403 ? '/' : '/console'} reloadDocument className={pressable()}>
          {status === 403 ? shop : failure.back}
        </Link>
        {status !== 403 && status !== 404 && (
          <a href="" className={pressable('plain')}>
            {failure.retry}
          </a>
        )}
      </div>
    </div>
  )
}
