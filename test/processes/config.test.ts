import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { developmentKeys } from '#simulators/toss/simulator.ts'
import { apiClient, payOrder, placeOrder, putOnSale, signInStaff, signUp, type ApiClient } from '../support/client.ts'
import { eventually } from '../support/eventually.ts'
import { allServices, startHosts, type HostsShop } from '../support/processes/hosts.ts'
import { inEachTopology } from '../support/processes/topologies.ts'

const AT = '/api/config/development'

interface Seen {
  readonly name: string
  readonly version: number
  readonly living: boolean
  readonly left: readonly unknown[]
}

const hostsOf = async (staff: ApiClient): Promise<readonly Seen[]> => (await staff.must('GET', `${AT}/hosts`)).items

/** Changes settings and waits until every living host runs on the new version; answers its number. */
const set = async (staff: ApiClient, ...changes: (readonly [place: string, name: string, value: string | null])[]) => {
  const { version } = await staff.must('GET', AT)
  const made = await staff.must('POST', `${AT}/versions`, {
    expectedVersion: version,
    reason: '시험합니다',
    changes: changes.map(([place, name, value]) => ({ place, name, value })),
  })
  await onAll(staff, made.number)
  return made.number as number
}

/** Waits until every host there should be says that it runs on a version; those of the outside world have none. */
const onAll = (staff: ApiClient, version: number): Promise<void> =>
  eventually(
    async () => {
      const { status, body } = await staff.send('GET', '/api/status/instances')
      const reports: ({ config: string | null } | null)[] =
        status === 200 ? body.items.map((each: { report: unknown }) => each.report) : [null]
      return reports.every((each) => each !== null && [null, String(version)].includes(each.config))
    },
    `every host runs on version ${version}`,
    60,
  )

/** One that has not found the service yet would run on its own environment for a while, and nobody would miss it. */
const allKnown = (staff: ApiClient, hosts: number): Promise<void> =>
  eventually(
    async () => {
      // Nor may whoever is asked have found it.
      const { body } = await staff.send('GET', `${AT}/hosts`)
      return (body.items ?? []).filter((each: Seen) => each.living).length === hosts
    },
    'every host has asked the service',
    60,
  )

const minutesToPay = async (buyer: ApiClient, skuId: string): Promise<number> => {
  const { placedAt, payBefore } = await placeOrder(buyer, skuId)
  return (Date.parse(payBefore) - Date.parse(placedAt)) / 60_000
}

inEachTopology((shop) => {
  let staff: ApiClient
  let buyer: ApiClient
  let skuId: string
  before(async () => {
    staff = await signInStaff(shop.origin)
    await allKnown(staff, shop.hosts)
    buyer = await signUp(shop.origin)
    skuId = (await putOnSale(staff, 100)).skuId
  })

  test('the time to pay changes for the next order, wherever it is placed, and back again', async () => {
    assert.equal(await minutesToPay(buyer, skuId), 10)
    const version = await set(staff, ['order', 'ORDER_PAY_MINUTES', '25'])
    for (let n = 0; n < 4; n++) assert.equal(await minutesToPay(buyer, skuId), 25)
    await staff.must('POST', `${AT}/rollback`, { expectedVersion: version, to: version - 1, reason: '되돌립니다' })
    await onAll(staff, version + 1)
    for (let n = 0; n < 4; n++) assert.equal(await minutesToPay(buyer, skuId), 10)
  })

  test('mails leave under the new name', async () => {
    await set(staff, ['email', 'MAIL_FROM', '새 장터 <new@jangteo.local>'])
    const email = `${randomUUID()}@example.kr`
    await buyer.must('POST', '/api/email-codes', { email, purpose: 'sign-up' })
    await eventually(async () => {
      const { items } = await buyer.must('GET', `/simulators/mailbox/messages?to=${encodeURIComponent(email)}`)
      return items[0]?.from === '새 장터 <new@jangteo.local>'
    }, 'the mail arrives')
  })

  test('the key at Toss is changed while the shop sells', async () => {
    await set(staff, ['payment', 'TOSS_SECRET_KEY', developmentKeys[1]!.secretKey])
    const other = await placeOrder(buyer, skuId)
    await assert.rejects(payOrder(buyer, other), 'the payment was made at another shop of Toss')
    await set(staff, ['payment', 'TOSS_SECRET_KEY', null])
    const paid = await placeOrder(buyer, skuId)
    await payOrder(buyer, paid)
    await eventually(
      async () => (await buyer.must('GET', `/api/orders/${paid.id}`)).status === 'PAID',
      'the order is paid by the key of the environment',
    )
  })

  test('limits count as they are set', async () => {
    const code = () =>
      buyer.send('POST', '/api/email-codes', { email: `${randomUUID()}@example.kr`, purpose: 'sign-up' })
    const guess = () =>
      buyer.send('POST', '/api/auth/sign-in', { email: `${randomUUID()}@example.kr`, password: 'wrong password' })
    assert.equal((await code()).status, 202)
    await set(staff, ['email', 'JANGTEO_CODES_PER_CLIENT', '1'])
    assert.equal((await code()).status, 429)
    await set(staff, ['email', 'JANGTEO_CODES_PER_CLIENT', null])
    assert.equal((await code()).status, 202)
    assert.equal((await guess()).body.code, 'CREDENTIALS_INVALID')
    await set(staff, ['auth', 'JANGTEO_SIGN_IN_FAILURES_PER_CLIENT', '1'])
    await guess()
    assert.equal((await guess()).status, 429)
  })

  test('limits and canaries of the gateway count as they are set, and name nothing that there is not', async () => {
    const list = async () => (await buyer.send('GET', '/api/orders')).status
    assert.deepEqual([await list(), await list()], [200, 200])
    for (const [name, value] of [
      ['RATE_LIMITS', 'order.lst.account=1/60'],
      ['CANARY', 'ordre@2=10'],
    ]) {
      const { version } = await staff.must('GET', AT)
      const change = { expectedVersion: version, reason: '시험합니다', changes: [{ place: 'gateway', name, value }] }
      const refused = await staff.send('POST', `${AT}/versions`, change)
      assert.deepEqual([refused.status, refused.body.field], [400, 'changes.0.value'])
      assert.match(refused.body.errors[0].message.en, /order\.lst\.account|ordre/)
    }
    const limited = ['gateway', 'RATE_LIMITS', 'order.list.account=1/60'] as const
    await set(staff, limited, ['gateway', 'RATE_LIMIT_FACTOR', '1'])
    assert.deepEqual([await list(), await list()], [200, 429])
    // Nobody runs version 9: whoever is chosen for it is served by those there are.
    await set(
      staff,
      ['gateway', 'RATE_LIMITS', null],
      ['gateway', 'RATE_LIMIT_FACTOR', null],
      ['gateway', 'CANARY', 'order@9=100'],
    )
    assert.deepEqual([await list(), await list()], [200, 200])
    await set(staff, ['gateway', 'CANARY', null])
  })

  test('whoever looks at the shop sees which configuration it runs on', async () => {
    const { version } = await staff.must('GET', AT)
    const { config } = await apiClient(shop.watched).must('GET', '/health/ready')
    assert.deepEqual({ ...config, age: 0 }, { environment: 'development', version, from: 'service', age: 0, left: 0 })
  })
})

