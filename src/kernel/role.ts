import type { Contract } from './contract.ts'
import type { ServiceDefinition } from './service.ts'

/** What some staff may do and others may not: a service declares it, its operations ask for it with `staff(name)`. */
export interface Role {
  /** As it stands in tokens and tables: small letters, digits and underscores. */
  readonly name: string
  /** What it is called on pages, in a word. */
  readonly title: { readonly ko: string; readonly en: string }
  /** What whoever holds it may do, in a sentence. */
  readonly about: { readonly ko: string; readonly en: string }
}

const NAME = /^[a-z][a-z0-9_]{0,39}$/

/** Declares a role. Throws a TypeError for a name that no table would store. */
export const role = (name: string, { title, about }: Pick<Role, 'title' | 'about'>): Role => {
  if (!NAME.test(name)) throw new TypeError(`Not the name of a role: ${name}`)
  return { name, title, about }
}

/** Roles that operations of a contract ask for. */
const rolesAskedBy = ({ operations }: Contract): readonly string[] =>
  Object.values(operations).flatMap(({ access }) => (typeof access === 'object' ? [access.staff] : []))

/**
 * The roles of a shop: those its services declare. Throws a TypeError where two services declare one name, and where an operation
 * asks for a role nobody declares: no member of staff could ever be given it.
 */
export const rolesOf = (services: readonly ServiceDefinition<any>[]): readonly Role[] => {
  const all = new Map<string, { readonly role: Role; readonly service: string }>()
  for (const { contract, roles } of services)
    for (const each of roles) {
      const known = all.get(each.name)
      if (known)
        throw new TypeError(
          `The role ${each.name} is declared by ${known.service} and by ${contract.name}: give one another name.`,
        )
      all.set(each.name, { role: each, service: contract.name })
    }
  for (const { contract } of services)
    for (const name of rolesAskedBy(contract))
      if (!all.has(name))
        throw new TypeError(
          `An operation of ${contract.name} asks for the role ${name}, which no service declares: add it to the roles of one.`,
        )
  return [...all.values()].map((each) => each.role)
}
