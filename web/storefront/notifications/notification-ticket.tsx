import { act, membersOnly } from '../../shared/server/page.server.ts'

/** A ticket for the stream of notifications: browsers cannot send headers with a WebSocket. */
export const action = act(async (visit) => {
  membersOnly(visit)
  return await visit.shop.notification.createTicket({})
})
