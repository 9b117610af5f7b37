import { importRule, isTest, nameOf, type Rule, serviceOf } from './rule.ts'

/** What a folder may import of ours, besides itself. */
interface Layer {
  /** A folder, or a file; the first entry that holds a file counts. */
  readonly of: string
  /** Entries that stand above in the table, or single files of them; `contracts` are those of all services. */
  readonly may: readonly string[] | 'anything'
}

const CONTRACTS = ['contracts', 'src/contracts.ts']
const BELOW = ['src/kernel/', 'src/engines/', ...CONTRACTS, 'src/settings/']

/**
 * Every folder, from the lowest to the highest. Nothing imports what comes later: what a lower part needs of a higher one
 * it is given as an argument, as the host is given the shop.
 */
export const LAYERS: readonly Layer[] = [
  { of: 'src/kernel/', may: [] },
  { of: 'src/engines/', may: ['src/kernel/'] },
  // Of each other they see contracts alone: `contractsOnly`.
  { of: 'src/services/', may: ['src/kernel/', 'src/engines/'] },
  { of: 'src/contracts.ts', may: ['src/kernel/', 'contracts'] },
  { of: 'src/settings/', may: ['src/kernel/', 'src/engines/'] },
  { of: 'src/observability/', may: ['src/kernel/', 'src/engines/'] },
  { of: 'src/audit/', may: ['src/kernel/', 'src/engines/', ...CONTRACTS] },
  { of: 'simulators/', may: ['src/kernel/', 'src/engines/'] },
  { of: 'samples/', may: ['src/kernel/', ...CONTRACTS] },
  { of: 'tools/', may: ['src/kernel/', 'src/engines/'] },
  { of: 'web/', may: ['src/kernel/', ...CONTRACTS] },
  { of: 'src/gateway/', may: ['src/kernel/', ...CONTRACTS, 'src/observability/', 'web/context.ts'] },
  {
    of: 'src/host/',
    may: [
      ...BELOW,
      'src/observability/',
      'src/gateway/',
      // The simulators run in a host of development, the samples are loaded by it; the pages are built before it serves them.
      'simulators/',
      'samples/',
      'tools/',
      'web/build.ts',
    ],
  },
  { of: 'src/shop.ts', may: ['src/kernel/', 'src/services/', 'src/settings/', 'src/gateway/live-checks.ts'] },
  // Those of the process and those that the services of the shop declare.
  { of: 'src/settings.ts', may: ['src/kernel/', 'src/engines/', 'src/settings/', 'src/shop.ts'] },
  {
    of: 'src/commands/',
    may: [...BELOW, 'src/audit/', 'src/gateway/', 'src/host/', 'src/shop.ts', 'src/settings.ts', 'tools/'],
  },
  { of: 'src/main.ts', may: ['src/kernel/', 'src/commands/'] },
  // What is no part of the shop and looks at all of it.
  { of: 'scripts/', may: 'anything' },
  { of: 'bench/', may: 'anything' },
  { of: 'test/', may: 'anything' },
]

const isContract = (path: string): boolean => serviceOf(path) !== undefined && nameOf(path) === 'contract.ts'

const within = (path: string, of: string): boolean => (of === 'contracts' ? isContract(path) : path.startsWith(of))

/** Each folder knows only those below it. Tests may import more: they put parts together. */
export const layersPointDown: Rule = importRule((path, { target }) => {
  if (!target || isTest(path)) return undefined
  const layer = LAYERS.find(({ of }) => path.startsWith(of))
  if (!layer) return 'this folder has no entry in LAYERS of test/architecture/layers.ts: say what it may import'
  if (layer.may === 'anything' || target.startsWith(layer.of) || layer.may.some((each) => within(target, each)))
    return undefined
  return `${layer.of} may import ${[layer.of, ...layer.may].join(', ')} only`
})
