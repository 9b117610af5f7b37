import { data } from 'react-router'
import { staffLoad } from './kit/staff.server.ts'

/** Addresses below the console that are none of its pages. */
export const loader = staffLoad(async () => {
  throw data(null, { status: 404 })
})

export default function Missing() {
  return null
}
