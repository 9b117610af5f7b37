/** A violation put into a shop that was right, by hand and past every guard. */
export interface Plant {
  readonly invariant: string
  readonly name: string
  /** Done to the database. */
  readonly plant: string
  readonly acknowledged?: readonly string[]
}

const money: readonly Plant[] = [
  {
    invariant: 'postings of each entry, and all together, sum to zero',
    name: 'one side of an entry grew',
    plant: `UPDATE jt_payment.posting SET amount = amount + 1 WHERE account = 'provider_receivable'`,
  },
  {
    invariant: 'captured − refunded is what the ledger says, for each payment and order',
    name: 'an entry is missing',
    plant: `DELETE FROM jt_payment.posting WHERE entry_id = (SELECT min(entry_id::text)::uuid FROM jt_payment.posting)`,
  },
  {
    invariant: 'captured − refunded is what the ledger says, for each payment and order',
    name: 'an entry is for another order',
    plant: `UPDATE jt_payment.posting SET order_id = gen_random_uuid()`,
  },
  {
    invariant: 'refunds never exceed captures',
    name: 'twice as much was given back',
    plant: `UPDATE jt_payment.refund SET amount = amount * 2`,
  },
  {
    invariant: 'refunds of a payment are made one after another, each by a cancel of its own',
    name: 'two at the provider',
    plant: `DROP INDEX jt_payment.refund_under_way;
      INSERT INTO jt_payment.refund (id, payment_id, order_id, amount, reason, state, created_at, next_try_at)
      SELECT gen_random_uuid(), payment_id, order_id, 0, '', 'REQUESTED', now(), now()
      FROM jt_payment.refund, generate_series(1, 2) WHERE state = 'REFUNDED'`,
  },
  {
    invariant: 'refunds of a payment are made one after another, each by a cancel of its own',
    name: 'two by one cancel',
    plant: `INSERT INTO jt_payment.refund
        (id, payment_id, order_id, amount, reason, state, transaction_key, created_at, ended_at, next_try_at)
      SELECT gen_random_uuid(), payment_id, order_id, 0, '', 'REFUNDED', transaction_key, now(), now(), now()
      FROM jt_payment.refund WHERE transaction_key IS NOT NULL`,
  },
  {
    invariant: 'an order is captured at most once',
    name: 'two captures of one order',
    plant: `DROP INDEX jt_payment.payment_captured;
      INSERT INTO jt_payment.payment (id, order_id, payment_key, amount, state, created_at, next_check_at)
      SELECT gen_random_uuid(), order_id, 'another', amount, state, created_at, next_check_at FROM jt_payment.payment
      WHERE state = 'CAPTURED'`,
  },
  {
    invariant: 'each outcome becomes known',
    name: 'a refund was forgotten',
    plant: `UPDATE jt_payment.refund SET state = 'REQUESTED', created_at = created_at - interval '1 hour'`,
  },
  {
    invariant: 'each outcome becomes known',
    name: 'an attempt was forgotten',
    plant: `UPDATE jt_payment.payment SET state = 'CONFIRMING', refunded = 0, refund_requested = 0`,
  },
  {
    invariant: 'what the provider captured and gave back is what we recorded',
    name: 'we believe a capture failed',
    plant: `UPDATE jt_payment.payment SET state = 'FAILED' WHERE refund_requested = 0`,
  },
  {
    invariant: 'what the provider captured and gave back is what we recorded',
    name: 'the provider gave something back by itself',
    plant: `UPDATE jt_simulator_toss.payment SET refunded = 1 WHERE refunded = 0 AND captured > 0`,
  },
  {
    invariant: 'what we recorded the provider did',
    name: 'the provider knows of no capture',
    plant: `UPDATE jt_simulator_toss.payment SET captured = 0 WHERE refunded = 0`,
  },
  {
    invariant: 'what we recorded the provider did',
    name: 'the provider knows of no refund',
    plant: `UPDATE jt_simulator_toss.payment SET refunded = 0`,
  },
]

