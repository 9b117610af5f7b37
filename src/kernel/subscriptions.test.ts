import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { contract, event } from './contract.ts'
import { consumer, on, service, type Consumer, type Consumes } from './service.ts'
import { subscriptionsOf } from './subscriptions.ts'

const eventOf = (name: string) =>
  event(name, { version: 1, key: 'id', payload: z.object({ id: z.string() }), summary: 'Something happened' })
const placed = eventOf('shop.placed')
const paid = eventOf('shop.paid')
const left = eventOf('people.left')
const ignore = async (): Promise<void> => {}

const built = (consumes: Consumes, consumers: readonly Consumer[]) => () =>
  service(contract('reader', {}), { consumes }, () => ({ operations: {}, consumers })).build({ settings: {} } as never)

describe('subscriptions', () => {
  test('are read off the declaration by source, and nothing is built', () => {
    const reader = service(contract('reader', {}), { consumes: { notes: [placed, left, paid], mails: [paid] } }, () =>
      assert.fail('it was built'),
    )
    assert.deepEqual(subscriptionsOf([reader]), [
      { service: 'reader', consumer: 'notes', source: 'shop', events: ['shop.placed', 'shop.paid'] },
      { service: 'reader', consumer: 'notes', source: 'people', events: ['people.left'] },
      { service: 'reader', consumer: 'mails', source: 'shop', events: ['shop.paid'] },
    ])
  })

  test('a service whose consumers are those it declares is built', () => {
    const consumers = [consumer('notes', [on(placed, ignore), on(left, ignore)])]
    assert.equal(built({ notes: [placed, left] }, consumers)().consumers, consumers)
  })

  test('a reaction to an event that is not declared is refused', () =>
    assert.throws(
      built({ notes: [placed] }, [consumer('notes', [on(placed, ignore), on(paid, ignore)])]),
      /service reader .* the consumer notes reacts to shop\.paid, which is not declared: add it to consumes\.notes/,
    ))

  test('a declared event nothing reacts to is refused', () =>
    assert.throws(
      built({ notes: [placed, paid] }, [consumer('notes', [on(placed, ignore)])]),
      /consumes\.notes declares shop\.paid, but no reaction to it is built/,
    ))

  test('a consumer that is declared and not built at all is refused', () =>
    assert.throws(built({ notes: [placed] }, []), /consumes\.notes declares shop\.placed/))

  test('two reactions of one consumer to one event are refused: only one of them would be called', () =>
    assert.throws(
      built({ notes: [placed] }, [consumer('notes', [on(placed, ignore), on(placed, ignore)])]),
      /the consumer notes has two reactions to shop\.placed/,
    ))
})
