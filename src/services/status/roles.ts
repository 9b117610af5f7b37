import { role } from '#kernel/role.ts'

/** Roles that this service introduces. */
export const statusRoles = [
  role('operations', {
    title: { ko: '운영', en: 'Operations' },
    about: {
      ko: '장터를 운영합니다: 상태, 중앙 설정, 검색 색인.',
      en: 'Runs the shop: status, central configuration, search index.',
    },
  }),
] as const
