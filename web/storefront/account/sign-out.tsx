import { redirect } from 'react-router'
import { act } from '../../shared/server/page.server.ts'

/** Ends the sign-in here and, through the shop, everywhere. The cookies go even while the shop cannot be asked. */
export const action = act(async ({ page, shop }) => {
  try {
    if (page.viewer.kind === 'member') await shop.auth.signOut({})
  } finally {
    page.signedOut()
  }
  throw redirect('/')
})

export const loader = () => redirect('/')
