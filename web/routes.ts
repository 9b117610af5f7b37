import { layout, prefix, route, type RouteConfig } from '@react-router/dev/routes'
import { consoleRoutes } from './console/routes.ts'
import { storefrontRoutes } from './storefront/routes.ts'

// Puts the shop's pages and the console together; files are named from here.
export default [
  ...storefrontRoutes,
  ...prefix('console', [layout('console/frame.tsx', consoleRoutes)]),
  route('*', 'storefront/layout/missing.tsx'),
] satisfies RouteConfig
