import { role } from '#kernel/role.ts'

/** Roles that this service introduces. */
export const memberRoles = [
  role('members', {
    title: { ko: '회원', en: 'Members' },
    about: { ko: '회원을 관리합니다.', en: 'Looks after members.' },
  }),
] as const
