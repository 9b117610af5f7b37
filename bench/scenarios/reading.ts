import { closedLoop } from '../load.ts'
import { expectStatus, type Ground, type Scenario } from './scenario.ts'

const reading = (
  name: string,
  pathFor: (ground: Ground, who: number, turn: number) => string,
  mark: string,
): Scenario => ({
  name,
  limit: 'http',
  sample: async (ground) => expectStatus(await ground.connections[0]!.request('GET', pathFor(ground, 0, 0), ''), 200),
  run: (ground) =>
    closedLoop(ground.connections, ground.seconds, async (connection, who, turn) => {
      const body = expectStatus(await connection.request('GET', pathFor(ground, who, turn), ''), 200)
      if (!body.includes(mark)) throw new Error(`${name} answered without ${mark}: ${body.slice(0, 200)}`)
    }),
})

const categories = ['fashion', 'beauty', 'food', 'living', 'digital', 'sports']
const typed = ['티', 'ㅌㅅㅊ', '커피', '무선', 'ㅇㅇㅍ', '텀', '원', 'zjvl'].map(encodeURIComponent)

export const productList = reading(
  'product list',
  (_ground, who, turn) =>
    `/api/catalog/products?limit=24&sort=newest&category=${categories[(who + turn) % categories.length]}`,
  '"items":[{',
)
export const productDetail = reading(
  'product detail',
  ({ productIds }, who, turn) => `/api/catalog/products/${productIds[(who * 31 + turn) % productIds.length]}`,
  '"skus":[{',
)
export const suggestion = reading(
  'suggestion',
  (_ground, who, turn) => `/api/catalog/suggestions?q=${typed[(who + turn) % typed.length]}`,
  '"items":[{',
)
