import { hash } from 'node:crypto'
import { z } from 'zod'

/** An entity's id as it travels in contracts. */
export const idSchema = z.uuid().meta({ description: 'UUID' })

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

const format = (b: Uint8Array): string => {
  let text = ''
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += '-'
    text += hex[b[i]!]
  }
  return text
}

const POOL = 1_000

/**
 * A maker of UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, then a 12-bit counter that keeps ids of one
 * millisecond in the order of their making (§6.2, method 1), then 62 random bits.
 */
export const uuidv7 = (now: () => number, random: (size: number) => Uint8Array): (() => string) => {
  let lastMs = 0
  let counter = 0
  let pool: Uint8Array = new Uint8Array(0)
  let used = 0
  return () => {
    const ms = now()
    if (ms > lastMs) {
      lastMs = ms
      counter = 0
    } else if (++counter > 0xfff) {
      lastMs++
      counter = 0
    }
    if (used + 8 > pool.length) {
      pool = random(8 * POOL)
      used = 0
    }
    const bytes = new Uint8Array(16)
    let rest = lastMs
    for (let i = 5; i >= 0; i--) {
      bytes[i] = rest % 256
      rest = Math.floor(rest / 256)
    }
    bytes[6] = 0x70 | (counter >> 8)
    bytes[7] = counter & 0xff
    bytes.set(pool.subarray(used, used + 8), 8)
    used += 8
    bytes[8] = 0x80 | (bytes[8]! & 0x3f)
    return format(bytes)
  }
}

/** The same UUID for the same parts, always (RFC 9562 §5.8, version 8 over SHA-256): names an effect so that repeating it finds the first. */
export const derivedId = (...parts: readonly string[]): string => {
  const bytes = new Uint8Array(hash('sha256', JSON.stringify(parts), 'buffer').subarray(0, 16))
  bytes[6] = 0x80 | (bytes[6]! & 0x0f)
  bytes[8] = 0x80 | (bytes[8]! & 0x3f)
  return format(bytes)
}
