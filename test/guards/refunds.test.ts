import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import { payment } from '#services/payment/contract.ts'
import { eventually } from '../support/eventually.ts'
import { type Guarded, startGuarded } from './shop.ts'

const IN_TURN = 'refunds of a payment are made one after another, each by a cancel of its own'

describe('refunds of one payment, one after another', () => {
  /** Two parts of a payment, of equal amounts, are refunded at once; answers how many of them are at the provider then. */
  const race = async (shop: Guarded): Promise<{ atProvider: number; ended: Promise<unknown> }> => {
    const buyer = shop.buyer()
    const { id: orderId, amount } = await buyer.place(await shop.sku(10), 3)
    await buyer.orders.confirmPayment({ paymentKey: randomUUID(), orderId, amount })
    await shop.settled()
    shop.provider.holdCancels()
    const ids = [randomUUID(), randomUUID()]
    const all = ids.map((refundId) =>
      shop.inside(payment).refund({ refundId, orderId, amount: 1_000 as never, reason: '변심' }),
    )
    // What waits for its turn is answered; what does not is at the provider.
    let answered = 0
    const ended = Promise.allSettled(all.map((each) => each.then(() => answered++)))
    await eventually(() => answered + shop.provider.heldCancels() === 2, 'both were requested')
    return { atProvider: shop.provider.heldCancels(), ended }
  }

  test('the provider is asked for one, and for the other when that has ended', async () => {
    const shop = await startGuarded()
    const { atProvider, ended } = await race(shop)
    assert.equal(atProvider, 1)
    assert.equal((await shop.found(IN_TURN)).violations, 0)
    shop.provider.letCancelsThrough()
    await ended
    await shop.holds()
    const made = await shop.db('payment').query<{ state: string; key: string }>({
      text: 'SELECT state, transaction_key AS key FROM refund',
      values: [],
    })
    assert.deepEqual(
      made.map((each) => each.state),
      ['REFUNDED', 'REFUNDED'],
    )
    assert.equal(new Set(made.map((each) => each.key)).size, 2)
  })

  test('twin: without the queue and its index it is asked for both, and the audit sees it', async () => {
    const shop = await startGuarded()
    // As a version without a queue stores them.
    await shop.withoutGuard(`
      DROP INDEX jt_payment.refund_under_way;
      CREATE FUNCTION jt_payment.send() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.state := 'REQUESTED'; RETURN NEW; END $$;
      CREATE TRIGGER send BEFORE INSERT ON jt_payment.refund FOR EACH ROW EXECUTE FUNCTION jt_payment.send()`)
    const { atProvider, ended } = await race(shop)
    assert.equal(atProvider, 2)
    assert.equal((await shop.found(IN_TURN)).violations, 1)
    shop.provider.letCancelsThrough()
    await ended
  })
})
