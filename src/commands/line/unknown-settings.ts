import { CannotStart } from '#kernel/cannot-start.ts'
import { schemasOf } from '#src/host/stores/schemas.ts'
import { settingNames } from '#src/settings.ts'
import { sentenceAbout, unknownSettings } from '#src/settings/unknown.ts'
import { shop } from '#src/shop.ts'

/**
 * Names what looks like a setting of the shop in the environment and is none, a line each. Throws CannotStart for a
 * database of a service that is nearly the name of one: without it that service's data would go to another database.
 */
export const reportUnknownSettings = (
  env: Readonly<Record<string, string | undefined>>,
  say: (line: string) => void,
): void => {
  const services = schemasOf(shop, 'development').map((each) => each.name)
  const unknown = unknownSettings(env, settingNames, services)
  const grave = unknown.filter((each) => each.grave)
  if (grave.length > 0) throw new CannotStart(grave.map(sentenceAbout).join('\n'))
  for (const each of unknown) say(sentenceAbout(each))
}