const stock: readonly Plant[] = [
  {
    invariant: 'what is on hand is the sum of its movements',
    name: 'stock from nowhere',
    plant: `UPDATE jt_product.sku SET on_hand = on_hand + 1`,
  },
  {
    invariant: 'what is reserved is the sum of its live reservations',
    name: 'reserved for nobody',
    plant: `UPDATE jt_product.sku SET reserved = reserved + 1 WHERE on_hand > reserved`,
  },
  {
    invariant: 'what is reserved is the sum of its live reservations',
    name: 'borrowed, and reserved all the same',
    plant: `UPDATE jt_product.reservation SET borrows_from = gen_random_uuid(), borrowed = quantities WHERE state = 'HELD'`,
  },
  {
    invariant: 'what a reservation borrows, the one it is to replace lends',
    name: 'borrowed from nobody',
    plant: `UPDATE jt_product.reservation SET borrows_from = gen_random_uuid(), borrowed = array_fill(0, ARRAY[cardinality(quantities)])
      WHERE state = 'HELD'`,
  },
  {
    invariant: 'what a reservation borrows, the one it is to replace lends',
    name: 'lent to nobody',
    plant: `UPDATE jt_product.reservation SET lent_to = gen_random_uuid() WHERE state = 'HELD'`,
  },
  {
    invariant: 'what a reservation borrows, the one it is to replace lends',
    name: 'more was borrowed than there was to lend',
    plant: `INSERT INTO jt_product.reservation (id, state, expires_at, sku_ids, quantities, unit_prices)
      SELECT '01990000-0000-7000-8000-000000000001', 'HELD', now() + interval '1 day', sku_ids, quantities, unit_prices
      FROM jt_product.reservation WHERE state = 'HELD' LIMIT 1;
      UPDATE jt_product.reservation SET lent_to = '01990000-0000-7000-8000-000000000001'
      WHERE state = 'HELD' AND id <> '01990000-0000-7000-8000-000000000001';
      UPDATE jt_product.reservation AS borrower SET borrows_from = lender.id, borrowed = array_fill(999, ARRAY[cardinality(borrower.quantities)])
      FROM jt_product.reservation AS lender WHERE lender.lent_to = borrower.id`,
  },
  {
    invariant: 'no stock is negative, nor more reserved than there is',
    name: 'more promised than there is',
    plant: `ALTER TABLE jt_product.sku DROP CONSTRAINT sku_stock; UPDATE jt_product.sku SET reserved = on_hand + 1`,
  },
  {
    invariant: 'each sale and each return moved stock once',
    name: 'sold without leaving',
    plant: `DELETE FROM jt_product.stock_movement WHERE kind = 'SOLD'`,
  },
  {
    invariant: 'each sale and each return moved stock once',
    name: 'returned twice',
    plant: `UPDATE jt_product.stock_movement SET delta = delta * 2 WHERE kind = 'RETURNED'`,
  },
  {
    invariant: 'each sale and each return moved stock once',
    name: 'more came back than the ledger has',
    plant: `UPDATE jt_product.reservation SET returned = quantities WHERE state = 'ALLOCATED' AND returned IS NULL`,
  },
  {
    invariant: 'each restock returned what it names',
    name: 'a restock that moved nothing',
    plant: `INSERT INTO jt_product.restock (id, reservation_id, order_id, destination, sku_ids, quantities, at)
      SELECT gen_random_uuid(), id, gen_random_uuid(), 'STOCK', sku_ids, quantities, now() FROM jt_product.reservation
      WHERE state = 'ALLOCATED' LIMIT 1`,
  },
  {
    invariant: 'each hold ends',
    name: 'a hold past its deadline',
    plant: `UPDATE jt_product.reservation SET expires_at = expires_at - interval '1 day' WHERE state = 'HELD'`,
  },
]

