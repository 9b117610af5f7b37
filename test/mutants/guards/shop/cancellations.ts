import { guardsOf, type Mutant } from '#test/mutants/mutant.ts'

const lines = 'src/services/order/canceling/cancel-lines.test.ts'
const cancel = guardsOf('src/services/order/canceling/cancel.ts', lines)
const rules = guardsOf('src/services/order/canceling/cancellation.ts', lines)
const pure = guardsOf(
  'src/services/order/canceling/cancellation.ts',
  'src/services/order/canceling/cancellation.test.ts',
)
const outcome = guardsOf('src/services/order/canceling/cancellation-outcome.ts', lines)
const store = guardsOf('src/services/order/canceling/cancellation-store.ts', lines)
const units = guardsOf('src/services/order/migrations/0005_lines.sql', 'src/services/order/constraints.test.ts')
const tables = guardsOf(
  'src/services/order/migrations/0006_cancellations.sql',
  'src/services/order/constraints.test.ts',
)
const carried = guardsOf('src/services/order/migrations/0005_lines.sql', 'src/services/order/upgrade.test.ts')

/** Units of an order are canceled once, at their stored share, and each refund counts for its own cancellation. */
export const cancellations: readonly Mutant[] = [
  cancel(
    'units are canceled under a key',
    'if (input.lines && input.idempotencyKey === undefined)',
    'if (input.idempotencyKey === null)',
  ),
  cancel(
    'a key that was used cancels nothing again',
    'if (known) return { order, open: openOf(known.cancellationId) }',
    '',
  ),
  cancel(
    'a key is for one request',
    'if (known && known.fingerprint !== asked.fingerprint)',
    'if (known && known.fingerprint.length === 0)',
  ),
  cancel(
    'no more units are canceled than are left',
    'if (refused) throw refused\n        const isPart',
    'const isPart',
  ),
  cancel('a part gives back its share only', '...(!whole && share) }', '}'),
  cancel(
    'units of an unpaid order are taken out once for a key',
    'if (asked && !(await insertRequest(tx, asked, null))) throw new DoneMeanwhile()',
    'if (asked) await insertRequest(tx, { ...asked, key: `${asked.key} again` }, null)',
  ),
  rules(
    'units cost their share in what is left of the line',
    'won(shareOf(payment - line.canceledAmount, left, quantity))',
    'won(shareOf(payment, left, quantity))',
  ),
  pure(
    'all that is left is given back only where no other part is under way',
    "whole: isLast && counted.every((each) => each.state === 'DONE'),",
    'whole: isLast,',
  ),
  rules(
    'units that cost nothing are canceled without the provider',
    "state: amount === 0 ? 'DONE' : 'REQUESTED',",
    "state: 'REQUESTED',",
  ),
  guardsOf('src/services/payment/refund/refund-request.ts', lines)(
    'the last part of an order gives back no more than is left',
    'orLess ? Math.min(amount ?? left, left) :',
    '',
  ),
  outcome('a refund is heard of once', "const done = its?.state === 'REQUESTED' ? its : undefined", 'const done = its'),
  outcome(
    'an order of which something is left that cost nothing goes on',
    '(its === undefined || remainingAmount(order, left) > 0)',
    'true',
  ),
  outcome(
    'units whose refund is refused are as they were paid',
    'withReturned(order, refused.parts)',
    'withCanceled(order, refused.parts)',
  ),
  outcome('the key of a refused cancellation is as good as new', 'await tx.query(deleteRequests(refundId))\n', ''),
  guardsOf('src/services/order/canceling/cancellation-store.ts', 'src/services/order/upgrade.test.ts')(
    'a cancellation of a host of the version before gets its row once',
    ' || cancellations.some((each) => each.id === id))',
    ')',
  ),
  store(
    'a request is known by its order and key',
    'WHERE order_id = ${orderId} AND key = ${key}`)',
    'WHERE order_id = ${orderId} AND key = ${key} AND false`)',
  ),
  carried(
    'canceled lines are carried over as canceled units',
    "UPDATE order_line SET canceling = quantity, canceled_amount = quantity * unit_price WHERE status = 'CANCEL_REQUESTED';",
    '',
  ),
  units(
    'the database refuses more units canceled than ordered',
    ' AND canceling + canceled <= quantity) NOT VALID',
    ') NOT VALID',
  ),
  units(
    'the database refuses an allocation that does not add up',
    "AND (allocation ->> 'payment')::bigint = (allocation ->> 'gross')::bigint",
    "AND (allocation ->> 'payment')::bigint >= 0 OR (allocation ->> 'payment')::bigint = (allocation ->> 'gross')::bigint",
  ),
  units(
    'the database refuses to give back more than was paid for a line',
    'CHECK (canceled_amount BETWEEN 0 AND',
    'CHECK (canceled_amount >= 0 OR canceled_amount BETWEEN 0 AND',
  ),
  tables(
    'the database refuses a second cancellation under a key',
    'cancellation_id uuid,\n  PRIMARY KEY (order_id, key)',
    'cancellation_id uuid',
  ),
  tables(
    'the database refuses a cancellation that has ended and is under way',
    "CHECK ((state = 'REQUESTED') = (ended_at IS NULL))",
    'CHECK (true)',
  ),
]
