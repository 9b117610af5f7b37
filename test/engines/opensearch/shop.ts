import { after } from 'node:test'
import { engineAddress } from '#test/support/engines.ts'
import { openSearchSettings, startCatalogHost } from '#services/catalog/for-tests.ts'

/** A catalog searched by the OpenSearch of the tests, under names of its own that are taken away afterwards. */
export const startSearchedShop = async (url = engineAddress('opensearch')) => {
  const settings = openSearchSettings(url)
  const shop = await startCatalogHost(settings)
  const prefix = settings.OPENSEARCH_PREFIX
  after(async () => {
    await shop.stop()
    await fetch(`${url}/${prefix}*`, { method: 'DELETE' })
  })
  return { shop, url, prefix, settings }
}
