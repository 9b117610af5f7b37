import { windowSuite } from '#test/search/window.ts'
import { startCatalogHost } from './catalog.fixture.ts'

windowSuite('the shop window, searched by PostgreSQL', await startCatalogHost())
