import { index, route, type RouteConfig } from '@react-router/dev/routes'
export default [
  index('routes/home.tsx'),
  route('products', 'routes/products.tsx'),
  route('products/:id', 'routes/product.tsx'),
  route('locale', 'routes/locale.tsx'),
  route('*', 'routes/missing.tsx'),
] satisfies RouteConfig
