import { createContext, data, redirect, type ActionFunctionArgs, type LoaderFunctionArgs } from 'react-router'
import type { PageContext, Shop } from '../../context.ts'
import { problemOf, type Problem } from './problem.server.ts'

export type { Problem } from './problem.server.ts'

/** The request's page context inside the router; set once per request by the entry. */
export const pageContext = createContext<PageContext>()

/** What a loader is given. */
export interface Visit {
  readonly page: PageContext
  readonly shop: Shop
  /** The address without the router's own additions. */
  readonly url: URL
  readonly params: Readonly<Record<string, string | undefined>>
  readonly request: Request
}

/** What an action answers with when the shop refused: the problem, and what was typed, without passwords. */
export interface Refusal {
  readonly problem: Problem
  readonly values: Readonly<Record<string, string>>
}

const visitOf = ({ context, url, params, request }: LoaderFunctionArgs | ActionFunctionArgs): Visit => {
  const page = context.get(pageContext)
  return { page, shop: page.shop, url, params, request }
}

/** The address of the sign-in page that comes back to where the visit is. */
const signInAddress = (url: URL): string => `/sign-in?next=${encodeURIComponent(url.pathname + url.search)}`

/** The page a request was sent from, as its `Referer` says; the front page where that is no address. */
const pageBefore = (request: Request, url: URL): URL => {
  try {
    return new URL(request.headers.get('referer') ?? '/', url)
  } catch {
    return new URL('/', url)
  }
}

/** Sends everybody but members to the sign-in page, and back afterwards. */
export const membersOnly = ({ page, url, request }: Visit): void => {
  const back = request.method === 'GET' ? url : pageBefore(request, url)
  if (page.viewer.kind !== 'member') throw redirect(signInAddress(back))
}

/** A loader: faults of the shop become the error page in the viewer's language; a lost session leads to the sign-in page. */
export const load =
  <T>(work: (visit: Visit) => Promise<T>) =>
  async (args: LoaderFunctionArgs): Promise<T> => {
    const visit = visitOf(args)
    try {
      return await work(visit)
    } catch (error) {
      const problem = problemOf(error, visit.page.locale)
      if (!problem) throw error
      if (problem.code === 'UNAUTHENTICATED') throw redirect(signInAddress(visit.url))
      throw data(problem, { status: problem.status })
    }
  }

const typed = (form: FormData): Record<string, string> =>
  Object.fromEntries(
    [...form].flatMap(([name, value]) =>
      typeof value === 'string' && !/password|secret/i.test(name) ? [[name, value]] : [],
    ),
  )

/** An action: a fault of the shop is an answer for the form that was sent, with the fault's own status. */
export const act =
  <T>(work: (visit: Visit & { readonly form: FormData }) => Promise<T>) =>
  async (args: ActionFunctionArgs) => {
    const visit = visitOf(args)
    const form = await args.request.formData()
    try {
      return await work({ ...visit, form })
    } catch (error) {
      const problem = problemOf(error, visit.page.locale)
      if (!problem) throw error
      if (problem.code === 'UNAUTHENTICATED' && visit.page.viewer.kind !== 'member') {
        throw redirect(signInAddress(pageBefore(args.request, visit.url)))
      }
      return data({ problem, values: typed(form) } satisfies Refusal, { status: problem.status })
    }
  }

/** What an action answers when the pages themselves refuse a form: a sentence for its sender, and what was typed. */
export const refuse = (form: FormData, code: string, message: string) =>
  data({ problem: { code, status: 409, message, fields: {} }, values: typed(form) } satisfies Refusal, { status: 409 })

/** One text field of a form, trimmed; an absent one is empty. */
export const text = (form: FormData, name: string): string => {
  const value = form.get(name)
  return typeof value === 'string' ? value.trim() : ''
}

/** A field of a form as it was typed, for passwords. */
export const untouched = (form: FormData, name: string): string => {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}

/** A field that may be left empty. */
export const optional = (form: FormData, name: string): string | undefined => text(form, name) || undefined

const isLocal = (address: string): boolean => /^\/(?![/\\])/.test(address)

/** Where to go next as a path on this site, encoded as a header takes it; anything else is the front page. */
export const localPath = (given: string | null | undefined): string => {
  if (!given || !isLocal(given) || /[\r\n\t]/.test(given)) return '/'
  const { pathname, search, hash } = new URL(given, 'http://shop')
  const path = `${pathname}${search}${hash}`
  return isLocal(path) ? path : '/'
}
