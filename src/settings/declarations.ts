import type { ServiceDefinition } from '#kernel/service.ts'
import type { Declarations, Setting } from '#kernel/settings/setting.ts'

/** A setting, and the services that declare it: none, where it is read by the process, the edge or an engine alone. */
export interface DeclaredSetting {
  readonly name: string
  readonly setting: Setting<any>
  readonly services: readonly string[]
}

/**
 * Every setting of a shop: those of the process, then those of its services in their order. One that several declare is one
 * object they share. Throws a TypeError where two declare different ones under one name.
 */
export const declarationsOf = (
  process: Declarations,
  services: readonly ServiceDefinition<any>[],
): readonly DeclaredSetting[] => {
  const all = new Map<string, { readonly name: string; readonly setting: Setting<any>; services: string[] }>()
  for (const [name, setting] of Object.entries(process)) all.set(name, { name, setting, services: [] })
  for (const { contract, settings } of services)
    for (const [name, setting] of Object.entries(settings as Declarations)) {
      const known = all.get(name)
      if (known && known.setting !== setting)
        throw new TypeError(
          `The service ${contract.name} declares ${name} anew: one that several read is one object, as in src/kernel/settings/shared.ts.`,
        )
      if (known) known.services.push(contract.name)
      else all.set(name, { name, setting, services: [contract.name] })
    }
  return [...all.values()]
}
