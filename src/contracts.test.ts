import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isForOutside, type OutsideClient } from '#kernel/contract.ts'
import { type Contracts, contracts } from './contracts.ts'
import { shop } from './shop.ts'

test('the registry has the contract of every service of the shop, under its name, and no other', () => {
  assert.deepEqual(
    Object.keys(contracts).sort(),
    shop.map(({ contract }) => contract.name as string).sort(),
    'a service of src/shop.ts stands in src/contracts.ts too, or the pages cannot call it',
  )
  for (const { contract } of shop)
    assert.equal(contracts[contract.name as keyof typeof contracts], contract, contract.name)
})

test('the client of pages has no operation for services alone', () => {
  const reaches = (client: OutsideClient<Contracts['auth']>) => {
    void client.signIn
    // @ts-expect-error -- only the edge asks for the keys that sign tokens
    void client.keys
  }
  assert.ok(reaches)
  assert.equal(isForOutside(contracts.auth.operations.keys), false)
  assert.equal(isForOutside(contracts.auth.operations.signIn), true)
})
