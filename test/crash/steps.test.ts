import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { subscriptionsOf } from '#kernel/subscriptions.ts'
import { shop } from '#src/shop.ts'
import { cancelingPaid, cancelingPart, cancelingUnpaid, cancelingUnpaidPart, refundRefused } from './flows-cancel.ts'
import {
  awaiting,
  cancelingAwaiting,
  depositing,
  lateDeposit,
  overdueAtToss,
  overdueHere,
  refunding,
  reminding,
} from './flows-deposit.ts'
import { paying, payingByWebhook, refused } from './flows-pay.ts'
import { changingAnew, changingItems, dyingHold, expiring, placing } from './flows-place.ts'
import { stepsOf } from './matrix.ts'

const SERVICES = ['order', 'payment', 'product']

/** Durable steps that are not struck, and why that tells nothing new. */
const elsewhere: Readonly<Record<string, string>> = {
  'product.restock': 'of claims, after a purchase; one transaction, once for each id',
  'product.create': 'staff; one transaction, not part of a purchase',
  'product.import': 'staff; one transaction, not part of a purchase',
  'product.update': 'staff; one transaction, not part of a purchase',
  'product.move-stock': 'staff; one transaction, not part of a purchase',
  'product.put-category': 'staff; one transaction, not part of a purchase',
  'product.import-categories': 'sample goods; one transaction, not part of a purchase',
  'order.change-address': 'the buyer of an unpaid order; one transaction that moves neither stock nor money',
  'order.close-for-leaving':
    'of a member who wants to leave; its mark ends by itself, moves neither stock nor money, and is made anew by asking again',
  'order.abandon-placement':
    'after an error, not on the way of a purchase; dying before it or after it leaves a hold as dying before order.place does',
  'payment.adopt-cancels':
    'asked for by a webhook that Toss repeats until it is answered; done twice, it changes nothing',
  'payment.resume-refunds':
    'only where a version without a queue runs beside this one; sends a refund that the next look would send',
}

/** Consumers that are not struck, and why that tells nothing new. */
const otherConsumers: Readonly<Record<string, string>> = {
  'order.consume.members': 'marks who has left; one transaction with its inbox row, not part of a purchase',
}

describe('the crash matrix', () => {
  const struck = new Set(
    stepsOf([
      placing,
      changingItems,
      changingAnew,
      expiring,
      dyingHold,
      paying,
      payingByWebhook,
      refused,
      cancelingUnpaid,
      cancelingPaid,
      refundRefused,
      cancelingPart,
      cancelingUnpaidPart,
      awaiting,
      depositing,
      cancelingAwaiting,
      overdueAtToss,
      overdueHere,
      reminding,
      refunding,
      lateDeposit,
    ]),
  )

  test('strikes every transaction of order, payment and product, or says why not', () => {
    const files = SERVICES.flatMap((each) => globSync(`src/services/${each}/**/*.ts`)).filter(
      (path) => !path.endsWith('.test.ts'),
    )
    const steps = files.flatMap((path) => {
      const code = readFileSync(path, 'utf8')
      return [...code.matchAll(/\.tx\(\s*'([^']+)'/g)].map(([, step]) => step!)
    })
    assert.ok(steps.length > 15, 'the steps are found')
    assert.deepEqual(
      [...new Set(steps)].filter((step) => !struck.has(step) && !(step in elsewhere)),
      [],
    )
    assert.deepEqual(
      Object.keys(elsewhere).filter((step) => !steps.includes(step)),
      [],
      'no excuse is left for a step that is gone',
    )
  })

  test('strikes every consumer of order, payment and product', () => {
    const consumers = subscriptionsOf(shop)
      .filter((each) => SERVICES.includes(each.service))
      .map((each) => `${each.service}.consume.${each.consumer}`)
    assert.deepEqual(
      [...new Set(consumers)].filter((step) => !struck.has(step) && !(step in otherConsumers)),
      [],
    )
    assert.deepEqual(
      Object.keys(otherConsumers).filter((step) => !consumers.includes(step)),
      [],
      'no excuse is left for a consumer that is gone',
    )
  })
})
