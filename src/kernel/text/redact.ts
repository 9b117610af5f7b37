/** Nine digits and more, with at most one sign between two of them: telephone and card numbers are, dates are not. */
const NUMBERS = /\p{Nd}(?:[-. ]?\p{Nd}){8,}/gu
const ADDRESSES = /[^\s@]+@[^\s@]+\.[^\s@]+/gu

/** What somebody wrote freely, without the numbers and mail addresses in it: texts that travel on may tell neither. */
export const redact = (text: string): string => text.replaceAll(ADDRESSES, '***').replaceAll(NUMBERS, '***')