describe('with the config service away', () => {
  let shop: HostsShop
  let staff: ApiClient
  let buyer: ApiClient
  let skuId: string
  before(async () => {
    shop = await startHosts({
      hosts: [
        { name: 'rest', runs: [...allServices.filter((each) => each !== 'config' && each !== 'order'), 'simulators'] },
        { name: 'config', runs: ['config'] },
        { name: 'order', runs: ['order'], replicas: 2 },
        { name: 'edge', runs: ['gateway'], replicas: 2 },
      ],
    })
    // The edge may have looked for the others before they were there, and leaves them alone for a while.
    await eventually(
      async () => (staff = await signInStaff(shop.origin).catch(() => staff)) !== undefined,
      'the edge reaches the others',
    )
    await allKnown(staff, shop.processes.length)
    buyer = await signUp(shop.origin)
    skuId = (await putOnSale(staff, 100)).skuId
  })
  after(() => shop?.stop())

  const stateOf = async (host: string, replica = 1) =>
    (await apiClient(shop.internal(host, replica)).must('GET', '/health/ready')).config

  test('every gateway keeps the limits of the new version', async () => {
    const statusAt = async (edge: string) => (await fetch(`${edge}/api/catalog/products`)).status
    assert.equal(shop.edges.length, 2)
    for (const edge of shop.edges) assert.equal(await statusAt(edge), 200)
    await set(staff, ['gateway', 'RATE_LIMITS', 'catalog.list.all=1/60'], ['gateway', 'RATE_LIMIT_FACTOR', '1'])
    for (const edge of shop.edges) {
      await statusAt(edge)
      assert.equal(await statusAt(edge), 429)
    }
    await set(staff, ['gateway', 'RATE_LIMITS', null], ['gateway', 'RATE_LIMIT_FACTOR', null])
    for (const edge of shop.edges) assert.equal(await statusAt(edge), 200)
    for (const replica of [1, 2]) {
      const metrics: string = await apiClient(shop.internal('edge', replica)).must('GET', '/metrics')
      assert.match(metrics, /^jangteo_limit_refused_total\{operation="catalog.list",limit="catalog.list.all"\} 1$/m)
      assert.match(metrics, /^jangteo_config_stale\{environment="development"\} 0$/m)
    }
  })

  test('hosts go on, a host that starts takes the copy on its disk, and all catch up when it is back', async () => {
    await set(staff, ['order', 'ORDER_PAY_MINUTES', '25'])
    const seen = (await hostsOf(staff)).filter((each) => each.living).map((each) => each.name)
    assert.deepEqual(seen, ['config', 'edge-1', 'edge-2', 'order-1', 'order-2', 'rest'])
    const metrics: string = await apiClient(shop.internal('order')).must('GET', '/metrics')
    assert.match(metrics, /^jangteo_config_version\{environment="development"\} 3$/m)
    assert.match(metrics, /^jangteo_config_age_seconds\{environment="development"\} [0-9.]+$/m)
    const service = shop.processes.find((each) => each.name === 'config')!
    service.kill('SIGKILL')
    await service.ended

    for (let n = 0; n < 4; n++) assert.equal(await minutesToPay(buyer, skuId), 25)
    const first = shop.processes.find((each) => each.name === 'order' && each.replica === 1)!
    await first.stop()
    await shop.start('order', 1)
    const { from, version } = await stateOf('order', 1)
    assert.deepEqual([from, version], ['copy', 3])
    for (let n = 0; n < 4; n++) assert.equal(await minutesToPay(buyer, skuId), 25)

    await shop.start('config')
    // A host that found the service gone asks again when its breaker lets it; one that went on has grown old meanwhile.
    const follows = async (host: string, replica = 1): Promise<boolean> => {
      const { from, age } = await stateOf(host, replica)
      return from === 'service' && age < 1_000
    }
    await eventually(
      async () =>
        (await Promise.all([follows('order'), follows('order', 2), follows('edge'), follows('rest')])).every(Boolean),
      'every host asks the service again',
      60,
    )
    await set(staff, ['order', 'ORDER_PAY_MINUTES', '35'])
    for (let n = 0; n < 4; n++) assert.equal(await minutesToPay(buyer, skuId), 35)
  })
})
