import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { describe, test } from 'node:test'
import * as habits from './habits.ts'
import * as imports from './imports.ts'
import { LAYERS, layersPointDown } from './layers.ts'
import { lockfileWithoutAddresses } from './lockfile.ts'
import { allMigrations, contractsAreDeclared, numberedInOrder } from './migrations.ts'
import type { Rule } from './rule.ts'
import { allSources, codeOf, sourceOf } from './source.ts'

const rules: Readonly<Record<string, Rule>> = { ...imports, ...habits, layersPointDown }

/** Small trees that break exactly one rule, or look as if they did. */
const planted: readonly {
  readonly rule: string
  readonly files: Readonly<Record<string, string>>
  readonly broken: boolean
}[] = [
  {
    rule: 'contractsOnly',
    files: { 'src/services/cart/service.ts': `import { store } from '#services/product/store.ts'` },
    broken: true,
  },
  {
    rule: 'contractsOnly',
    files: { 'src/services/cart/cart.ts': `export { store } from '../product/store.ts'` },
    broken: true,
  },
  {
    rule: 'contractsOnly',
    files: { 'src/gateway/api/routes.ts': `const late = await import('#services/auth/service.ts')` },
    broken: true,
  },
  {
    rule: 'contractsOnly',
    files: {
      'src/services/cart/service.ts': `import { product } from '#services/product/contract.ts'\nimport { store } from './store.ts'`,
      'src/shop.ts': `import { productService } from '#services/product/service.ts'`,
    },
    broken: false,
  },
  {
    rule: 'contractsStandAlone',
    files: { 'src/services/cart/contract.ts': `import { limit } from './cart.ts'` },
    broken: true,
  },
  {
    rule: 'contractsStandAlone',
    files: { 'src/services/cart/contract.ts': `import { z } from 'zod'\nimport { won } from '#kernel/money.ts'` },
    broken: false,
  },
  {
    rule: 'layersPointDown',
    files: { 'src/kernel/call.ts': `import { sql } from '#engines/postgres/sql.ts'` },
    broken: true,
  },
  {
    rule: 'layersPointDown',
    files: { 'src/engines/mail/smtp.ts': `import { email } from '#services/email/contract.ts'` },
    broken: true,
  },
  { rule: 'layersPointDown', files: { 'src/services/cart/cart.ts': `import '../../gateway/routes.ts'` }, broken: true },
  {
    rule: 'layersPointDown',
    files: { 'simulators/toss/api/api.ts': `import type { Order } from '#services/order/contract.ts'` },
    broken: true,
  },
  {
    rule: 'layersPointDown',
    files: { 'src/engines/mail/smtp.ts': `import { won } from '#kernel/money.ts'` },
    broken: false,
  },
  {
    rule: 'rulesDoNoIo',
    files: { 'src/services/order/states.ts': `import { readFile } from 'node:fs/promises'` },
    broken: true,
  },
  { rule: 'rulesDoNoIo', files: { 'src/services/order/price.ts': `import { Pool } from 'undici'` }, broken: true },
  {
    rule: 'rulesDoNoIo',
    files: {
      'src/services/payment/toss/client.ts': `import { Pool } from 'undici'`,
      'src/services/payment/split.ts': `import type { Pool } from 'undici'\nimport { createHash } from 'node:crypto'`,
    },
    broken: false,
  },
  {
    rule: 'sqlInStores',
    files: { 'src/services/cart/service.ts': `import { sql } from '#engines/postgres/sql.ts'` },
    broken: true,
  },
  { rule: 'sqlInStores', files: { 'simulators/toss/payments/ledger.ts': `import pg from 'pg'` }, broken: true },
  {
    rule: 'sqlInStores',
    files: { 'simulators/toss/payments/ledger-store.ts': `import { sql } from '#engines/postgres/sql.ts'` },
    broken: false,
  },
  { rule: 'throughRuntime', files: { 'src/services/order/order.ts': 'const at = Date.now()' }, broken: true },
  { rule: 'throughRuntime', files: { 'simulators/toss/clock.ts': 'const at = new Date()' }, broken: true },
  { rule: 'throughRuntime', files: { 'src/services/order/order.ts': 'const n = `${Math.random()}`' }, broken: true },
  { rule: 'throughRuntime', files: { 'src/gateway/api/routes.ts': 'setTimeout(() => {}, 5)' }, broken: true },
  { rule: 'throughRuntime', files: { 'src/gateway/api/routes.ts': 'const id = crypto.randomUUID()' }, broken: true },
  {
    rule: 'throughRuntime',
    files: {
      'src/services/order/order.ts': `// Date.now() is not for us\nconst text = 'Math.random()'\nconst at = new Date(runtime.now())`,
      'src/kernel/runtime.ts': 'const now = Date.now()',
      'src/services/order/order.test.ts': 'const at = Date.now()',
    },
    broken: false,
  },
  {
    rule: 'waitsThroughRuntime',
    files: { 'src/gateway/api/routes.ts': `import { setTimeout as wait } from 'node:timers/promises'` },
    broken: true,
  },
  {
    rule: 'waitsThroughRuntime',
    files: { 'src/kernel/runtime.ts': `import { setTimeout as wait } from 'node:timers/promises'` },
    broken: false,
  },
  { rule: 'testsAllRun', files: { 'src/kernel/a.test.ts': `test.skip('later', () => {})` }, broken: true },
  { rule: 'testsAllRun', files: { 'src/kernel/a.test.ts': `test('now', { only: true }, () => {})` }, broken: true },
  { rule: 'testsAllRun', files: { 'src/kernel/a.test.ts': `test('now', () => {})` }, broken: false },
  {
    rule: 'testsHoldNoStopwatch',
    files: { 'src/kernel/a.test.ts': 'assert.ok(performance.now() - began < 900)' },
    broken: true,
  },
  {
    rule: 'testsHoldNoStopwatch',
    files: { 'src/kernel/a.test.ts': 'const until = Date.now() + 1_000', 'bench/load.ts': 'return Date.now() - began' },
    broken: false,
  },
  {
    rule: 'numbersAreDecimal',
    files: { 'src/services/cart/contract.ts': 'const limit = z.coerce.number()' },
    broken: true,
  },
  {
    rule: 'numbersAreDecimal',
    files: { 'web/storefront/cart/cart.tsx': `const n = Number(text(form, 'quantity'))` },
    broken: true,
  },
  {
    rule: 'numbersAreDecimal',
    files: { 'web/storefront/cart/cart.tsx': `const n = wholeNumberOf(text(form, 'quantity'))` },
    broken: false,
  },
  { rule: 'plainTypeScript', files: { 'src/kernel/a.ts': 'export enum State { Open }' }, broken: true },
  { rule: 'plainTypeScript', files: { 'src/kernel/a.ts': `const text = 'x'\nconst enumerate = 1` }, broken: false },
]

