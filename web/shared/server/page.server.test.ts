import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RouterContextProvider } from 'react-router'
import { fault } from '#kernel/fault.ts'
import { INVALID_INPUT, UNAUTHENTICATED } from '#kernel/faults.ts'
import type { PageContext } from '../../context.ts'
import { orderKey, seenItems } from '../../storefront/checkout/checkout.server.ts'
import { confirmPayment, readReturn } from '../../storefront/checkout/confirm.server.ts'
import { productJsonLd } from '../../storefront/catalog/json-ld.server.ts'
import { act, load, localPath, pageContext } from './page.server.ts'

const argsFor = (page: Partial<PageContext>, request = new Request('http://shop.test/orders?x=1')) => {
  const context = new RouterContextProvider()
  context.set(pageContext, { locale: 'ko', viewer: { kind: 'anonymous' }, ...page } as PageContext)
  return { context, request, url: new URL(request.url), params: {}, pattern: '' } as never
}
const posted = (fields: Record<string, string>) =>
  new Request('http://shop.test/sign-in', { method: 'POST', body: new URLSearchParams(fields) })

test('only paths of this shop are gone to', () => {
  assert.equal(localPath('/orders?x=1'), '/orders?x=1')
  for (const foreign of [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/a\r\nb',
    '/.//evil.example',
    '/..//evil.example',
    '',
    null,
    undefined,
  ]) {
    assert.equal(localPath(foreign), '/')
  }
})

test('a path is gone to whatever was typed into it', () => {
  for (const [given, path] of [
    ['/products?q=컵#위', '/products?q=%EC%BB%B5#%EC%9C%84'],
    ['/a\u0000b', '/a%00b'],
    ['/\ud83d', '/%EF%BF%BD'],
  ] as const) {
    assert.equal(localPath(given), path)
    assert.equal(new Headers({ location: localPath(given) }).get('location'), path)
  }
})

test('a form sent from a page whose address nobody can read leads to the sign-in page as well', async () => {
  const fail = act(async () => {
    throw UNAUTHENTICATED()
  })
  const request = posted({})
  request.headers.set('referer', 'http://[')
  await assert.rejects(fail(argsFor({}, request)), (thrown: Response) => {
    assert.equal(thrown.headers.get('location'), '/sign-in?next=%2F')
    return true
  })
})

test('a fault becomes the page of its status, in the language of the viewer', async () => {
  const gone = fault('GONE', 410, { ko: '없어졌습니다.', en: 'Gone.' })
  const fail = load(async () => {
    throw gone()
  })
  for (const [locale, message] of [
    ['ko', '없어졌습니다.'],
    ['en', 'Gone.'],
  ] as const) {
    await assert.rejects(
      fail(argsFor({ locale })),
      (thrown: { data: { message: string }; init: { status: number } }) => {
        assert.equal(thrown.data.message, message)
        assert.equal(thrown.init.status, 410)
        return true
      },
    )
  }
})

test('who is not signed in is led to the sign-in page and back', async () => {
  const fail = load(async () => {
    throw UNAUTHENTICATED()
  })
  await assert.rejects(fail(argsFor({})), (thrown: Response) => {
    assert.equal(thrown.headers.get('location'), '/sign-in?next=%2Forders%3Fx%3D1')
    return true
  })
})

test('what was typed comes back with the refusal, but never a password', async () => {
  const refuse = act(async () => {
    const message = { ko: '이메일을 확인해 주세요.', en: 'Check the address.' }
    throw INVALID_INPUT(undefined, { field: 'email', fields: [{ field: 'email', code: 'email', message }] })
  })
  const answer = (await refuse(
    argsFor({}, posted({ email: 'x', password: 'secret', newPassword: 'secret', secret: 'secret' })),
  )) as unknown as { data: { problem: { fields: unknown }; values: unknown }; init: { status: number } }
  assert.deepEqual(answer.data.values, { email: 'x' })
  assert.deepEqual(answer.data.problem.fields, { email: '이메일을 확인해 주세요.' })
  assert.equal(answer.init.status, 400)
})

