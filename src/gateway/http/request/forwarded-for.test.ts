import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forwardedFor } from './forwarded-for.ts'

test('each entry is the bare address, with or without port', () => {
  for (const [header, address] of [
    ['1.2.3.4', '1.2.3.4'],
    ['1.2.3.4:5555', '1.2.3.4'],
    [' 1.2.3.4 ', '1.2.3.4'],
    ['"1.2.3.4:80"', '1.2.3.4'],
    ['[::1]:80', '::1'],
    ['[2001:DB8::1]', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['[::FFFF:1.2.3.4]:80', '1.2.3.4'],
    ['::ffff:102:304', '1.2.3.4'],
    ['[0:0:0:0:0:FFFF:0102:0304]:80', '1.2.3.4'],
    ['2001:0db8:0:0:0:0:0:1', '2001:db8::1'],
    ['1.1.1.1:1, 2.2.2.2:2', '1.1.1.1, 2.2.2.2'],
  ] as const)
    assert.equal(forwardedFor(header), address, header)
})

test('garbage, and what stands behind it, was written by nobody we believe', () => {
  for (const garbage of [
    '',
    'unknown',
    '_hidden',
    '1.2.3',
    '1.2.3.4.5',
    '999.1.1.1',
    ':80',
    '[::1',
    '1.2.3.4:x',
    'a:b:c',
    ',',
    '1.2.3.4 5',
  ])
    assert.equal(forwardedFor(garbage), undefined, garbage)
  assert.equal(forwardedFor('9.9.9.9, unknown, 1.2.3.4:5'), '1.2.3.4')
  assert.equal(forwardedFor('1.2.3.4, garbage'), undefined)
})
