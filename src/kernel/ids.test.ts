import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { derivedId, idSchema, uuidv7 } from './ids.ts'
import { systemRuntime } from './runtime.ts'

const random = (size: number) => new Uint8Array(size).fill(0xff)
const msOf = (id: string): number => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)

describe('a UUIDv7', () => {
  test('holds the milliseconds, the version and the variant, and is what contracts take for an id', () => {
    const id = uuidv7(() => 0x0123456789ab, random)()
    assert.equal(id, '01234567-89ab-7000-bfff-ffffffffffff')
    assert.ok(idSchema.safeParse(id).success)
  })

  test('whatever the clock does, ids only ever grow and are well formed', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 40 }), { minLength: 1, maxLength: 200 }), (clock) => {
        let tick = 0
        const next = uuidv7(() => clock[tick++]!, random)
        const ids = clock.map(() => next())
        for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
        assert.deepEqual(ids, ids.toSorted())
        assert.equal(new Set(ids).size, ids.length)
        assert.equal(msOf(ids.at(-1)!) >= Math.max(...clock), true)
      }),
    )
  })

  test('more than 4,096 in one millisecond go on in order, in the next one', () => {
    const next = uuidv7(() => 1_000, random)
    const ids = Array.from({ length: 10_000 }, next)
    assert.deepEqual(ids, ids.toSorted())
    assert.equal(new Set(ids).size, ids.length)
    assert.equal(msOf(ids[4_095]!), 1_000)
    assert.equal(msOf(ids[4_096]!), 1_001)
  })

  test('two makers of one millisecond do not meet', () => {
    const now = () => 1_000
    const [one, two] = [systemRuntime({ now }), systemRuntime({ now })]
    const ids = Array.from({ length: 2_000 }, () => [one.id(), two.id()]).flat()
    assert.equal(new Set(ids).size, ids.length)
  })
})

describe('a derived id', () => {
  test('is the same for the same parts and another for others, also where joined they would look alike', () => {
    assert.equal(derivedId('refund', 'a'), derivedId('refund', 'a'))
    assert.notEqual(derivedId('ab', 'c'), derivedId('a', 'bc'))
    assert.notEqual(derivedId('a,b'), derivedId('a', 'b'))
    assert.match(derivedId('x'), /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.ok(idSchema.safeParse(derivedId('x')).success)
  })
})
