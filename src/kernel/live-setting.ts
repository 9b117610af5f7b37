/** What would be right, in each language. */
export interface Want {
  readonly ko: string
  readonly en: string
}

/** A text that a setting cannot be read from; its message says in English what would be right. */
export class Unfit extends TypeError {
  readonly want: Want

  constructor(want: Want) {
    super(want.en)
    this.want = want
  }
}

/** What a person is asked for. */
export type Shape =
  | { readonly type: 'text' }
  | { readonly type: 'whole'; readonly min: number; readonly max: number }
  | { readonly type: 'choice'; readonly words: readonly string[] }

/** A setting that may change while the shop runs, by the central configuration. */
export interface LiveSetting {
  readonly name: string
  readonly about: Want
  /** Those that read it, each of which can be given a value of its own; `every` is all services. */
  readonly by: readonly string[] | 'every'
  readonly shape: Shape
  /** Never shown. */
  readonly secret: boolean
  /** Its value in an environment where nobody gives one; empty when there is none. */
  otherwise(environment: string): string | number | boolean
  /** Reads a value by the rules of an environment; throws Unfit. */
  read(text: string, environment: string): string | number | boolean
}

/** The place of a value that counts for all services. */
export const WHOLE_SHOP = 'shop'
