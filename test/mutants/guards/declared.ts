import { guardsOf, type Mutant } from '../mutant.ts'

const consumers = guardsOf('src/kernel/subscriptions.ts', 'src/kernel/subscriptions.test.ts')

const roles = guardsOf('src/kernel/role.ts', 'src/kernel/role.test.ts')
const view = guardsOf('src/kernel/settings/setting.ts', 'src/kernel/settings/setting.test.ts')

/** What services declare about themselves is what they do. */
export const declared: readonly Mutant[] = [
  view(
    'a service sees the settings it declares and no others',
    'const seen: Record<string, unknown> = { mode }',
    'const seen: Record<string, unknown> = { ...values, mode }',
  ),
  guardsOf('src/settings/declarations.ts', 'src/settings/declarations.test.ts')(
    'one name is not declared in two ways',
    'if (known && known.setting !== setting)',
    'if (false)',
  ),
  guardsOf('src/gateway/pages/page-context.ts', 'src/gateway/pages/page-context.test.ts')(
    'pages have no client of what is for services alone',
    '.filter(([, operation]) => isForOutside(operation))',
    '',
  ),
  roles('no operation asks for a role that nobody declares', 'if (!all.has(name))', 'if (false)'),
  roles('a role is declared by one service', 'if (known)', 'if (false)'),
  guardsOf('src/host/cluster/placement.ts', 'src/host/cluster/placement.test.ts')(
    'what no host names runs on one kind of host',
    'new Set(defaults.map((each) => each.runs.toSorted().join())).size > 1',
    'false',
  ),
  guardsOf('src/audit/audit.ts', 'src/audit/audit.test.ts')(
    'an invariant of a service reads no other store',
    'if (check.needs.length !== 1 || check.needs[0] !== contract.name)',
    'if (false)',
  ),
  consumers('a reaction to an event that is not declared is refused', 'if (!wanted.has(key))', 'if (false)'),
  consumers('two reactions of a consumer to one event are refused', 'if (seen.has(key))', 'if (false)'),
  consumers('a declared event without a reaction is refused', 'if (!seen.has(`${consumer} ${name}`))', 'if (false)'),
]
