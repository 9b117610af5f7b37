import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cartWrites, formOf, type Wishes } from './cart-writes.ts'

/** A sender whose requests end when told. */
const sender = () => {
  const requests: { wishes: object; end: () => void; fail: () => void }[] = []
  const send = (wishes: Wishes): Promise<void> =>
    new Promise((resolve, reject) =>
      requests.push({
        wishes: Object.fromEntries(wishes),
        end: resolve,
        fail: () => reject(new Error('offline')),
      }),
    )
  return { requests, send }
}

test('what is asked for is sent at once; while a request is under way the last word of each goes with the next', async () => {
  const { requests, send } = sender()
  const writes = cartWrites(send, () => {})
  assert.equal(writes.busy, false)
  writes.set('a', { quantity: 2 })
  assert.equal(writes.busy, true)
  assert.deepEqual([requests.length, requests[0]!.wishes], [1, { a: { quantity: 2 } }])
  writes.set('a', { quantity: 3 })
  writes.set('b', { chosen: false })
  writes.set('a', { chosen: true })
  writes.set('a', { quantity: 4 })
  assert.equal(requests.length, 1)
  assert.deepEqual(writes.of('a'), { quantity: 4, chosen: true })
  assert.deepEqual([...writes.unsent.keys()], ['a', 'b'])

  let saved: boolean | undefined
  const flushed = writes.flush().then((answer) => (saved = answer))
  requests[0]!.end()
  await new Promise(setImmediate)
  assert.equal(saved, undefined, 'who waits, waits for what is still to be sent as well')
  assert.deepEqual(requests[1]!.wishes, { a: { quantity: 4, chosen: true }, b: { chosen: false } })
  assert.equal(writes.unsent.size, 0)
  requests[1]!.end()
  assert.equal(await flushed, true)
  assert.equal(writes.busy, false)
  assert.equal(writes.of('a')?.quantity, 4, 'remembered until the page shows it')
  writes.settled()
  assert.equal(writes.of('a'), undefined)
})

test('what could not be sent is not forgotten: it goes with the next try, a later wish winning', async () => {
  const { requests, send } = sender()
  const writes = cartWrites(send, () => {})
  writes.set('a', { quantity: 2, chosen: false })
  writes.set('a', { quantity: 5 })
  const first = writes.flush()
  requests[0]!.fail()
  assert.equal(await first, false)
  assert.equal(writes.busy, false)
  writes.settled()
  assert.equal(writes.of('a')?.quantity, 5)
  const second = writes.flush()
  assert.deepEqual(requests[1]!.wishes, { a: { quantity: 5, chosen: false } })
  requests[1]!.end()
  assert.equal(await second, true)
})

test('of what is taken out nothing more is sent', async () => {
  const { requests, send } = sender()
  const writes = cartWrites(send, () => {})
  writes.set('a', { quantity: 2 })
  writes.set('a', { quantity: 3 })
  writes.drop('a')
  requests[0]!.end()
  assert.equal(await writes.flush(), true)
  assert.equal(requests.length, 1)
})

test('wishes travel as the cart’s own form does', () => {
  const form = formOf(
    new Map([
      ['a', { quantity: 2 }],
      ['b', { chosen: true }],
      ['c', { chosen: false, quantity: 1 }],
    ]),
  )
  assert.equal(String(form), 'quantity.a=2&line=b&chosen=b&quantity.c=1&line=c')
})
