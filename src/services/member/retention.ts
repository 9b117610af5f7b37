/** What is kept of a member who left, and for how many calendar years. */
export interface Retention {
  readonly purpose: 'CONTRACT'
  readonly years: number
}

/**
 * Records of a contract or its withdrawal are kept five years (Act on Consumer Protection in Electronic Commerce, decree
 * §6): who the buyer was belongs to them. Of a person who never ordered nothing is kept.
 */
export const retentionOf = (everOrdered: boolean): Retention | undefined =>
  everOrdered ? { purpose: 'CONTRACT', years: 5 } : undefined

/** The instant (epoch milliseconds) `years` calendar years after another, in Korean time. */
export const yearsAfter = (ms: number, years: number): number =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO('Asia/Seoul').add({ years }).epochMilliseconds
