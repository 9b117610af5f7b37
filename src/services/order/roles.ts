import { role } from '#kernel/role.ts'

/** Roles that this service introduces. */
export const orderRoles = [
  role('orders', {
    title: { ko: '주문', en: 'Orders' },
    about: { ko: '주문을 처리합니다.', en: 'Handles orders.' },
  }),
] as const
