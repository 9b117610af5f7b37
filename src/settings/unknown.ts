import { nearestOf } from '#kernel/text/edit-distance.ts'

/** Variables of ours that are no settings: of a test, of a measurement, of what deploys the shop. */
const OTHERS =
  /^JANGTEO_(ENV|PAGES|PAGES_BUILD|SAMPLES|CRASH_AT|SEED|CHAOS_EVENTS|ENGINE_FOLDER|IMAGE_TAG|SECRETS|TEST_\w+)$/
/** What Kubernetes tells of a service by the name of `jangteo`, where links are not turned off. */
const OF_KUBERNETES = /_(SERVICE_(HOST|PORT)|PORT)(_\w+)?$/
/** Names shorter than this have neighbours in every environment. */
const TELLING = 8

/** A setting of which a name is the beginning, all but some letters at its end. */
const begun = (name: string, names: readonly string[]): string | undefined =>
  name.includes('_') && name.length >= TELLING ? names.find((each) => each.startsWith(name)) : undefined

/** The setting that a name other programs may have too is most likely meant to be. */
const meantBy = (name: string, names: readonly string[]): string | undefined => {
  if (name.length < TELLING) return undefined
  const near = nearestOf(
    name,
    names.filter((each) => each.length >= TELLING),
    2,
  )
  if (near === undefined) return begun(name, names)
  // Of a short name two letters are too many, and its first word says whose it is.
  const short = near.length < 12
  const same = near.split('_')[0] === name.split('_')[0]
  return !short || (same && nearestOf(name, [near], 1)) ? near : undefined
}

/** What a name in the environment that is no setting is taken for. */
interface Unknown {
  readonly name: string
  /** The setting it is most likely meant to be. */
  readonly meant: string | undefined
  /** Whether to go on without it would write to the wrong place. */
  readonly grave: boolean
}

const ofService = (name: string, services: readonly string[]): Unknown | undefined => {
  const known = services.map((each) => `DATABASE_URL_${each.toUpperCase()}`)
  if (known.includes(name)) return undefined
  const meant = nearestOf(name.toUpperCase(), known, 2)
  return { name, meant, grave: meant !== undefined }
}

/**
 * The variables that look like settings of the shop and are none. `names` are those of its settings, `services` those that may have
 * a database of their own.
 */
export const unknownSettings = (
  env: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
  services: readonly string[],
): readonly Unknown[] =>
  Object.keys(env)
    .filter((name) => (env[name]?.trim() ?? '') !== '' && !names.includes(name))
    .sort()
    .flatMap((name): readonly Unknown[] => {
      if (/^DATABASE_URL_\w/.test(name)) return [ofService(name, services)].filter((each) => each !== undefined)
      if (!name.startsWith('JANGTEO_')) {
        const meant = meantBy(name, names)
        return meant === undefined ? [] : [{ name, meant, grave: false }]
      }
      if (OTHERS.test(name) || OF_KUBERNETES.test(name)) return []
      const meant =
        nearestOf(name, names, 2) ?? begun(name, names) ?? nearestOf(name, names, Math.ceil(name.length / 4))
      return [{ name, meant, grave: false }]
    })

/** A sentence about one of them. */
export const sentenceAbout = ({ name, meant }: Unknown): string =>
  `${name} is no setting and counts for nothing${meant === undefined ? ': docs/settings.md has all there are' : `: is ${meant} meant?`}`
