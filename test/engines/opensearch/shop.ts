import { after } from 'node:test'
import type { Settings } from '#kernel/service.ts'
import { engineAddress } from '#test/support/engines/engines.ts'
import { openSearchSettings, startCatalogHost } from '#services/catalog/catalog.fixture.ts'

/** A catalog searched by the OpenSearch of the tests, under names of its own that are taken away afterwards. */
export const startSearchedShop = async (url = engineAddress('opensearch'), more: Settings = {}) => {
  const settings = { ...openSearchSettings(url), ...more }
  const shop = await startCatalogHost(settings)
  const prefix = settings.OPENSEARCH_PREFIX
  after(async () => {
    await shop.stop()
    // One of a test's own may have ended before.
    await fetch(`${url}/${prefix}*`, { method: 'DELETE' }).catch(() => {})
  })
  return { shop, url, prefix, settings }
}
