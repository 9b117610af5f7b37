import { escapeHtml } from '#kernel/text/html.ts'

/** HTML whose values are escaped already. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

const piece = (value: unknown): string => {
  if (value instanceof Html) return value.text
  if (Array.isArray(value)) return value.map(piece).join('')
  return value === undefined || value === null || value === false ? '' : escapeHtml(String(value))
}

/** A piece of a page; every value is escaped unless it is Html itself. */
export const html = (parts: TemplateStringsArray, ...values: readonly unknown[]): Html =>
  new Html(parts.reduce((text, part, i) => text + piece(values[i - 1]) + part))

/** Won as people read it: `12,000원`. */
export const wonText = (amount: number): string => `${amount.toLocaleString('ko-KR')}원`
