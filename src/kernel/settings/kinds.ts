import { z } from 'zod'
import { addressOf, InvalidAddress } from '../net/address.ts'
import { type Shape, Unfit, type Want } from '../live-setting.ts'

/** What a setting may be once it is read. */
export type SettingValue = string | number | boolean

/** How a setting is read from text, of its environment variable or of the central configuration. */
export interface Kind<T extends SettingValue> {
  /** Throws Unfit with what would be right. */
  read(text: string): T
  /** What a person is asked for in the console; any text by default. */
  readonly shape?: Shape
}

/** A kind by a zod schema over text; `refusal` says in both languages what would be right, for every text it refuses. */
export const kind = <T extends SettingValue>(schema: z.ZodType<T, string>, refusal: Want, shape?: Shape): Kind<T> => ({
  read: (text) => {
    const read = schema.safeParse(text)
    if (!read.success) throw new Unfit(refusal)
    return read.data
  },
  ...(shape && { shape }),
})

/** Any text. */
export const text = (): Kind<string> => ({ read: (given) => given })

/** A whole number in a range, both ends included. */
export const whole = (min: number, max: number): Kind<number> =>
  kind(
    z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number)
      .pipe(z.number().min(min).max(max)),
    { en: `give a whole number from ${min} to ${max}`, ko: `${min}에서 ${max} 사이의 정수로 입력해 주세요` },
    { type: 'whole', min, max },
  )

/** One of a few words. */
export const choice = <const W extends string>(...words: readonly [W, ...W[]]): Kind<W> =>
  kind<W>(
    z.literal(words) as unknown as z.ZodType<W, string>,
    { en: `give one of ${words.join(', ')}`, ko: `다음 중 하나로 입력해 주세요: ${words.join(', ')}` },
    { type: 'choice', words },
  )

/** A secret of at least `least` characters. */
export const secret = (least: number): Kind<string> =>
  kind(z.string().min(least), { en: `give at least ${least} characters`, ko: `${least}자 이상 입력해 주세요` })

/** Addresses with one of the protocols, named without the colon; `judge` throws InvalidAddress for one that cannot be used. */
export const addresses = (protocols: readonly string[], judge: (given: string) => unknown): Kind<string> => ({
  read: (given) => {
    const starts = protocols.map((each) => `${each}://`)
    const protocol = /^([a-z][a-z0-9+.-]*):\/\//i.exec(given)?.[1] ?? ''
    if (!protocols.includes(protocol.toLowerCase()))
      throw new Unfit({
        en: `give an address that starts with ${starts.join(' or ')}`,
        ko: `${starts.join(' 또는 ')}로 시작하는 주소를 입력해 주세요`,
      })
    // In small letters: ioredis takes REDISS:// for redis://, and speaks in the clear.
    const usual = protocol.toLowerCase() + given.slice(protocol.length)
    try {
      judge(usual)
    } catch (error) {
      if (!(error instanceof InvalidAddress)) throw error
      throw new Unfit({ en: error.message, ko: `주소를 확인해 주세요 (${error.message})` })
    }
    return usual
  },
})

/** An absolute address with one of the protocols, named without the colon. It names a host, and has no options. */
export const address = (...protocols: readonly string[]): Kind<string> =>
  addresses(protocols, (given) => {
    if (addressOf(given, []).host === '') throw new InvalidAddress('it names no host')
  })
