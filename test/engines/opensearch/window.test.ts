import { windowSuite } from '#test/search/window.ts'
import { startSearchedShop } from './shop.ts'

const { shop } = await startSearchedShop()
windowSuite('the shop window, searched by OpenSearch', shop)
