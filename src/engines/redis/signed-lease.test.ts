import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signing } from '#kernel/remote/security/signing.ts'
import { parseLease, signedLease, type LeaseContent } from './signed-lease.ts'

const ours = signing(['a secret of this shop that nobody can guess'], 'leases')
const theirs = signing(['a secret of another shop nobody can guess'], 'leases')

const content: LeaseContent = {
  host: 'a',
  origin: 'http://10.0.0.1:4000',
  weight: 100,
  services: ['order'],
  ready: true,
  since: 0,
}

test('a lease says what it was written with', () =>
  assert.deepEqual(parseLease(signedLease(content, ours), ours), content))

test('a lease that another wrote, or changed, is none', () => {
  const text = signedLease(content, ours)
  const evil = 'http://evil.example:4000'
  for (const forged of [
    signedLease({ ...content, origin: evil }, theirs),
    text.replace(content.origin, evil),
    JSON.stringify({ ...content, origin: evil }),
    JSON.stringify(content),
    'no lease at all',
    'null',
    '',
  ])
    assert.equal(parseLease(forged, ours), undefined, forged)
})

test('a lease that says what none of ours would is none, whoever signed it', () => {
  for (const wrong of [{ origin: 'evil' }, { weight: 0 }, { host: '' }, { services: 'order' }])
    assert.equal(
      parseLease(signedLease({ ...content, ...wrong } as LeaseContent, ours), ours),
      undefined,
      JSON.stringify(wrong),
    )
})
