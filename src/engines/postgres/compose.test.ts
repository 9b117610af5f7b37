import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compose } from './compose.ts'
import { sql } from './sql.ts'

describe('composing statements', () => {
  test('numbers parameters anew, in order, also past nine', () => {
    const many = sql`(${1}, ${2}, ${3}, ${4}, ${5}, ${6}, ${7}, ${8}, ${9}, ${10})`
    const { text, values } = compose([sql`SELECT ${'a'}`, many, sql`LIMIT ${20}`])
    assert.equal(text, 'SELECT $1 ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11) LIMIT $12')
    assert.deepEqual(values, ['a', 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20])
  })

  test('the same text has the same name, another text another', () => {
    const one = (value: number, by?: string) => compose([sql`SELECT ${value}`, sql`AS x`], by)
    assert.equal(one(1).name, one(2).name)
    assert.notEqual(one(1).name, one(1, '\n').name)
  })
})
