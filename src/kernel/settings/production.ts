import type { Want } from '../live-setting.ts'

/** Whether an address leads back to this machine. */
export const isLocal = (given: string): boolean => {
  const host = URL.parse(given)?.hostname ?? ''
  return /^(localhost|.*\.localhost|127\.[\d.]+|0\.0\.0\.0|\[::1?\])$/.test(host)
}

/** In production: refuses an address that leads back to this machine. */
export const notLocal = (value: string): Want | undefined =>
  isLocal(value)
    ? {
        en: 'give an address outside this machine: simulators are for development',
        ko: '이 컴퓨터 밖의 주소를 입력해 주세요. 시뮬레이터는 개발용입니다',
      }
    : undefined

/** In production: refuses a key of the simulator of Toss. */
export const notSimulated = (value: string): Want | undefined =>
  /simulator/i.test(value)
    ? {
        en: 'give the key Toss issued: the simulator’s is for development',
        ko: '토스가 발급한 키를 입력해 주세요. 시뮬레이터의 키는 개발용입니다',
      }
    : undefined

/** In production: refuses an address that is not encrypted, or leads back to this machine. */
export const secured = (value: string): Want | undefined =>
  value.startsWith('https://')
    ? notLocal(value)
    : { en: 'give an https:// address', ko: 'https:// 주소를 입력해 주세요' }

/** In production: refuses a number below `least`; `why` goes on with the English sentence. */
export const atLeast = (least: number, value: number, why = ''): Want | undefined =>
  value < least ? { en: `give at least ${least}${why}`, ko: `${least} 이상으로 입력해 주세요` } : undefined
