/** The headers of every page: only our own scripts (by nonce) and the payment provider's may run, and nobody frames us. */
export const pageHeaders = (nonce: string, tossSdkUrl: string, personal: boolean): Record<string, string> => {
  const toss = tossSdkUrl.startsWith('https://')
    ? ` https://*.tosspayments.com ${new URL(tossSdkUrl).origin}`
    : originOf(tossSdkUrl)
  return {
    'content-security-policy': [
      `default-src 'self'`,
      `script-src 'self' 'nonce-${nonce}'${toss}`,
      `style-src 'self' 'unsafe-inline'`,
      `img-src 'self' data: https:`,
      `connect-src 'self' ws: wss:${toss}`,
      `frame-src 'self'${toss}`,
      `form-action 'self'${toss}`,
      `base-uri 'none'`,
      `object-src 'none'`,
      `frame-ancestors 'self'`,
    ].join('; '),
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(self)',
    'cross-origin-opener-policy': 'same-origin-allow-popups',
    // A member's pages are not kept, not even for the back button of whoever sits there next.
    'cache-control': personal ? 'private, no-store' : 'private, no-cache',
    vary: 'accept-encoding, cookie',
  }
}

const originOf = (url: string): string => (URL.canParse(url) ? ` ${new URL(url).origin}` : '')