const orders: readonly Plant[] = [
  {
    invariant: 'an order costs what is paid for its lines and charges',
    name: 'a won too much',
    plant: `UPDATE jt_order.orders SET amount = amount + 1`,
  },
  {
    invariant: 'an order costs what is paid for its lines and charges',
    name: 'an order of nothing',
    plant: `DELETE FROM jt_order.order_line`,
  },
  {
    invariant: 'an order costs what is paid for its lines and charges',
    name: 'a charge that nobody pays',
    plant: `UPDATE jt_order.orders SET charges = '[{"kind": "SHIPPING", "amount": 3000}]'`,
  },
  {
    invariant: 'an order and its lines are in the states that follow from its payment and their units',
    name: 'all units canceled, and still paid',
    plant: `UPDATE jt_order.order_line SET canceled = quantity WHERE status = 'PAID'`,
  },
  {
    invariant: 'units are canceled by the cancellations that name them, and once',
    name: 'a unit that no cancellation names',
    plant: `UPDATE jt_order.order_line SET canceling = 1 WHERE status = 'PAID'`,
  },
  {
    invariant: 'units are canceled by the cancellations that name them, and once',
    name: 'canceled twice',
    plant: `INSERT INTO jt_order.cancellation
        (id, order_id, state, whole, amount, tax_free, parts, reason, requested_at, ended_at)
      SELECT gen_random_uuid(), order_id, state, whole, amount, tax_free, parts, reason, requested_at, now()
      FROM jt_order.cancellation WHERE state = 'DONE'`,
  },
  {
    invariant: 'a paid order has one capture of its amount, and its stock',
    name: 'a part of it stands still',
    plant: `INSERT INTO jt_order.cancellation (id, order_id, state, whole, amount, tax_free, parts, reason, requested_at)
      SELECT gen_random_uuid(), id, 'REQUESTED', false, 0, 0, '[]', '', now() - interval '1 day' FROM jt_order.orders
      WHERE status = 'PAID'`,
  },
  {
    invariant: 'an order and its lines are in the states that follow from its payment and their units',
    name: 'a line lags behind',
    plant: `UPDATE jt_order.order_line SET status = 'PENDING_PAYMENT' WHERE status = 'PAID'`,
  },
  {
    invariant: 'each order was placed under one idempotency key, and each key placed one order',
    name: 'an order under no key',
    plant: `DELETE FROM jt_order.idempotency`,
  },
  {
    invariant: 'each order was placed under one idempotency key, and each key placed one order',
    name: 'an answer without its order',
    plant: `UPDATE jt_order.idempotency SET order_id = gen_random_uuid()`,
  },
  {
    invariant: 'an order that was acknowledged exists',
    name: 'a customer knows an order that we do not',
    plant: '',
    acknowledged: ['01990000-0000-7000-8000-000000000000'],
  },
  {
    invariant: 'a paid order has one capture of its amount, and its stock',
    name: 'paid by nothing',
    plant: `UPDATE jt_order.orders SET status = 'PAID', payment_key = 'none' WHERE status = 'PENDING_PAYMENT'`,
  },
  {
    invariant: 'a paid order has one capture of its amount, and its stock',
    name: 'its stock was given away',
    plant: `UPDATE jt_product.reservation SET state = 'RELEASED' WHERE state = 'ALLOCATED'`,
  },
  {
    invariant: 'a paid order has one capture of its amount, and its stock',
    name: 'its cancellation stands still',
    plant: `UPDATE jt_order.orders SET status = 'CANCEL_REQUESTED', cancellation_id = gen_random_uuid() WHERE status = 'PAID'`,
  },
  {
    invariant: 'an unpaid order holds its stock, and ends or is paid',
    name: 'its stock was given away',
    plant: `UPDATE jt_product.reservation SET state = 'RELEASED' WHERE state = 'HELD'`,
  },
  {
    invariant: 'an unpaid order holds its stock, and ends or is paid',
    name: 'its time has passed',
    plant: `UPDATE jt_order.orders SET pay_before = pay_before - interval '1 day' WHERE status = 'PENDING_PAYMENT'`,
  },
  {
    invariant: 'an unpaid order holds its stock, and ends or is paid',
    name: 'its money was captured',
    plant: `UPDATE jt_order.orders SET status = 'PENDING_PAYMENT' WHERE status = 'PAID'`,
  },
  {
    invariant: 'an unpaid order holds its stock, and ends or is paid',
    name: 'its deposit is overdue',
    plant: `UPDATE jt_order.orders SET pay_before = now() - interval '1 day' WHERE status = 'AWAITING_DEPOSIT'`,
  },
  {
    invariant: 'an unpaid order holds its stock, and ends or is paid',
    name: 'it waits for a deposit into an account that is closed',
    plant: `UPDATE jt_payment.payment SET state = 'FAILED' WHERE state = 'AWAITING_DEPOSIT'`,
  },
  {
    invariant: 'an unpaid order holds its stock, and ends or is paid',
    name: 'the stock it waits with was given away',
    plant: `UPDATE jt_product.reservation SET state = 'RELEASED' WHERE state = 'SECURED'`,
  },
  {
    invariant: 'an order and its lines are in the states that follow from its payment and their units',
    name: 'a line does not wait for the deposit',
    plant: `UPDATE jt_order.order_line SET status = 'PENDING_PAYMENT' WHERE status = 'AWAITING_DEPOSIT'`,
  },
  {
    invariant: 'an ended order leaves no hold and no money',
    name: 'its account is still open',
    plant: `UPDATE jt_order.orders SET status = 'EXPIRED' WHERE status = 'AWAITING_DEPOSIT'`,
  },
  {
    invariant: 'an ended order leaves no hold and no money',
    name: 'nobody is asked where its deposit is to go back to',
    plant: `UPDATE jt_payment.refund SET state = 'REFUSED' WHERE state = 'AWAITING_ACCOUNT'`,
  },
  {
    invariant: 'each outcome becomes known',
    name: 'a deposit was forgotten',
    plant: `UPDATE jt_payment.payment SET due_at = now() - interval '1 day' WHERE state = 'AWAITING_DEPOSIT'`,
  },
  {
    invariant: 'what was kept for a while is forgotten in time',
    name: 'an account that nothing is refunded to',
    plant: `UPDATE jt_payment.payment SET refund_account = 'x', refund_account_at = now() - interval '3 days'`,
  },
  {
    invariant: 'an ended order leaves no hold and no money',
    name: 'its money stayed with us',
    plant: `UPDATE jt_order.orders SET status = 'CANCELED' WHERE status = 'PAID'`,
  },
  {
    invariant: 'an ended order leaves no hold and no money',
    name: 'its stock stayed reserved',
    plant: `UPDATE jt_order.orders SET status = 'EXPIRED' WHERE status = 'PENDING_PAYMENT'`,
  },
  {
    invariant: 'each hold belongs to an order, or dies at its deadline',
    name: 'secured for nobody',
    plant: `INSERT INTO jt_product.reservation (id, state, expires_at, sku_ids, quantities, unit_prices)
      VALUES (gen_random_uuid(), 'SECURED', now() - interval '1 day', '{}', '{}', '{}')`,
  },
  {
    invariant: 'each capture belongs to an order',
    name: 'paid for an order that does not exist',
    plant: `UPDATE jt_payment.payment SET order_id = gen_random_uuid() WHERE refunded = 0`,
  },
]

