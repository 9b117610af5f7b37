import type { Connection, Response } from '../http-client.ts'
import type { Measured } from '../load.ts'

/** A member who buys in a benchmark. `authorization` is a whole header line. */
export interface BenchMember {
  readonly authorization: string
}

/** What a scenario drives. */
export interface Ground {
  readonly connections: readonly Connection[]
  /** One for each connection. */
  readonly members: readonly BenchMember[]
  /** Products of the sample catalogue. */
  readonly productIds: readonly string[]
  /** SKUs that never sell out. */
  readonly skuIds: readonly string[]
  /** Puts a SKU with some stock on sale. */
  readonly putOnSale: (onHand: number) => Promise<string>
  readonly seconds: number
}

/** One thing customers do, measured with its outcome asserted. */
export interface Scenario {
  readonly name: string
  /** What the figure is held against: a bare server sending the same bytes, or the bare order in the database. */
  readonly limit: 'http' | 'order'
  /** The bytes a bare server sends. */
  readonly sample: (ground: Ground) => Promise<string>
  readonly run: (ground: Ground) => Promise<Measured>
}

/** The body as JSON; throws unless the status is the one that must be. */
export const expect = (response: Response, status: number): any => {
  if (response.status !== status)
    throw new Error(`Expected ${status}, got ${response.status}: ${response.body.slice(0, 500)}`)
  return response.body === '' ? undefined : JSON.parse(response.body)
}

/** Like `expect`, without the cost of reading the body: for figures of reading alone. */
export const expectStatus = (response: Response, status: number): string => {
  if (response.status !== status)
    throw new Error(`Expected ${status}, got ${response.status}: ${response.body.slice(0, 500)}`)
  return response.body
}
