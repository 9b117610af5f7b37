import { truncate } from '#kernel/text.ts'
import type { ProductDetail } from '#services/catalog/contract.ts'

/** A product for search engines (schema.org/Product), safe to stand inside a script element. */
export const productJsonLd = (product: ProductDetail, url: URL): string => {
  const images = product.imageUrls.length ? product.imageUrls : product.imageUrl ? [product.imageUrl] : []
  const prices = product.skus.map((sku) => sku.price)
  const document = {
    '@context': 'https://schema.org',
    '@type': 'Product',
    name: product.name,
    description: truncate(product.description, 5_000),
    image: images.map((image) => new URL(image, url.origin).href),
    ...(product.brand && { brand: { '@type': 'Brand', name: product.brand } }),
    offers: {
      '@type': 'AggregateOffer',
      priceCurrency: 'KRW',
      lowPrice: Math.min(product.price, ...prices),
      highPrice: Math.max(product.price, ...prices),
      offerCount: product.skus.length,
      availability: `https://schema.org/${product.soldOut ? 'OutOfStock' : 'InStock'}`,
      url: `${url.origin}/products/${product.id}`,
    },
  }
  return JSON.stringify(document).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
