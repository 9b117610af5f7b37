import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { CannotStart } from '#kernel/cannot-start.ts'
import { shop } from '#src/shop.ts'
import { portsOf, readPlacement } from './placement.ts'

const services = ['order', 'product']
const read = (hosts: unknown) => readPlacement(JSON.stringify({ hosts }), services, 'p.json')

/** The lines a person would see. */
const complaints = (hosts: unknown, text = JSON.stringify({ hosts })): string[] => {
  try {
    readPlacement(text, services, 'p.json')
  } catch (error) {
    assert.ok(error instanceof CannotStart)
    return error.message.split('\n').slice(1)
  }
  return []
}

const all = { name: 'all', runs: ['order', 'product'], port: 4000 }

describe('a placement', () => {
  test('names hosts; what it leaves out is ordinary', () => {
    assert.deepEqual(read([all]).hosts, [{ ...all, replicas: 1, address: '127.0.0.1', weight: 100 }])
  })

  test('those that come with the shop are right', () => {
    const names = shop.map((each) => each.contract.name)
    const text = readFileSync(new URL('../../../deploy/placements/cluster.json', import.meta.url), 'utf8')
    const { hosts } = readPlacement(text, names, 'cluster.json')
    const twice = hosts.filter((each) => each.replicas === 2).map((each) => each.name)
    assert.deepEqual(twice, ['product', 'order', 'edge'])
  })

  test('what no host names runs where "*" stands, so a new service needs no other placement', () => {
    const placed = [
      { name: 'order', runs: ['order'], port: 4000 },
      { name: 'others', runs: ['*', 'gateway'], port: 4001, edgePort: 3000 },
    ]
    const runs = (names: readonly string[]) =>
      readPlacement(JSON.stringify({ hosts: placed }), names, 'p.json').hosts.map((each) => each.runs)
    assert.deepEqual(runs(['order', 'product']), [['order'], ['product', 'gateway']])
    assert.deepEqual(runs(['order', 'product', 'lately']), [['order'], ['product', 'lately', 'gateway']])
    assert.deepEqual(runs(['order']), [['order'], ['gateway']])
  })

  test('"*" means one thing: two hosts have it with the same others, and none that would run nothing', () => {
    const twice = (runs: string[]) =>
      complaints([
        { name: 'a', runs: ['*'], port: 4000 },
        { name: 'b', runs, port: 4001 },
      ])
    assert.deepEqual(twice(['*']), [], 'a canary runs what the other does')
    assert.deepEqual(twice(['*', 'order']), [
      '  - the hosts a and b run "*" beside different others: give them the same "runs", or it to one',
    ])
    assert.deepEqual(twice(['order', 'product']), [
      '  - host a would run nothing, because others name every service: take it out',
    ])
  })

  test('replicas on one address take ports in a row; behind a DNS name all have the same', () => {
    const [near, far] = read([
      { ...all, replicas: 2 },
      { name: 'edge', runs: ['gateway'], address: 'edge.shop', port: 5000, edgePort: 80, replicas: 2 },
    ]).hosts
    assert.deepEqual(portsOf(near!, 2), { port: 4001 })
    assert.deepEqual(portsOf(far!, 2), { port: 5000, edgePort: 80 })
  })

  test('everything wrong in it is told at once, with what would be right', () => {
    assert.deepEqual(
      complaints([
        { name: 'Order!', runs: [], port: 0, replicas: 1.5, weight: 'much' },
        { name: 'b', runs: ['ordr', 'pages', 'order', 'order'], port: 70_000, colour: 'red' },
        { name: 'c', runs: ['gateway'], port: 4000 },
        { name: 'd', runs: ['simulators'], port: 4002, replicas: 2, edgePort: 3000 },
        'e',
      ]),
      [
        '  - host Order!.name: give a name of small letters, digits and dashes that starts with a letter',
        '  - host Order!.runs: give at least one service',
        '  - host Order!.replicas: give a whole number from 1 to 64',
        '  - host Order!.port: give a port, a whole number from 1 to 65535',
        '  - host Order!.weight: give a whole number from 1 to 1000',
        '  - host b.port: give a port, a whole number from 1 to 65535',
        '  - host b: Unrecognized key: "colour"',
        '  - host c runs the gateway: give an "edgePort" for the public',
        '  - host d has an edgePort but no gateway: take it out',
        '  - host d runs simulators, of which there can be one: give "replicas": 1',
        '  - hosts[4]: Invalid input: expected object, received string',
      ],
    )
  })

  test('a service that is none, and pages without their gateway', () => {
    assert.deepEqual(complaints([{ ...all, runs: ['ordr', 'product', 'product', 'pages'] }]), [
      '  - host all runs "ordr", which is no service: give some of order, product, *, gateway, pages, simulators, database',
      '  - host all runs product twice: name it once',
      '  - host all runs pages without the gateway that serves them: add "gateway"',
      '  - no host runs order: name it, or "*" for all others, in the "runs" of one',
    ])
  })

  test('two hosts with one name, or meant for one port', () => {
    assert.deepEqual(
      complaints([
        { ...all, replicas: 2 },
        { ...all, port: 4001 },
        { name: 'outside', runs: ['simulators'], port: 4001 },
        { name: 'edge', runs: ['gateway'], port: 4003, edgePort: 4002 },
      ]),
      [
        '  - 2 hosts have the name all: give each its own',
        '  - 127.0.0.1:4001 is meant for all 2 (calls) and all (calls) and outside (calls): give one another port',
        '  - 127.0.0.1:4002 is meant for outside (mailbox) and edge (the public): give one another port',
      ],
    )
  })

  test('a file that is no placement at all', () => {
    assert.throws(() => readPlacement('{', services, 'p.json'), /The placement p\.json is no JSON: /)
    assert.deepEqual(complaints(undefined, '[]'), ['  - Invalid input: expected object, received array'])
    assert.deepEqual(complaints(undefined, '{"host": []}'), [
      '  - hosts: give a list of hosts',
      '  - Unrecognized key: "host"',
    ])
  })
})