test('an error that is no fault is not shown to anybody', async () => {
  const broken = new Error('password=hunter2')
  const fail = act(async () => {
    throw broken
  })
  await assert.rejects(fail(argsFor({}, posted({}))), broken)
})

test('the return address is read strictly', () => {
  const id = '01a1f923-aabd-7198-80b7-c256b96a193f'
  const read = (amount: string, orderId = id, paymentKey = 'k') =>
    readReturn(new URLSearchParams({ paymentKey, orderId, amount }))
  assert.deepEqual(read('1000'), { paymentKey: 'k', orderId: id, amount: 1_000 })
  for (const wrong of ['', '-1', '1e3', '10.0', ' 10', '0x10', '9'.repeat(13)]) assert.equal(read(wrong), undefined)
  assert.equal(read('10', 'not-an-id'), undefined)
  assert.equal(read('10', id, ''), undefined)
})

test('the order judges how a payment stands, whatever confirming says', async () => {
  const refused = fault('PAYMENT_REFUSED', 402, { ko: '거절', en: 'Refused' })
  const away = fault('UNAVAILABLE', 503, { ko: '잠시 후', en: 'Later' })
  const outcome = (status: string, error: Error) =>
    confirmPayment(
      {
        page: { locale: 'ko' },
        shop: { order: { confirmPayment: () => Promise.reject(error), get: async () => ({ status }) } },
      } as never,
      { paymentKey: 'k', orderId: 'o', amount: 1 },
    )
  assert.deepEqual(await outcome('PAID', refused()), { state: 'PAID' })
  assert.deepEqual(await outcome('PAYING', refused()), { state: 'CONFIRMING' })
  assert.deepEqual(await outcome('PENDING_PAYMENT', away()), { state: 'CONFIRMING' })
  assert.deepEqual(await outcome('PENDING_PAYMENT', new Error('socket')), { state: 'CONFIRMING' })
  const no = await outcome('PENDING_PAYMENT', refused())
  assert.equal(no.state, 'REFUSED')
  assert.equal('payable' in no && no.payable, true)
})

test('the same order from the same page has the same key, another one another', () => {
  const asked = { items: [{ skuId: 'a', quantity: 1 }] }
  assert.equal(orderKey('page', asked), orderKey('page', structuredClone(asked)))
  assert.notEqual(orderKey('page', asked), orderKey('other', asked))
  assert.notEqual(orderKey('page', asked), orderKey('page', { items: [{ skuId: 'a', quantity: 2 }] }))
  assert.ok(orderKey('x'.repeat(500), asked).length <= 200)
  assert.ok(orderKey(`${'x'.repeat(63)}🙂`, asked).isWellFormed())
})

test('the items of a form are what its reader saw', () => {
  const form = new FormData()
  for (const [name, value] of [
    ['item.a', '2:2000'],
    ['item.b', '1'],
    ['item.', '3:1'],
    ['item.c', 'x:-5'],
    ['other', '1:1'],
  ] as const)
    form.append(name, value)
  assert.deepEqual(seenItems(form), [
    { skuId: 'a', quantity: 2, amount: 2_000 },
    { skuId: 'b', quantity: 1, amount: 0 },
    { skuId: 'c', quantity: 0, amount: 0 },
  ])
})

test("a product's name cannot end the script it stands in", () => {
  const text = productJsonLd(
    {
      id: 'p',
      name: '</script><script>alert(1)//',
      description: '&',
      imageUrls: [],
      imageUrl: null,
      brand: null,
      price: 1,
      soldOut: false,
      skus: [],
    } as never,
    new URL('http://shop.test/'),
  )
  assert.ok(!text.includes('<') && !text.includes('&'))
  assert.equal((JSON.parse(text) as { name: string }).name, '</script><script>alert(1)//')
})
