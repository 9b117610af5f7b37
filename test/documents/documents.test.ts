import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { commands } from '#src/commands/index.ts'
import { orderStatus } from '#services/order/contract.ts'
import { settingsDocument } from '#src/settings/document.ts'
import { declarations } from '#src/shop.ts'
import { dataModelDocument } from '../../scripts/data-model/document.ts'
import { decisionIndex, decisionOf } from '../../scripts/decisions.ts'
import { eventsDocument } from '../../scripts/events-document.ts'
import { apiGuide } from '../../scripts/roles-document.ts'
import { ko } from '../../web/shared/i18n/ko.ts'
import { brokenLinks, type Document, ofOneMachine, staleSnippets, unexplained, unsaid } from './rules.ts'

const read = (path: string): string => readFileSync(path, 'utf8')
const root = fileURLToPath(new URL('../../', import.meta.url))
const documents: readonly Document[] = globSync(['*.md', 'docs/**/*.md', 'simulators/**/*.md']).map((path) => ({
  path,
  text: read(path),
}))
const manifest = JSON.parse(read('package.json'))

describe('the checker of documents', () => {
  const page = (text: string): Document => ({ path: 'docs/a.md', text })

  test('finds links that lead nowhere', () => {
    const text = '# One thing\n[a](b.md) [c](../c.md) [d](#one-thing) [e](#two) [f](https://f.example) `[g](g.md)`'
    assert.deepEqual(
      brokenLinks([page(text)], (path) => path === 'c.md' || path === 'docs/a.md'),
      ['docs/a.md: b.md', 'docs/a.md: #two'],
    )
  })

  test('finds code that is no longer so', () => {
    const shown = (code: string) => page(`\`\`\`ts\n// src/a.ts\n${code}\`\`\``)
    const now = () => 'const a = 1\nconst b = 2\nconst c = 3\n'
    assert.deepEqual(staleSnippets([shown('const a = 1\n…\nconst c = 3\n')], now), [])
    assert.equal(staleSnippets([shown('const a = 1\nconst c = 3\n')], now).length, 1)
  })

  test('finds packages without a reason, and reasons without a package', () => {
    const table = '| package | why |\n|---|---|\n| pg | speaks to it |\n| old | once |\n'
    assert.deepEqual(unexplained(table, ['pg', 'new']), ['new has no line', 'old is not a dependency'])
  })

  test('finds lines of a log that nobody writes', () => {
    const table = '| line | means |\n|---|---|\n| `It ended: …` | … |\n| `It began` | … |\n'
    assert.deepEqual(unsaid(table, ["log.info('It ended: no space')"]), ['It began'])
  })

  test('finds what belongs to one machine', () => {
    assert.equal(ofOneMachine([page('see /home/somebody/shop and registry.example.com')]).length, 2)
    assert.deepEqual(ofOneMachine([page('a checkout below `/root`, the package registry, src/work/x.ts')]), [])
  })
})

describe('documents', () => {
  test('there is something to check', () => assert.ok(documents.length > 15))
  test('every link leads somewhere', () => assert.deepEqual(brokenLinks(documents), []))
  test('code is shown as it is', () => {
    assert.ok(documents.filter(({ text }) => text.includes('\n// src/')).length >= 2)
    assert.deepEqual(staleSnippets(documents, read), [])
  })
  test('troubleshooting shows lines as the code says them', () => {
    const sources = globSync(['src/**/*.ts', 'web/**/*.ts', 'test/support/*.ts']).map(read)
    assert.deepEqual(unsaid(read('docs/troubleshooting.md'), sources), [])
  })

  test('a page is read in ten minutes, but for those one looks things up in', () => {
    const reference = ['docs/settings.md', 'docs/data-model.md', 'docs/scale.md']
    const long = documents
      .filter(({ path }) => !reference.includes(path))
      .filter(({ text }) => text.split(/\s+/).length > 2_500)
      .map(({ path }) => path)
    assert.deepEqual(long, [])
  })

  test('nothing belongs to one machine', () => assert.deepEqual(ofOneMachine(documents), []))

  test('every dependency has its reason', () => {
    const { dependencies, devDependencies, optionalDependencies } = manifest
    const packages = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
    assert.deepEqual(unexplained(read('docs/dependencies.md'), packages), [])
  })

  test('the table of settings is that of the code', () =>
    assert.equal(read('docs/settings.md'), settingsDocument(root, declarations)))

  test('the table of consumers is that of the code', () => assert.equal(read('docs/events.md'), eventsDocument(root)))

  test('the table of roles is that of the code', () => assert.equal(read('docs/api-guide.md'), apiGuide(root)))

  test('the data model is that of the migrations', () =>
    assert.equal(read('docs/data-model.md'), dataModelDocument(root)))

  test('the index has every decision with title, date and status', () => {
    assert.equal(read('docs/decisions/README.md'), decisionIndex(root))
    const superseded = decisionOf('0007-a.md', '# 0007: A\n\n2026-11-30 · superseded by [0008](0008-b.md)\n')
    assert.equal(superseded.status, 'superseded by [0008](0008-b.md)')
    assert.throws(() => decisionOf('0007-a.md', '# A\n\nNo date.\n'), /0007-a\.md begins with/)
  })

  const verbsIn = (text: string): readonly string[] => [
    ...new Set(
      [...text.matchAll(/npm (?:run (?:-s )?([a-z][a-z:-]*)|(start|test)\b)/g)].map((each) => each[1] ?? each[2]!),
    ),
  ]

  test('the table of commands has every verb', () => {
    assert.deepEqual([...verbsIn(read('docs/commands.md'))].sort(), Object.keys(manifest.scripts).sort())
    for (const name of Object.keys(commands)) assert.ok(name in manifest.scripts, name)
  })

  test('no document names a verb there is none of', () => {
    const unknown = documents.flatMap(({ path, text }) =>
      verbsIn(text)
        .filter((each) => !(each in manifest.scripts))
        .map((each) => `${path}: ${each}`),
    )
    assert.deepEqual(unknown, [])
  })

  test('decisions have a number each', () => {
    const numbers = globSync('docs/decisions/[!R]*').map((path) => /\/(\d{4})-[a-z0-9-]+\.md$/.exec(path)?.[1])
    assert.equal(new Set(numbers).size, numbers.length)
    assert.ok(numbers.every(Boolean))
  })

  test('the glossary has every state of an order, in the words of the pages', () => {
    const glossary = read('docs/glossary.md')
    for (const state of orderStatus.options)
      assert.ok(glossary.includes(`| \`${state}\` | ${ko.orders.status[state]} |`), state)
  })

  test('the glossary has one line for a word, in order', () => {
    const [table = ''] = read('docs/glossary.md').split('| state of an order')
    const words = [...table.matchAll(/^\| ([a-zA-Z][^|]*) \|/gm)].map((each) => each[1]!.toLowerCase())
    const sorted = words.slice(1).sort((a, b) => (a.replace(/[ ,].*/, '') < b.replace(/[ ,].*/, '') ? -1 : 1))
    assert.equal(new Set(words).size, words.length)
    assert.deepEqual(words.slice(1), sorted)
  })
})
