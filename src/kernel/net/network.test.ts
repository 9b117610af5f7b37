import assert from 'node:assert/strict'
import { test } from 'node:test'
import { networkOf } from './network.ts'

test('an IPv4 address is its own network, also when it is written as IPv6', () => {
  assert.equal(networkOf('203.0.113.7'), '203.0.113.7')
  assert.equal(networkOf('::ffff:203.0.113.7'), '203.0.113.7')
  assert.notEqual(networkOf('203.0.113.7'), networkOf('203.0.113.8'))
})

test('an IPv6 subscriber owns a /64, however the address is written', () => {
  const network = '2001:db8:0:1::/64'
  for (const address of [
    '2001:db8:0:1::1',
    '2001:DB8::1:FFFF:0:0:1',
    '2001:0db8:0000:0001:a:b:c:d',
    '2001:db8:0:1::1%eth0',
  ])
    assert.equal(networkOf(address), network, address)
  assert.notEqual(networkOf('2001:db8:0:2::1'), network)
  assert.equal(networkOf('::1'), '0:0:0:0::/64')
  assert.equal(networkOf('fe80::'), 'fe80:0:0:0::/64')
})
