import { z } from 'zod'
import { fault } from '#kernel/fault.ts'
import { contract, event, instantSchema, nothing, pageInput, pageOf } from '#kernel/contract.ts'

export const notificationOutput = z.object({
  id: z.uuid(),
  type: z.string(),
  title: z.object({ ko: z.string(), en: z.string() }),
  body: z.object({ ko: z.string(), en: z.string() }),
  link: z.string().nullable(),
  at: instantSchema,
  readAt: instantSchema.nullable(),
})
export type Notification = z.output<typeof notificationOutput>

/** A notification on its way to its member. */
const toldOutput = notificationOutput.omit({ readAt: true }).extend({ memberId: z.uuid() })
export type NewNotification = z.output<typeof toldOutput>

export const TICKET_INVALID = fault('TICKET_INVALID', 401, {
  ko: '알림 연결 표가 만료되었습니다. 다시 연결해 주세요.',
  en: 'The ticket for the stream has expired. Please connect again.',
})

export const notification = contract('notification', {
  list: {
    summary: "The member's notifications, newest first.",
    method: 'GET',
    path: '/notifications',
    access: 'member',
    input: z.object(pageInput),
    output: pageOf(notificationOutput).extend({ unread: z.number().int() }),
  },
  markRead: {
    summary: 'Marks a notification, or all up to it, as read.',
    method: 'POST',
    path: '/notifications/{id}/read',
    access: 'member',
    status: 204,
    repeatable: true,
    input: z.object({ id: z.uuid(), upTo: z.boolean().default(false) }),
    output: z.void(),
  },
  createTicket: {
    summary: 'A ticket that opens the stream once, within 30 seconds, for clients that cannot send headers.',
    method: 'POST',
    path: '/notifications/tickets',
    access: 'member',
    status: 201,
    input: nothing,
    output: z.object({ ticket: z.string(), expiresAt: instantSchema }),
  },
  redeemTicket: {
    summary: 'Uses a ticket up and tells whose it is.',
    method: 'POST',
    access: 'service',
    input: z.object({ ticket: z.string().max(200) }),
    output: z.object({ memberId: z.uuid(), sessionId: z.uuid() }),
    faults: [TICKET_INVALID],
  },
  missed: {
    summary: 'What a member was told after a notification they have seen, oldest first; at most 100.',
    method: 'GET',
    access: 'service',
    input: z.object({ memberId: z.uuid(), after: z.uuid() }),
    output: z.object({ items: z.array(notificationOutput) }),
  },
  tail: {
    summary:
      'Notifications of all members in the order they were stored, after a place; without one, the place that is now the end.',
    method: 'GET',
    access: 'service',
    input: z.object({ after: z.string().max(100).nullable() }),
    output: z.object({ items: z.array(toldOutput), place: z.string() }),
  },
})

export const notificationCreated = event('notification.created', {
  version: 1,
  key: 'memberId',
  summary: 'Something to tell a member.',
  payload: toldOutput,
})
