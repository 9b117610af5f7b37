import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columnsOf } from './columns.ts'

interface Shelf {
  readonly id: string
  readonly roomId: string | null
  readonly tags: readonly string[]
  readonly builtAt: number
}
const columns = columnsOf<Shelf>({
  id: ['id', 'uuid'],
  roomId: ['room_id', 'text'],
  tags: ['tags', 'jsonb'],
  builtAt: ['built_at', 'timestamptz'],
})
const shelf: Shelf = { id: 'a', roomId: null, tags: ['oak'], builtAt: 0 }

test('columns are read by the names of the members', () => {
  assert.equal(columns.selected, 'id, room_id AS "roomId", tags, built_at AS "builtAt"')
  assert.equal(columns.names, 'id, room_id, tags, built_at')
})

test('many records are written by an array for each column', () => {
  assert.equal(columns.arrays(2), '$2::uuid[], $3::text[], $4::jsonb[], $5::timestamptz[]')
  assert.deepEqual(columns.valuesOf([shelf, { ...shelf, roomId: 'r' }]), [
    ['a', 'a'],
    [null, 'r'],
    ['["oak"]', '["oak"]'],
    [new Date(0), new Date(0)],
  ])
  assert.equal(columns.excluded('id'), 'room_id = excluded.room_id, tags = excluded.tags, built_at = excluded.built_at')
})

test('one record is changed in all columns but its keys', () => {
  assert.equal(columns.set(['id', 'builtAt'], 2), 'room_id = $2::text, tags = $3::jsonb')
  assert.deepEqual(columns.setValuesOf(['id', 'builtAt'], shelf), [null, '["oak"]'])
})