const events: readonly Plant[] = [
  {
    invariant: 'each event reaches every consumer that wants it',
    name: 'a consumer stands still',
    plant: `UPDATE jt_product.cursor SET xid = '0', id = 0`,
  },
  {
    invariant: 'each event reaches every consumer that wants it',
    name: 'a consumer never began',
    plant: `DELETE FROM jt_notification.cursor`,
  },
  {
    invariant: 'each event that was passed had its one effect',
    name: 'passed over',
    plant: `DELETE FROM jt_order.inbox`,
  },
  {
    invariant: 'no event lies dead',
    name: 'given up',
    plant: `INSERT INTO jt_order.dead_letter (consumer, source, id, xid, name, version, key, payload, at, state, next_at)
      VALUES ('payments', 'payment', 1000000, '1', 'payment.captured', 1, 'k', '{}', now(), 'DEAD', now())`,
  },
]

const catalogue: readonly Plant[] = [
  {
    invariant: 'what the shop window shows of a product is what the product is',
    name: 'changed without a word',
    plant: `UPDATE jt_product.product SET name = '이름 없는 것'`,
  },
  {
    invariant: 'each event that the shop window is made from can be read',
    name: 'one without its SKUs',
    plant: `UPDATE jt_product.outbox SET payload = payload - 'skus' WHERE name = 'product.changed'`,
  },
  {
    invariant: 'each event that the shop window is made from can be read',
    name: 'one that is no object',
    plant: `UPDATE jt_product.outbox SET payload = 'null' WHERE name = 'product.availability_changed'`,
  },
  {
    invariant: 'each event that the shop window is made from can be read',
    name: 'one of a later version',
    plant: `UPDATE jt_product.outbox SET version = 9`,
  },
  {
    invariant: 'what the shop window shows of a product is what the product is',
    name: 'sold out in the window only',
    plant: `UPDATE jt_catalog.product SET skus = jsonb_set(skus, '{0,soldOut}', 'true') WHERE NOT sold_out`,
  },
  {
    invariant: 'what the shop window shows of a product is what the product is',
    name: 'missing in the window',
    plant: `DELETE FROM jt_catalog.product`,
  },
  {
    invariant: 'the shop window is what its rebuilding from the log would be',
    name: 'an altered price',
    plant: `UPDATE jt_catalog.product SET skus = jsonb_set(skus, '{0,price}', '10')`,
  },
  {
    invariant: 'the shop window is what its rebuilding from the log would be',
    name: 'an event is missing in the log',
    plant: `DELETE FROM jt_product.outbox WHERE name = 'product.changed'`,
  },
  {
    invariant: 'a product is listed, priced and sold out as its SKUs are',
    name: 'cheaper in lists',
    plant: `UPDATE jt_catalog.product SET price = price - 1`,
  },
  {
    invariant: 'the shop window has the categories that there are',
    name: 'a category of nobody',
    plant: `INSERT INTO jt_catalog.category VALUES ('ghost', '유령', 'Ghost', NULL, 0)`,
  },
  {
    invariant: 'what lies in a cart exists',
    name: 'a SKU of nobody',
    plant: `UPDATE jt_cart.cart_item SET sku_id = gen_random_uuid()`,
  },
]

