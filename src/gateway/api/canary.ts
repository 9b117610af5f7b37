import type { IncomingHttpHeaders } from 'node:http'
import { CannotStart } from '#kernel/cannot-start.ts'
import type { Actor } from '#kernel/context.ts'
import { versionChoices } from '#kernel/remote/instances/versions.ts'

/** By it staff choose versions of services for one request: `product@1.2`. */
const VERSION_HEADER = 'x-jangteo-version'

/** A share of the customers who get another version of a service. */
interface Share {
  readonly service: string
  readonly version: string
  /** Of ten thousand. */
  readonly part: number
}

/** Chooses versions of services for requests; answers nothing where there is nothing to choose. */
export type ChooseVersions = (headers: IncomingHttpHeaders, actor: Actor, address: string) => string | undefined

const sharesOf = (text: string): readonly Share[] =>
  text
    .split(',')
    .filter((each) => each !== '')
    .map((each) => {
      const [service, version, percent] = each.split(/[@=]/) as [string, string, string]
      return { service, version, part: Math.round(Number(percent) * 100) }
    })

/** A number from 0 to 9,999 that is always the same for a text (FNV-1a). */
const drawOf = (text: string): number => {
  let hash = 2_166_136_261
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16_777_619)
  // The last bits alone follow the last letters.
  hash ^= hash >>> 15
  return ((hash >>> 0) * 0x9e37_79b1) % 10_000
}

const whoIs = (actor: Actor, address: string): string => {
  if (actor.kind === 'member' || actor.kind === 'staff') return actor.memberId
  return actor.kind === 'guest' ? actor.guestId : address
}

const mayChoose = (actor: Actor): boolean => actor.kind === 'staff' && actor.roles.includes('operations')

/** Services that shares are set for and that there are not. */
export const unknownServices = (text: string, services: readonly string[]): readonly string[] =>
  sharesOf(text).flatMap(({ service }) => (services.includes(service) ? [] : [service]))

/**
 * Versions by share, always the same for a member, a guest, or else an address: `product@1.2=10` sends ten of a hundred
 * to instances of version 1.2, and the others to any but these. Staff of operations choose by header instead; the
 * header of anybody else is passed over. The choice travels with the request along its chain of calls. Throws
 * CannotStart for a service that there is not.
 */
export const canary = (text: string, services: readonly string[]): ChooseVersions => {
  const shares = sharesOf(text)
  const unknown = unknownServices(text, services)
  if (unknown.length > 0)
    throw new CannotStart(
      `CANARY names ${unknown.join(', ')}, which is no service: give some of ${services.join(', ')}.`,
    )
  return (headers, actor, address) => {
    const requested = headers[VERSION_HEADER]
    if (shares.length === 0 && requested === undefined) return undefined
    const chosen = typeof requested === 'string' && mayChoose(actor) ? requested : ''
    const byHeader = versionChoices(chosen)
    const who = whoIs(actor, address)
    const all = shares
      .filter(({ service }) => !byHeader.has(service))
      .map(
        ({ service, version, part }) =>
          `${service}${drawOf(`${service}@${version} ${who}`) < part ? '@' : '!'}${version}`,
      )
    for (const [service, { version, wanted }] of byHeader) all.push(`${service}${wanted ? '@' : '!'}${version}`)
    return all.length === 0 ? undefined : all.join(',')
  }
}
