import { windowSuite } from '#test/search/window.ts'
import { startCatalogHost } from './for-tests.ts'

windowSuite('the shop window, searched by PostgreSQL', await startCatalogHost())
