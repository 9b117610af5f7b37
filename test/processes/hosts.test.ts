import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import WebSocket from 'ws'
import { clientOf, systemContext } from '#kernel/call.ts'
import { withContext } from '#kernel/context.ts'
import { remoteEndpoint, type RemoteEndpoint } from '#kernel/remote/client/endpoint.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { catalog } from '#services/catalog/contract.ts'
import { payOrder, placeOrder, putOnSale, signInStaff, signUp, type ApiClient } from '../support/client.ts'
import { eventually } from '../support/eventually.ts'
import { allServices, startHosts, type HostsShop } from '../support/processes/hosts.ts'
import { at, load } from '../support/shopping/load.ts'
import { silent } from '../support/silent.ts'

const runtime = systemRuntime()
let shop: HostsShop
let staff: ApiClient
const remotes: RemoteEndpoint[] = []

before(async () => {
  shop = await startHosts({
    hosts: [
      { name: 'outside', runs: ['simulators'] },
      { name: 'back', runs: allServices, replicas: 2 },
      { name: 'edge', runs: ['gateway'], replicas: 2 },
    ],
  })
  staff = await signInStaff(shop.origin)
})
after(async () => {
  await Promise.all(remotes.map((each) => each.close()))
  await shop?.stop()
})

/** The catalogue as one process shows it. */
const catalogIn = (replica: number) => {
  const origins = [shop.internal('back', replica)]
  const remote = remoteEndpoint({ contract: catalog, origins, tokens: shop.tokens(), runtime, log: silent })
  remotes.push(remote)
  const client = clientOf(catalog, 'test', () => remote, runtime)
  return (id: string) => withContext(systemContext('test', runtime), () => client.get({ id }))
}

describe('several processes on one database', () => {
  test('what one process changes, the window of another shows', async () => {
    const { productId, skuId } = await putOnSale(staff, 3, 10_000)
    const windows = [catalogIn(1), catalogIn(2)]
    for (const show of windows)
      await eventually(() => show(productId).then(Boolean, () => false), 'the product is in the window')
    // Both keep an answer now.
    for (const show of windows) assert.equal((await show(productId)).price, 10_000)
    const change = { expectedVersion: 1, skus: [{ id: skuId, price: 12_000 }] }
    await staff.must('PATCH', `/api/products/${productId}`, change)
    for (const show of windows)
      await eventually(async () => (await show(productId)).price === 12_000, 'the new price is shown')
  })

  test('whoever signs out at one gateway is out at the other', async () => {
    const buyer = await signUp(shop.edges[0]!)
    const elsewhere = at(shop.edges[1]!, buyer)
    assert.equal((await elsewhere.send('GET', '/api/members/me')).status, 200)
    await buyer.must('POST', '/api/auth/sign-out', {})
    await eventually(
      async () => (await elsewhere.send('GET', '/api/members/me')).status === 401,
      'the token is refused',
    )
  })

  test('a listener at one gateway is told of what was bought through the other, once', async () => {
    const { skuId } = await putOnSale(staff, 5)
    const buyer = await signUp(shop.edges[0]!)
    const { ticket } = await buyer.must('POST', '/api/notifications/tickets', {})
    const heard: { type: string }[] = []
    const socket = new WebSocket(`${shop.edges[1]!.replace('http', 'ws')}/api/notifications/stream?ticket=${ticket}`)
    socket.on('message', (text) => heard.push(JSON.parse(String(text))))
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    await payOrder(buyer, await placeOrder(buyer, skuId))
    const paid = () => heard.filter((each) => JSON.stringify(each).includes('order.paid'))
    await eventually(() => paid().length > 0, 'the listener is told')
    await sleep(300)
    assert.equal(paid().length, 1)
    socket.close()
  })

  test('consumers that run twice take in each event once', async () => {
    const { skuId } = await putOnSale(staff, 100)
    const buyer = await signUp(shop.origin)
    const orders = await Promise.all(Array.from({ length: 10 }, () => placeOrder(buyer, skuId)))
    for (const each of orders) await payOrder(buyer, each)
    const told = async (): Promise<string[]> =>
      (await buyer.must('GET', '/api/notifications?limit=100')).items
        .filter((each: { type: string }) => each.type === 'order.paid')
        .map((each: { link: string }) => each.link)
    await eventually(async () => (await told()).length >= 10, 'the inbox tells of all')
    await sleep(300)
    const links = await told()
    assert.equal(links.length, 10)
    assert.equal(new Set(links).size, 10)
  })
})

/** What a gateway has counted of its calls to an instance, or of all, by service. */
const countsOf = async (edge: number, name: string, labels = ''): Promise<number[]> => {
  const text = await (await fetch(`${shop.internal('edge', edge)}/metrics`)).text()
  return [...text.matchAll(new RegExp(`^${name}\\{.*${labels}.*\\} (\\S+)$`, 'gm'))].map((each) => Number(each[1]))
}

describe('leaving', () => {
  /** Whether both gateways would call it again. */
  const isCalled = async (replica: number): Promise<boolean> => {
    const instance = `instance="${shop.internal('back', replica)}"`
    const seen = [1, 2].flatMap((edge) => [
      countsOf(edge, 'jangteo_remote_share', instance).then((all) => all.every((share) => share > 0)),
      countsOf(edge, 'jangteo_remote_breaker', instance).then((all) => all.every((state) => state < 2)),
    ])
    return (await Promise.all(seen)).every(Boolean)
  }

  test('a rolling restart of every host under load loses no request', async () => {
    const customers = await load(shop.edges, staff, 6)
    for (const [host, replica] of [
      ['back', 1],
      ['back', 2],
      ['edge', 1],
      ['edge', 2],
    ] as const) {
      const one = shop.processes.findLast((each) => each.name === host && each.replica === replica)!
      assert.equal(await one.stop(), 0)
      const before = customers.done()
      await eventually(() => customers.done() > before + 20, 'the other goes on')
      await shop.start(host, replica)
      // As whoever rolls waits until the new one is seen to be ready.
      const isSeen = () => (host === 'edge' ? customers.ask(shop.edges[replica - 1]!) : isCalled(replica))
      await eventually(isSeen, `${host} ${replica} is seen to be back`)
    }
    assert.deepEqual(await customers.stop(), [])
  })
})

describe('a host that was stopped', () => {
  const callsToOrders = async () => ({
    hedged: (await countsOf(1, 'jangteo_remote_hedged_total', 'service="order"'))[0]!,
    shares: await countsOf(1, 'jangteo_remote_share', 'service="order"'),
  })

  test('costs one call half of its time and nobody anything after it; it comes back by itself', async () => {
    const buyer = await signUp(shop.origin)
    const look = async (): Promise<void> => void assert.equal((await buyer.send('GET', '/api/orders')).status, 200)
    const one = shop.processes.findLast((each) => each.name === 'back' && each.replica === 2)!
    const before = await callsToOrders()
    one.kill('SIGSTOP')
    try {
      await eventually(async () => {
        await look()
        return (await callsToOrders()).hedged > before.hedged
      }, 'a call goes to the other after half of its time')
      for (let n = 0; n < 40; n++) await look()
      const { hedged, shares } = await callsToOrders()
      assert.equal(hedged, before.hedged + 1)
      assert.equal(shares.filter((share) => share === 0).length, 1)
    } finally {
      one.kill('SIGCONT')
    }
    await eventually(async () => (await callsToOrders()).shares.every((share) => share > 0), 'it is let in again')
    await look()
  })
})
