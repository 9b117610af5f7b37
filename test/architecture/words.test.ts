import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { allSources, sourceOf } from './source.ts'
import { DENIED, plainNamesBut, REMAINING } from './words.ts'

const found = (path: string, text: string, remaining = {}): string[] => plainNamesBut(remaining)([sourceOf(path, text)])

describe('names in plain words', () => {
  test('a denied word is found in each kind of name, with what to say instead', () => {
    for (const text of [
      'const toldAt = 1',
      'const LAST_TOLD = 1',
      'let told = 1',
      'export function toldTotal() {}',
      'interface Told {}',
      'type ToldTotal = number',
      'interface A {\n  readonly told: string\n}',
      'const a = { toldBy: 1 }',
      'const f = (a: number, told: number) => a',
    ])
      assert.match(
        found('src/host/a.ts', text).join('\n'),
        /^src\/host\/a\.ts:\d+: \w+ says "told": say reported/,
        text,
      )
    assert.match(
      found('src/host/told-total.ts', '').join('\n'),
      /^src\/host\/told-total\.ts: told-total\.ts says "told"/,
    )
    for (const folder of ['web/console', 'simulators/toss', 'tools/engines'])
      assert.equal(found(`${folder}/a.ts`, 'const told = 1').length, 1, folder)
  })

  test('parts of longer words, texts, comments and tests are let be', () => {
    for (const text of [
      'const untoldable = 1',
      "const text = 'told' // told",
      'const a = f({ b: told })',
      'call(told)',
    ])
      assert.deepEqual(found('src/host/a.ts', text), [], text)
    assert.deepEqual(found('src/host/a.test.ts', 'const told = 1'), [])
    assert.deepEqual(found('test/support/a.ts', 'const told = 1'), [])
  })

  test('a folder on the list of what remains may say its word, no other, and is taken off once it is clear', () => {
    const remaining = { told: ['src/services/cart'] }
    assert.deepEqual(found('src/services/cart/a.ts', 'const told = 1', remaining), [])
    assert.equal(found('src/services/cart/a.ts', 'const told = 1, kept = 2\nconst kept = 3', remaining).length, 1)
    assert.match(
      found('src/services/order/a.ts', 'const told = 1', remaining).join('\n'),
      /src\/services\/order\/a\.ts:1/,
    )
    assert.match(
      found('src/services/cart/a.ts', '', remaining).join('\n'),
      /^"told" is gone from src\/services\/cart: take it off the list/,
    )
  })

  test('the list of what remains names denied words only', () => {
    for (const word of Object.keys(REMAINING)) assert.ok(Object.hasOwn(DENIED, word), word)
  })

  test('the shop says none', () => assert.deepEqual(plainNamesBut(REMAINING)(allSources()), []))
})
