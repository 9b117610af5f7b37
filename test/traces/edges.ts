/** A span as a collector tells of it. */
export interface Told {
  readonly spanId: string
  readonly parentId?: string | undefined
  readonly name: string
  readonly service: string
}

/**
 * Edges of the traces of a purchase that must be there however the shop is run: parent → child; of several parents one. A
 * call to another host has a span at either end; they count as one.
 */
export const PURCHASE: readonly (readonly [parent: string, child: string])[] = [
  ['gateway: POST order.place', 'order: order.place'],
  ['order: order.place', 'product: product.reserve'],
  ['product: product.reserve', 'product: product.reserve batch'],
  ['product: product.reserve batch', 'product: product.reserve tx'],
  ['order: order.place', 'order: order.store'],
  ['order: order.store', 'order: order.place tx'],
  ['order: order.place tx', 'order: order.placed emit'],
  ['gateway: POST order.confirmPayment', 'order: order.confirmPayment'],
  ['order: order.confirmPayment', 'order: order.begin-payment'],
  ['order: order.begin-payment', 'order: order.begin-payment tx'],
  ['order: order.confirmPayment', 'product: product.secure'],
  ['order: order.confirmPayment', 'payment: payment.capture'],
  ['payment: payment.capture', 'payment: toss POST /v1/payments/confirm'],
  ['payment: payment.store-capture', 'payment: payment.capture tx'],
  ['payment: payment.capture tx', 'payment: payment.captured emit'],
  ['payment: payment.captured emit', 'order: order.payments payment.captured'],
  ['order: order.confirmPayment', 'order: order.complete-payment'],
  ['order: order.complete-payment', 'order: order.complete-payment tx'],
  // The event of the capture may be taken in before the call that tells of it.
  ['order: order.complete-payment tx | order: order.consume.payments tx', 'order: order.paid emit'],
  ['order: order.paid emit', 'product: product.orders order.paid'],
  ['order: order.paid emit', 'cart: cart.orders order.paid'],
  ['order: order.paid emit', 'catalog: catalog.sales order.paid'],
  ['order: order.paid emit', 'notification: notification.inbox order.paid'],
  ['notification: notification.inbox order.paid', 'notification: notification.consume.inbox tx'],
  ['notification: notification.consume.inbox tx', 'notification: notification.created emit'],
]

/** Zipkin knows small letters only. */
const edge = (parent: string, child: string): string => `${parent} → ${child}`.toLowerCase()

/** The edges that spans make, as `parent → child`. */
export const edgesOf = (spans: readonly Told[]): ReadonlySet<string> => {
  const byId = new Map(spans.map((each) => [each.spanId, each]))
  /** The callee's end of a call to another host stands for both; an event is told, whichever way it travels. */
  const parentOf = (span: Told): Told | undefined => {
    const parent = span.parentId === undefined ? undefined : byId.get(span.parentId)
    return parent && (parent.name === span.name || parent.name.endsWith(' publish')) ? parentOf(parent) : parent
  }
  const edges = new Set<string>()
  for (const span of spans) {
    const parent = parentOf(span)
    if (parent) edges.add(edge(`${parent.service}: ${parent.name}`, `${span.service}: ${span.name}`))
  }
  return edges
}

/** The edges of a purchase that are not among those of the spans. */
export const missingEdges = (spans: readonly Told[]): readonly string[] => {
  const found = edgesOf(spans)
  const isThere = (parents: string, child: string): boolean =>
    parents.split(' | ').some((parent) => found.has(edge(parent, child)))
  return PURCHASE.filter(([parents, child]) => !isThere(parents, child)).map(([parents, child]) => edge(parents, child))
}
