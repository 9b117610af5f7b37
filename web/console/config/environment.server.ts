import type { Visit } from '../../shared/server/page.server.ts'

/** The environment a page is about: the one its address names, else the one this shop runs in. */
export const environmentOf = ({ url, page }: Pick<Visit, 'url' | 'page'>): string =>
  url.searchParams.get('env') || page.environment || 'development'
