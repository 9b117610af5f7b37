import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A span as a collector was told of it. */
export interface CollectedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentId: string | undefined
  readonly name: string
  /** OTLP's number: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number
  readonly service: string
  /** Process it was made in. */
  readonly instance: string
  readonly links: readonly string[]
}

/** A collector of traces that takes OTLP over HTTP as JSON, as any collector does. */
export interface Collector {
  readonly url: string
  readonly spans: readonly CollectedSpan[]
  /** All it was sent, word by word. */
  readonly texts: readonly string[]
  stop(): Promise<void>
}

type Valued = { key: string; value: { stringValue?: string } }
const textOf = (attributes: readonly Valued[], key: string): string =>
  attributes.find((each) => each.key === key)?.value.stringValue ?? ''

const spansIn = (body: any): CollectedSpan[] =>
  body.resourceSpans.flatMap(({ resource, scopeSpans }: any) =>
    scopeSpans.flatMap(({ spans }: any) =>
      spans.map((span: any) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentId: span.parentSpanId || undefined,
        name: span.name,
        kind: span.kind,
        service: textOf(resource.attributes, 'service.name'),
        instance: textOf(resource.attributes, 'service.instance.id'),
        links: (span.links ?? []).map((each: { spanId: string }) => each.spanId),
      })),
    ),
  )

/** Starts a collector on a free port. */
export const startCollector = async (): Promise<Collector> => {
  const spans: CollectedSpan[] = []
  const texts: string[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += chunk
    if (request.url !== '/v1/traces' || request.method !== 'POST') return void response.writeHead(404).end()
    texts.push(text)
    spans.push(...spansIn(JSON.parse(text)))
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    texts,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
