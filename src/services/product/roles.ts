import { role } from '#kernel/role.ts'

/** Roles that this service introduces. */
export const productRoles = [
  role('catalog', {
    title: { ko: '상품', en: 'Catalog' },
    about: { ko: '상품과 카테고리, 재고를 관리합니다.', en: 'Manages products, categories and stock.' },
  }),
] as const
