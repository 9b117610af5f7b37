import type { Config } from '@react-router/dev/config'

export default {
  appDirectory: '.',
  buildDirectory: process.env['JANGTEO_PAGES_BUILD'] ?? '../build/pages',
  // The whole route table is smaller than one more request.
  routeDiscovery: { mode: 'initial' },
} satisfies Config
