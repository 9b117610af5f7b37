import { createHash, timingSafeEqual } from 'node:crypto'

/** Who may read metrics: anybody, or whoever shows a token. */
export type MetricsReader = 'anybody' | { readonly token: string }

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Whether an `Authorization` header lets its bearer read metrics. */
export const mayRead = (reader: MetricsReader, authorization: string | undefined): boolean =>
  reader === 'anybody' ||
  timingSafeEqual(digest((authorization ?? '').replace(/^bearer /i, 'Bearer ')), digest(`Bearer ${reader.token}`))
