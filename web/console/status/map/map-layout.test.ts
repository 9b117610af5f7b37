import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bytesText, durationText, msText, percentText } from '../figures.ts'
import { linesOf, placesOf, thickness, type Frame } from './map-layout.ts'

const wide: Frame = { width: 980, height: 560, box: { width: 124, height: 46 } }
const narrow: Frame = { width: 380, height: 640, box: { width: 92, height: 44 } }
const nodes = (count: number) =>
  ['gateway', ...Array.from({ length: count }, (_, n) => `s${n}`)].map((name) => ({ name }))

describe('the drawing of the shop', () => {
  for (const [name, frame] of Object.entries({ wide, narrow }))
    test(`has every part inside its frame, none on another: ${name}`, () => {
      for (const count of [1, 2, 9, 11, 14]) {
        const all = [...placesOf(nodes(count), frame).values()]
        assert.equal(all.length, count + 1)
        for (const [i, a] of all.entries()) {
          assert.ok(a.x >= frame.box.width / 2 && a.x <= frame.width - frame.box.width / 2)
          assert.ok(
            a.y >= frame.box.height / 2 - 1 && a.y <= frame.height - frame.box.height / 2 + 1,
            `${count}: ${a.y}`,
          )
          for (const b of all.slice(i + 1))
            assert.ok(
              Math.abs(a.x - b.x) >= frame.box.width || Math.abs(a.y - b.y) >= frame.box.height,
              `${count}: ${JSON.stringify([a, b])}`,
            )
        }
      }
    })

  test('has nothing move when calls change, and a call and the call back beside each other', () => {
    const places = placesOf(nodes(9), wide)
    assert.deepEqual(placesOf(nodes(9).toReversed(), wide), places)
    const [there, back] = linesOf(
      [
        { from: 's1', to: 's4' },
        { from: 's4', to: 's1' },
        { from: 's1', to: 's1' },
        { from: 's1', to: 'nobody' },
      ],
      places,
      wide,
    )
    assert.notDeepEqual(there!.label, back!.label)
    assert.equal(linesOf([{ from: 's1', to: 'nobody' }], places, wide).length, 0)
    assert.ok(thickness(0) >= 1 && thickness(1e9) <= 6)
  })
})

test('figures are written with the digits that matter', () => {
  assert.deepEqual([0.123, 4.26, 87.6, 1_234, 61_000].map(msText), ['0.12 ms', '4.3 ms', '88 ms', '1.2 s', '61 s'])
  assert.deepEqual([128_400_000, 2_340_000_000].map(bytesText), ['128 MB', '2.3 GB'])
  assert.deepEqual([percentText(1, 3), percentText(1, 250), percentText(0, 0)], ['33 %', '0.4 %', '0 %'])
  assert.equal(durationText(3 * 3_600_000 + 12 * 60_000 + 5_000, 'ko'), '3시간 12분')
  assert.equal(durationText(59_900, 'en'), '59 s')
  assert.equal(durationText(-5, 'ko'), '0초')
})
