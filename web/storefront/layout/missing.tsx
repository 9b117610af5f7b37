import { data } from 'react-router'
import { load } from '../../shared/server/page.server.ts'

/** Every address nobody else answers. */
export const loader = load(async () => {
  throw data(null, { status: 404 })
})

export default function Missing() {
  return null
}