const PLAIN_PRODUCTS = 'names of products, brands and options are plain text, and no two choices look alike'
const PLAIN_CATEGORIES = 'names of categories are plain text'
const choices = (options: object): string => `UPDATE jt_product.product SET options = '${JSON.stringify(options)}'`

const names: readonly Plant[] = [
  { invariant: PLAIN_PRODUCTS, name: 'invisible', plant: `UPDATE jt_product.product SET name = '가' || chr(8203)` },
  { invariant: PLAIN_PRODUCTS, name: 'empty to the eye', plant: `UPDATE jt_product.product SET name = chr(12644)` },
  { invariant: PLAIN_PRODUCTS, name: 'in pieces', plant: `UPDATE jt_product.product SET name = normalize('가', NFD)` },
  { invariant: PLAIN_PRODUCTS, name: 'two spaces', plant: `UPDATE jt_product.product SET brand = '소리  샘'` },
  { invariant: PLAIN_PRODUCTS, name: 'turned around', plant: choices([{ name: '색상\u202e', values: ['검정'] }]) },
  {
    invariant: PLAIN_PRODUCTS,
    name: 'a value in pieces',
    plant: choices([{ name: '색상', values: ['검\u1100\u1161'] }]),
  },
  { invariant: PLAIN_PRODUCTS, name: 'values alike', plant: choices([{ name: '색상', values: ['S', 'Ｓ'] }]) },
  {
    invariant: PLAIN_PRODUCTS,
    name: 'options alike',
    plant: choices(['Size', 'SIZE'].map((name) => ({ name, values: ['S'] }))),
  },
  {
    invariant: PLAIN_CATEGORIES,
    name: 'two lines',
    plant: `INSERT INTO jt_product.category VALUES ('odd', E'가\n나', 'Odd', NULL, 0, 1)`,
  },
  {
    invariant: PLAIN_CATEGORIES,
    name: 'an English name nobody sees',
    plant: `INSERT INTO jt_product.category VALUES ('odd', '가', chr(8203), NULL, 0, 1)`,
  },
]

