import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { httpServer } from '../server.ts'

const server = httpServer({
  handle: (request, response) => response.end(request.headers['x-forwarded-for'] ?? 'none'),
  refuse: (_request, response) => response.writeHead(400).end(),
  refused: () => 'id',
  upgrades: () => false,
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 1_000,
})
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
after(() => {
  server.close()
  server.closeAllConnections()
})

const behind = async (forwarded: string): Promise<string> => {
  const { port } = server.address() as AddressInfo
  return (await fetch(`http://127.0.0.1:${port}/`, { headers: { 'x-forwarded-for': forwarded } })).text()
}

test('whatever a proxy wrote, what stands behind the server reads addresses alone', async () => {
  assert.equal(await behind('9.9.9.9, unknown, 1.2.3.4:5555, [::1]:80'), '1.2.3.4, ::1')
  assert.equal(await behind('garbage'), 'none')
})
