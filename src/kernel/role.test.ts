import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { contract, nothing, staff } from './contract.ts'
import { type Role, role, rolesOf } from './role.ts'
import { service } from './service.ts'

const sentence = { ko: '재고를 셉니다.', en: 'Counts stock.' }
const counting = (name = 'counting'): Role => role(name, { title: { ko: '재고', en: 'Stock' }, about: sentence })
const serviceOf = (name: string, roles: readonly Role[], asked?: string) =>
  service(
    contract(
      name,
      asked === undefined
        ? {}
        : { count: { summary: 'Counts.', method: 'GET', access: staff(asked), input: nothing, output: z.void() } },
    ),
    { roles },
    () => assert.fail('it was built'),
  )

describe('the roles of a shop', () => {
  test('are those its services declare; an operation may ask for that of another', () => {
    const one = counting()
    assert.deepEqual(rolesOf([serviceOf('one', [one], 'counting'), serviceOf('two', [], 'counting')]), [one])
  })

  test('an operation that asks for a role nobody declares is refused', () =>
    assert.throws(
      () => rolesOf([serviceOf('one', [counting()], 'countign')]),
      /An operation of one asks for the role countign, which no service declares/,
    ))

  test('two services that declare one name are refused: who may do what would hang on their order', () =>
    assert.throws(
      () => rolesOf([serviceOf('one', [counting()]), serviceOf('two', [counting()])]),
      /The role counting is declared by one and by two/,
    ))

  for (const name of ['Counting', '', '1st', 'a b', 'x'.repeat(41)])
    test(`${JSON.stringify(name)} is no name of a role`, () =>
      assert.throws(() => counting(name), /Not the name of a role/))
})
