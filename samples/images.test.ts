import assert from 'node:assert/strict'
import test from 'node:test'
import { motifs } from './art/motifs/index.ts'
import { sampleImage } from './images.ts'
import { sampleProducts } from './products.ts'

const all = [...sampleProducts()]
const keys = all.flatMap((each) => each.imageUrls.map((url) => url.match(/^\/sample-images\/([a-z0-9-]+)\.svg$/)![1]!))

const TAG = /<(\/?)([a-zA-Z]+)((?: [a-zA-Z0-9:-]+="[^"<&]*")*)(\/?)>/y

/** Reads XML as our pictures write it; says what is wrong, or nothing. */
const flaw = (xml: string): string | undefined => {
  const open: string[] = []
  let at = 0
  while (at < xml.length) {
    if (xml[at] !== '<') {
      const text = xml.slice(at, (xml.indexOf('<', at) + 1 || xml.length + 1) - 1)
      if (open.at(-1) !== 'title' || /&(?!(amp|lt|gt);)/.test(text)) return `text ${text}`
      at += text.length
      continue
    }
    TAG.lastIndex = at
    const found = TAG.exec(xml)
    if (!found) return `no tag at ${xml.slice(at, at + 60)}`
    const [whole, closing, name, , empty] = found
    if (closing && open.pop() !== name) return `stray ${whole}`
    if (!closing && !empty) open.push(name!)
    at += whole.length
  }
  return open.length > 0 ? `unclosed ${open}` : undefined
}

test('every product has one to three pictures, no two share a name', () => {
  for (const each of all) assert.ok(each.imageUrls.length >= 1 && each.imageUrls.length <= 3, each.key)
  assert.equal(new Set(keys).size, keys.length)
})

test('pictures are small, well-formed, square, titled, and hold nothing that acts', () => {
  for (const key of keys) {
    const svg = sampleImage(key)!
    assert.equal(flaw(svg), undefined, key)
    assert.ok(svg.length > 1_500 && svg.length < 10_000, `${key}: ${svg.length} characters`)
    assert.match(
      svg,
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 800 800" role="img"><title>[^<]+<\/title>/,
    )
    assert.doesNotMatch(svg, /script|foreignObject|href|<style|\son[a-z]+=|NaN|undefined|Infinity/, key)
  }
})

test('the check of well-formedness sees what is not', () => {
  for (const broken of [
    '<svg><g></svg>',
    '<svg a=b></svg>',
    '<svg>text</svg>',
    '<svg>',
    '<svg><title>a & b</title></svg>',
  ]) {
    assert.notEqual(flaw(broken), undefined, broken)
  }
})

test('the same picture for the same key, none for a key of nothing', () => {
  const key = keys[123]!
  assert.equal(sampleImage(key), sampleImage(key))
  const beyond = all.find((each) => each.imageUrls.length === 1)!.key
  for (const unknown of ['', 'x', '../secret', `${beyond}-2`, `${beyond}-0`])
    assert.equal(sampleImage(unknown), undefined)
})

test('there is a motif for whatever the tables name, and none that nothing uses', () => {
  assert.deepEqual(new Set(all.map((each) => each.art.motif)), new Set(Object.keys(motifs)))
  assert.ok(Object.keys(motifs).length >= 45)
})
