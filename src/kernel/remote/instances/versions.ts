import { LRUCache } from 'lru-cache'

/** Which instances of a service a call goes to: those of a version, or those of any other. */
export interface VersionChoice {
  readonly version: string
  /** Whether it is this version that is wanted, or any but this. */
  readonly wanted: boolean
}

const ONE = /^([a-z]{1,40})([@!])([\w.+-]{1,60})$/
const parsed = new LRUCache<string, ReadonlyMap<string, VersionChoice>>({ max: 200 })

/** Reads `product@1.2,order!1.3`: product in version 1.2, order in any but 1.3. Parts that are not so are passed over. */
export const versionChoices = (text: string): ReadonlyMap<string, VersionChoice> => {
  const known = parsed.get(text)
  if (known) return known
  const choices = new Map<string, VersionChoice>()
  for (const part of text.split(',', 50)) {
    const [, service, sign, version] = ONE.exec(part.trim()) ?? []
    if (service !== undefined) choices.set(service, { version: version!, wanted: sign === '@' })
  }
  parsed.set(text, choices)
  return choices
}

/** Whether an instance is one that was chosen. */
export const isChosen = (version: string | undefined, choice: VersionChoice): boolean =>
  (version === choice.version) === choice.wanted
