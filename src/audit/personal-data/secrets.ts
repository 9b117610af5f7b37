/** What must not be told to anyone, by its looks. */
const looks: readonly (readonly [what: string, pattern: RegExp])[] = [
  [
    'a member that carries a secret',
    /"(password|passwd|passwordHash|accessToken|refreshToken|secret|secretKey|cvc|cvv|cardNumber|emailProof|proof)":\s*"[^"]/,
  ],
  ['an e-mail code', /"code":\s*"?\d{6}\b/],
  ['a signed token', /eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\./],
  ['a password hash', /\$argon2/],
  ['a secret key of the payment provider', /(test|live)_g?sk_[A-Za-z0-9]{8,}/],
]

/** Card numbers have 14 to 19 digits, perhaps in groups. */
const digits = /(?<![A-Za-z0-9-])\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{2,7}(?![A-Za-z0-9-])/g

/** Whether digits end in the check digit of a card (ISO/IEC 7812). */
export const isCardNumber = (text: string): boolean => {
  const number = text.replace(/\D/g, '')
  let sum = 0
  for (let i = 0; i < number.length; i++) {
    const digit = Number(number[number.length - 1 - i])
    sum += i % 2 === 0 ? digit : digit < 5 ? digit * 2 : digit * 2 - 9
  }
  return number.length >= 14 && sum % 10 === 0
}

const cardNumbersIn = (text: string): readonly string[] => (text.match(digits) ?? []).filter(isCardNumber)

/** An e-mail address, from the last letter before its @, or a Korean mobile number. */
const reached =
  /[A-Za-z0-9._%+-]@[A-Za-z0-9-]+\.[A-Za-z]{2,}|(?<![A-Za-z0-9-])01[016789]-?\d{3,4}-?\d{4}(?![A-Za-z0-9-])/
const whole = /[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]+|(?<![A-Za-z0-9-])01[016789]-?\d{3,4}-?\d{4}(?![A-Za-z0-9-])/g

/** The e-mail addresses and mobile numbers in a text. */
const addressesIn = (text: string): readonly string[] => (reached.test(text) ? (text.match(whole) ?? []) : [])

/** What the catalogue says to everybody: an address or a number there is no secret wherever it is repeated. */
export const publicWords = () => {
  const said = new Set<string>()
  /** A name shortened for an order may end within it. */
  const isPublic = (word: string): boolean => said.has(word) || [...said].some((each) => each.startsWith(word))
  return {
    add: (text: string): void => {
      for (const each of [...addressesIn(text), ...cardNumbersIn(text)]) said.add(each)
    },
    /** Those of the words that the catalogue does not say. */
    unsaid: (words: readonly string[]): readonly string[] => words.filter((each) => !isPublic(each)),
  }
}
export type PublicWords = ReturnType<typeof publicWords>

/** What secret a text holds, if any. */
export const secretIn = (text: string, { unsaid }: Pick<PublicWords, 'unsaid'>): string | undefined => {
  const found = looks.find(([, pattern]) => pattern.test(text))
  if (found) return found[0]
  return unsaid(cardNumbersIn(text)).length > 0 ? 'a card number' : undefined
}

/** Whether a text holds an e-mail address or a Korean mobile number that the catalogue does not say. */
export const tellsHowToReach = (text: string, { unsaid }: Pick<PublicWords, 'unsaid'>): boolean =>
  unsaid(addressesIn(text)).length > 0