const told = (service: string, payload: object): string =>
  `INSERT INTO jt_${service}.outbox (name, version, key, payload, at)
   VALUES ('${service}.planted', 1, 'k', '${JSON.stringify(payload)}', now() - interval '1 hour')`

const SECRETS = 'no secret is told in an event, a notification or an error'

const access: readonly Plant[] = [
  { invariant: SECRETS, name: 'a password', plant: told('member', { password: 'hunter22' }) },
  { invariant: SECRETS, name: 'an e-mail code', plant: told('email', { code: '123456' }) },
  {
    invariant: SECRETS,
    name: 'an access token',
    plant: told('auth', { why: 'Bearer eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl' }),
  },
  { invariant: SECRETS, name: 'a password hash', plant: told('auth', { was: '$argon2id$v=19$m=19456' }) },
  { invariant: SECRETS, name: 'a key of the provider', plant: told('payment', { key: 'test_gsk_jangteo0000000' }) },
  { invariant: SECRETS, name: 'a card number', plant: told('payment', { card: '4111 1111 1111 1111' }) },
  {
    invariant: SECRETS,
    name: 'a card number in a notification',
    plant: `UPDATE jt_notification.notification SET body = '{"ko": "4111111111111111"}'`,
  },
  {
    invariant: 'no event tells how a person is reached',
    name: 'an e-mail address',
    plant: told('member', { to: 'hong@example.kr' }),
  },
  {
    invariant: 'no event tells how a person is reached',
    name: 'a telephone number',
    plant: told('order', { phone: '010-1234-5678' }),
  },
  {
    invariant: 'no event tells how a person is reached',
    name: 'an address in the name of an order that is in no name of a product',
    plant: told('order', { orderName: '쿠폰 hong@example.kr 외 1건' }),
  },
  {
    invariant: 'no event tells how a person is reached',
    name: 'a telephone number in a reason',
    plant: told('order', { reason: '010-1234-5678로 연락 주세요' }),
  },
  {
    invariant: 'no event tells how a person is reached',
    name: 'an address in what a member is told, beside one of a product',
    plant: told('notification', { body: { ko: 'help@jangteo.example 쿠폰을 hong@example.kr 님께' } }),
  },
  {
    invariant: 'no event tells how a person is reached',
    name: 'an address in an event of the catalogue that is not of the catalogue',
    plant: told('product', { productId: 'x', changedBy: 'hong@example.kr' }),
  },
  {
    invariant: 'nothing is left of members who withdrew',
    name: 'a cart',
    plant: `INSERT INTO jt_cart.cart (kind, owner_id, touched_at)
      SELECT 'member', id, now() FROM jt_member.member WHERE withdrawn_at IS NOT NULL`,
  },
  {
    invariant: 'nothing is left of members who withdrew',
    name: 'a session',
    plant: `UPDATE jt_auth.session SET ended_at = NULL, end_reason = NULL;
      UPDATE jt_auth.session SET member_id = (SELECT id FROM jt_member.member WHERE withdrawn_at IS NOT NULL)`,
  },
  {
    invariant: 'what was kept for a while is forgotten in time',
    name: 'proofs of addresses',
    plant: `UPDATE jt_email.proof SET expires_at = expires_at - interval '30 days'`,
  },
]

export const plants: readonly Plant[] = [...money, ...stock, ...orders, ...events, ...names, ...catalogue, ...access]
