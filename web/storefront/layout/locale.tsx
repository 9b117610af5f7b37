import { redirect } from 'react-router'
import { act, localPath, text } from '../../shared/server/page.server.ts'

const YEAR = 31_536_000

/** Keeps the chosen language in a cookie and goes back to where the reader was. */
export const action = act(async ({ form }) => {
  const locale = text(form, 'locale') === 'en' ? 'en' : 'ko'
  throw redirect(localPath(text(form, 'next')), {
    headers: { 'set-cookie': `locale=${locale}; Path=/; Max-Age=${YEAR}; SameSite=Lax` },
  })
})

export const loader = () => redirect('/')
