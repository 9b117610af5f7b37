import type { ReactNode } from 'react'

/** The title of a page. */
export const PageTitle = ({ children, aside }: { children: ReactNode; aside?: ReactNode }) => (
  <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1 pt-6 pb-5 md:pt-10 md:pb-8">
    <h1 className="text-2xl md:text-[2rem]">{children}</h1>
    {aside}
  </div>
)

/** A narrow page: forms and answers. */
export const Narrow = ({ children }: { children: ReactNode }) => <div className="wrap max-w-md!">{children}</div>
