/** Names of the shop's cookies. */
export const ACCESS = 'jangteo_access'
export const REFRESH = 'jangteo_refresh'
export const GUEST = 'jangteo_guest'
export const LOCALE = 'jangteo_locale'
/** The same, as the storefront's switch of language sets it. */
export const PAGE_LOCALE = 'locale'

/** The value of a cookie of ours in a `Cookie` header, if any. Ours need no decoding: tokens, UUIDs, languages. */
export const cookieOf = (header: string | undefined, name: string): string | undefined => {
  if (header === undefined) return undefined
  let from = 0
  while (true) {
    const at: number = header.indexOf(name, from)
    if (at === -1) return undefined
    const before = at === 0 ? ';' : header[at - 1]
    const after = at + name.length
    if ((before === ';' || before === ' ') && header[after] === '=') {
      const end = header.indexOf(';', after)
      const value = header.slice(after + 1, end === -1 ? undefined : end).trim()
      return value === '' ? undefined : value
    }
    from = after
  }
}

/** A `Set-Cookie` value that scripts cannot read and other sites cannot send along; `maxAge` in seconds, 0 deletes it. */
export const privateCookie = (name: string, value: string, maxAge: number, secure: boolean): string =>
  `${name}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`

const DAY = 86_400
export const GUEST_SECONDS = 30 * DAY
const REFRESH_SECONDS = 30 * DAY

/** The cookies of a sign-in, for pages. */
export const sessionCookies = (
  session: { accessToken: string; refreshToken: string; expiresIn: number },
  secure: boolean,
): readonly string[] => [
  privateCookie(ACCESS, session.accessToken, session.expiresIn, secure),
  privateCookie(REFRESH, session.refreshToken, REFRESH_SECONDS, secure),
]

/** Forgets a sign-in. */
export const noSessionCookies = (secure: boolean): readonly string[] => [
  privateCookie(ACCESS, '', 0, secure),
  privateCookie(REFRESH, '', 0, secure),
]
