/** Milliseconds a code can be used: long enough for a slow mailbox, short enough that a found mail is worthless. */
export const CODE_LIFE = 5 * 60_000
/** Wrong tries after which a code is dead. With a million codes, five tries guess one in 200,000. */
export const MAX_TRIES = 5
/** Milliseconds a proof can be used: time to fill in the rest of the form. */
export const PROOF_LIFE = 30 * 60_000
/** Milliseconds after its end for which a used proof is remembered, so that a caller who lost the answer may ask again. */
export const PROOF_MEMORY = 24 * 3_600_000

const CODES = 1_000_000
/** The largest multiple of a million that four bytes hold: draws at or above it would favour low codes. */
const FAIR = Math.floor(2 ** 32 / CODES) * CODES

/** Draws a 6-digit code, each equally likely. */
export const drawCode = (random: (size: number) => Uint8Array): string => {
  for (;;) {
    const bytes = random(4)
    const drawn = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0)
    if (drawn < FAIR) return String(drawn % CODES).padStart(6, '0')
  }
}
