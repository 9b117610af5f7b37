import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { applyMigration, type Schema } from '../../scripts/data-model/schema.ts'

const after = (...migrations: readonly string[]): Schema => {
  const schema: Schema = new Map()
  for (const each of migrations) applyMigration(schema, each)
  return schema
}

describe('The reader of migrations', () => {
  test('takes columns, keys and the comments beside them', () => {
    const schema = after(`-- About the file.

-- What was sold.
CREATE TABLE sale (
  id uuid PRIMARY KEY,
  -- In won; never negative.
  amount bigint NOT NULL CHECK (amount >= 0),
  state text NOT NULL CHECK (state IN ('OPEN', 'DONE')), -- Where it stands.
  note text DEFAULT 'a, b; -- c' CHECK ((note IS NOT NULL) = (state = 'DONE')),
  shop uuid REFERENCES shop (id),
  UNIQUE (shop, state)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX sale_once ON sale (shop) WHERE state = 'OPEN';`)
    const sale = schema.get('sale')!
    assert.equal(sale.comment, 'What was sold.')
    assert.deepEqual(Object.fromEntries(sale.columns), {
      id: { type: 'uuid', required: true, comment: '', key: 'primary' },
      amount: { type: 'bigint', required: true, comment: 'In won; never negative.' },
      state: { type: 'text', required: true, comment: 'Where it stands.', values: ['OPEN', 'DONE'] },
      note: { type: 'text', required: false, comment: '' },
      shop: { type: 'uuid', required: false, comment: '', references: 'shop' },
    })
    assert.deepEqual(
      [...sale.unique],
      [
        ['shop, state', ''],
        ['shop', "state = 'OPEN'"],
      ],
    )
  })

  test('takes what later migrations change', () => {
    const schema = after(
      `CREATE TABLE sale (id uuid, state text CHECK (state IN ('OPEN')), old text, PRIMARY KEY (id));`,
      `-- Who sold it.
ALTER TABLE sale
  ADD COLUMN seller uuid,
  -- Counted at once.
  ADD COLUMN units integer NOT NULL DEFAULT 0,
  DROP COLUMN old;
ALTER TABLE sale DROP CONSTRAINT sale_state_check;
ALTER TABLE sale ADD CONSTRAINT sale_state_check CHECK (state IN ('OPEN', 'DONE')) NOT VALID;
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ALTER; nonsense; END $$;`,
    )
    assert.deepEqual(Object.fromEntries(schema.get('sale')!.columns), {
      id: { type: 'uuid', required: true, comment: '', key: 'primary' },
      state: { type: 'text', required: false, comment: '', values: ['OPEN', 'DONE'] },
      seller: { type: 'uuid', required: false, comment: 'Who sold it.' },
      units: { type: 'integer', required: true, comment: 'Counted at once.' },
    })
    const renamed = after('CREATE TABLE a (b text, c text);', 'ALTER TABLE a RENAME COLUMN b TO d;')
    assert.deepEqual([...renamed.get('a')!.columns.keys()], ['d', 'c'])
    assert.equal(after('CREATE TABLE a (b text);', 'ALTER TABLE a RENAME TO c;', 'DROP TABLE c;').size, 0)
  })

  test('refuses what it cannot read', () => {
    assert.throws(() => after('CREATE TABLE a (b text);', 'ALTER TABLE a ALTER COLUMN b TYPE uuid;'), /cannot read/)
    assert.throws(() => after('CREATE VIEW a AS SELECT 1;'), /cannot read/)
  })
})