describe('the checker', () => {
  for (const [name, rule] of Object.entries(rules)) {
    const cases = planted.filter((each) => each.rule === name)
    test(`${name} finds what breaks it and lets the rest be`, () => {
      assert.ok(cases.some((each) => each.broken) && cases.some((each) => !each.broken))
      for (const { files, broken } of cases) {
        const sources = Object.entries(files).map(([path, text]) => sourceOf(path, text))
        const found = rule(sources)
        assert.equal(found.length > 0, broken, `${JSON.stringify(files)}\n${found.join('\n')}`)
      }
    })
  }

  test('an import of anything above is found in every folder, and each folder has an entry', () => {
    const fileOf = (of: string): string => (of.endsWith('/') ? `${of}${of === 'src/services/' ? 'cart/' : ''}a.ts` : of)
    const found = (from: string, to: string) =>
      layersPointDown([sourceOf(from, `import './${relative(dirname(from), to)}'`)])
    for (const [n, { of, may }] of LAYERS.entries()) {
      if (may === 'anything') continue
      for (const above of LAYERS.slice(n + 1))
        assert.equal(found(fileOf(of), fileOf(above.of)).length, 1, `${of} ${above.of}`)
      for (const each of may) {
        const to = each === 'contracts' ? 'src/services/cart/contract.ts' : fileOf(each)
        assert.deepEqual(found(fileOf(of), to), [])
        const holds = LAYERS.findIndex((layer) => to.startsWith(layer.of))
        assert.ok(holds >= 0 && holds < n, `${of} may import ${each}, which stands above it`)
      }
    }
    assert.equal(found('src/billing/invoice.ts', 'src/kernel/money.ts').length, 1)
  })

  test('a lockfile with download addresses is found', () => {
    const lock = (entry: object) => JSON.stringify({ packages: { '': {}, 'node_modules/x': entry } })
    assert.equal(lockfileWithoutAddresses(lock({ resolved: 'https://registry.example/x.tgz' })).length, 1)
    assert.deepEqual(lockfileWithoutAddresses(lock({ version: '1.0.0' })), [])
  })

  test('a migration that takes something away without saying so is found', () => {
    const found = (text: string) => contractsAreDeclared('0002_x.sql', text).length
    assert.equal(found('ALTER TABLE a DROP COLUMN b'), 1)
    assert.equal(found('CREATE TABLE c (id int);\nALTER TABLE a RENAME TO b'), 1)
    assert.equal(found('-- contract: nothing reads a.b since 0.3\nALTER TABLE a DROP COLUMN b'), 0)
    assert.equal(found('CREATE TABLE a (id int) -- RENAME later'), 0)
  })

  test('a migration numbered like another, or past a gap, is found', () => {
    assert.deepEqual(numberedInOrder(['a/0001_x.sql', 'a/0002_y.sql', 'b/0001_z.sql']), [])
    assert.equal(numberedInOrder(['a/0001_x.sql', 'a/0001_y.sql']).length, 1)
    assert.equal(numberedInOrder(['a/0001_x.sql', 'a/0003_y.sql']).length, 1)
  })

  test('strings, comments and patterns are no code; what stands in a template’s braces is', () => {
    const blanked = (text: string) => codeOf(text).replace(/\s+/g, ' ').trim()
    assert.equal(blanked(`const a = 'Date.now()' // Date.now()`), `const a = ' '`)
    assert.equal(blanked('const a = `x ${f({ b: 1 })} Date.now()`'), 'const a = ` ${f({ b: 1 })} `')
    assert.equal(blanked(`x.replace(/'/g, "it's") /* ' */ + y / 2 / z`), 'x.replace( , " ") + y / 2 / z')
  })
})

describe('the house keeps its rules', () => {
  const sources = allSources()

  test('there is something to check', () => {
    assert.ok(sources.length > 30)
    const unresolved = sources.flatMap(({ path, imports: all }) =>
      all
        .filter(({ specifier, target }) => specifier.startsWith('#') && !target)
        .map((each) => `${path}: ${each.specifier}`),
    )
    assert.deepEqual(unresolved, [])
  })

  for (const [name, rule] of Object.entries(rules)) test(name, () => assert.deepEqual(rule(sources), []))

  test('migrations', () => {
    const migrations = allMigrations()
    assert.ok(migrations.length > 9)
    assert.deepEqual(
      migrations.flatMap(({ path, text }) => contractsAreDeclared(path, text)),
      [],
    )
    assert.deepEqual(numberedInOrder(migrations.map((each) => each.path)), [])
  })

  test('lockfile', () => assert.deepEqual(lockfileWithoutAddresses(readFileSync('package-lock.json', 'utf8')), []))
})
