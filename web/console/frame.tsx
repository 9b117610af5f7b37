import { isRouteErrorResponse, Outlet } from 'react-router'
import type { StaffRole } from '#kernel/contract.ts'
import { ConsoleFailure } from './kit/console-failure.tsx'
import { ConsoleFrame } from './kit/console-frame.tsx'
import { localeOf, type Matches } from './kit/titled.ts'
import { staffLoad } from './kit/staff.server.ts'
import { consoleWords } from './kit/words/index.ts'

interface Loaded {
  readonly roles: readonly StaffRole[]
}

/** The console: who may come in at all, and what stands around its pages. */
export const loader = staffLoad(async ({ roles }): Promise<Loaded> => ({ roles }))

export const meta = ({ matches, error }: { matches: Matches; error?: unknown }) => {
  const { name, failure } = consoleWords[localeOf(matches)]
  if (error === undefined) return [{ title: name }]
  const status = isRouteErrorResponse(error) ? error.status : 500
  const what = status === 403 ? failure.forbidden : status === 404 ? failure.missing : failure.title
  return [{ title: `${what} | ${name}` }]
}

export default function Console({ loaderData }: { loaderData: Loaded }) {
  return (
    <ConsoleFrame roles={loaderData.roles}>
      <Outlet />
    </ConsoleFrame>
  )
}

/** A page that fails does so inside the frame, unless it is the frame that its viewer may not have. */
export const ErrorBoundary = ({ error, loaderData }: { error: unknown; loaderData?: Loaded }) => (
  <ConsoleFrame roles={loaderData?.roles ?? []}>
    <ConsoleFailure error={error} />
  </ConsoleFrame>
)
