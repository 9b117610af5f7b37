import type { StaffRole } from '#kernel/contract.ts'
import type { Locale } from '#kernel/fault.ts'

/** A page of the console: where it is, what it is called and for, and the role its operations ask for. */
export interface Place {
  readonly to: string
  readonly name: Readonly<Record<Locale, string>>
  readonly hint: Readonly<Record<Locale, string>>
  /** None: any member of staff. */
  readonly role?: StaffRole
}

/** The first page, which every member of staff can open. */
export const OVERVIEW = '/console'

/** The console's menu. What a place shows is guarded by the contracts it asks, not by this list. */
export const places: readonly Place[] = [
  {
    to: OVERVIEW,
    name: { ko: '한눈에 보기', en: 'Overview' },
    hint: { ko: '', en: '' },
  },
  {
    to: '/console/status',
    name: { ko: '상태', en: 'Status' },
    hint: { ko: '호스트, 호출, 추적, 처리하지 못한 이벤트', en: 'Hosts, calls, traces, events set aside' },
    role: 'operations',
  },
  {
    to: '/console/config',
    name: { ko: '설정', en: 'Settings' },
    hint: {
      ko: '실행 중에 바꾸는 설정, 변경 이력, 되돌리기',
      en: 'Settings changed while the shop runs, history, roll-back',
    },
    role: 'operations',
  },
]

/** The places somebody with these roles can use. */
export const placesFor = (roles: readonly StaffRole[]): readonly Place[] =>
  places.filter(({ role }) => role === undefined || roles.includes(role))
