import type { ReactNode } from 'react'
import {
  isRouteErrorResponse,
  Links,
  Meta,
  Outlet,
  Scripts,
  ScrollRestoration,
  useLocation,
  useRouteLoaderData,
  type ShouldRevalidateFunctionArgs,
} from 'react-router'
import type { Locale } from '#kernel/fault.ts'
import { LocaleContext, messagesIn } from './shared/i18n/index.ts'
import './app.css'
import { Failure } from './storefront/layout/failure.tsx'
import { Footer } from './storefront/layout/footer.tsx'
import { Arrival } from './storefront/layout/arrival.tsx'
import { BottomBar } from './storefront/layout/bottom-bar.tsx'
import { Header } from './storefront/layout/header.tsx'
import { inConsole } from './storefront/layout/in-console.ts'
import { load } from './shared/server/page.server.ts'

/** What every page shows around itself: whose it is, the stalls, and what waits in the cart and the inbox. */
export const loader = load(async ({ page, shop, url }) => {
  const { viewer } = page
  const member = viewer.kind === 'member' ? { name: viewer.name ?? null, staff: (viewer.roles?.length ?? 0) > 0 } : null
  // The console has a frame of its own and needs nothing of the shop's.
  if (inConsole(url)) return { locale: page.locale, member, categories: [], inCart: 0, unread: 0 }
  // The frame must stand even while a service behind a badge is away.
  const orElse = <T, E>(work: Promise<T>, otherwise: E): Promise<T | E> => work.catch(() => otherwise)
  const [categories, cart, inbox] = await Promise.all([
    orElse(shop.catalog.categories({}), { items: [] }),
    viewer.kind === 'anonymous' ? undefined : orElse(shop.cart.get({}), undefined),
    viewer.kind === 'member' ? orElse(shop.notification.list({ limit: 1 }), undefined) : undefined,
  ])
  return {
    locale: page.locale,
    member,
    categories: categories.items,
    inCart: cart?.items.length ?? 0,
    unread: inbox?.unread ?? 0,
  }
})

/** The frame changes when something was done, not when somebody only looked around. */
export const shouldRevalidate = ({
  formMethod,
  defaultShouldRevalidate,
  currentUrl,
  nextUrl,
}: ShouldRevalidateFunctionArgs) =>
  formMethod && formMethod !== 'GET'
    ? defaultShouldRevalidate
    : currentUrl.pathname.startsWith('/checkout') !== nextUrl.pathname.startsWith('/checkout') ||
      inConsole(currentUrl) !== inConsole(nextUrl) ||
      (currentUrl.href === nextUrl.href && defaultShouldRevalidate)

export const meta = ({ error, loaderData }: { error?: unknown; loaderData?: { locale: Locale } }) => {
  const t = messagesIn(loaderData?.locale ?? 'ko')
  if (error === undefined) return [{ title: t.shop.name }]
  const missing = isRouteErrorResponse(error) && error.status === 404
  return [{ title: `${missing ? t.error.notFoundTitle : t.error.title} | ${t.shop.name}` }]
}

export const Layout = ({ children }: { children: ReactNode }) => {
  // Nothing is known of the viewer when the frame itself could not be loaded.
  const frame = useRouteLoaderData<typeof loader>('root')
  const locale = frame?.locale ?? 'ko'
  const t = messagesIn(locale)
  return (
    <html lang={locale}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="theme-color" content="#23407f" />
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <Meta />
        <Links />
      </head>
      <body className="flex min-h-dvh flex-col">
        <LocaleContext value={locale}>
          <a
            href="#main"
            className="sr-only z-50 rounded bg-ink px-4 py-3 text-white focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
          >
            {t.a11y.skip}
          </a>
          {inConsole(useLocation()) ? children : <Market frame={frame}>{children}</Market>}
          <Arrival />
        </LocaleContext>
        <ScrollRestoration />
        <Scripts />
      </body>
    </html>
  )
}

/** The frame of the shop's own pages. */
const Market = ({
  frame,
  children,
}: {
  frame: Awaited<ReturnType<typeof loader>> | undefined
  children: ReactNode
}) => (
  <>
    <Header
      categories={frame?.categories ?? []}
      member={frame?.member ?? null}
      inCart={frame?.inCart ?? 0}
      unread={frame?.unread ?? 0}
    />
    <main id="main" tabIndex={-1} className="grow pb-16 outline-none md:pb-24">
      {children}
    </main>
    <Footer />
    <BottomBar inCart={frame?.inCart ?? 0} signedIn={!!frame?.member} />
  </>
)

export default function Storefront() {
  return <Outlet />
}

export const ErrorBoundary = ({ error }: { error: unknown }) => (
  <Failure
    status={isRouteErrorResponse(error) ? error.status : 500}
    message={
      isRouteErrorResponse(error) && typeof error.data === 'object' && error.data !== null && 'message' in error.data
        ? String(error.data.message)
        : undefined
    }
  />
)
