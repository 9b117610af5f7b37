import { z } from 'zod'
import type { Announcement } from '#kernel/remote/instances/registry.ts'
import type { Signing } from '#kernel/remote/security/signing.ts'

/** What a lease says. */
export interface LeaseContent extends Announcement {
  readonly ready: boolean
  /** Epoch milliseconds of the process's start. */
  readonly since: number
}

const leaseContentSchema = z.object({
  host: z.string().min(1).max(200),
  origin: z.string().regex(/^https?:\/\/[^/\s]+:\d{1,5}$/),
  weight: z.int().min(1).max(1_000),
  zone: z.string().max(200).optional(),
  version: z.string().max(200).optional(),
  services: z.array(z.string().max(200)).max(200),
  ready: z.boolean(),
  since: z.number(),
})

/** What a lease says, as it lies in Redis: whoever else may write there cannot have calls sent to a place of theirs. */
export const signedLease = (content: LeaseContent, { sign }: Signing): string =>
  JSON.stringify({ ...content, signature: sign(JSON.stringify(content)) })

/** What a text says that a host of this shop wrote; undefined for any other. */
export const parseLease = (text: string, { isOurs }: Signing): LeaseContent | undefined => {
  try {
    const { signature, ...content } = JSON.parse(text)
    return isOurs(JSON.stringify(content), signature) ? (leaseContentSchema.parse(content) as LeaseContent) : undefined
  } catch {
    return undefined
  }
}
