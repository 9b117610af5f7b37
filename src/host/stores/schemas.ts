import type { ServiceDefinition } from '#kernel/service.ts'
import type { Mode } from '#kernel/settings/setting.ts'
import { simulatorSchemas } from '../development/simulators.ts'
import type { Schema } from './stores.ts'

/** Every schema a shop has: its services', and in development the simulators' too. */
export const schemasOf = (services: readonly ServiceDefinition<any>[], mode: Mode): readonly Schema[] => [
  ...services.map(({ contract, migrations }) => ({ name: contract.name as string, migrations })),
  ...(mode === 'development' ? simulatorSchemas : []),
]
