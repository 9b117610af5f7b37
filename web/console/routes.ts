import { index, route, type RouteConfigEntry } from '@react-router/dev/routes'

/** Pages of the console, below `/console` and inside its frame. */
export const consoleRoutes: RouteConfigEntry[] = [
  index('console/overview.tsx'),
  route('status', 'console/status/status.tsx'),
  route('status/traces', 'console/status/status-traces.tsx'),
  route('status/traces/:traceId', 'console/status/status-trace.tsx'),
  route('status/events', 'console/status/status-events.tsx'),
  route('config', 'console/config/config.tsx'),
  route('config/settings/:name', 'console/config/config-setting.tsx'),
  route('config/history', 'console/config/config-history.tsx'),
  route('config/history/:number', 'console/config/config-version.tsx'),
  route('*', 'console/missing.tsx'),
]
