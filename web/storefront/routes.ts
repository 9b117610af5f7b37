import { index, layout, prefix, route, type RouteConfig } from '@react-router/dev/routes'

export default [
  index('routes/home.tsx'),
  route('products', 'routes/products.tsx'),
  route('products/:id', 'routes/product.tsx'),
  route('cart', 'routes/cart.tsx'),
  route('sign-in', 'routes/sign-in.tsx'),
  route('sign-up', 'routes/sign-up.tsx'),
  route('password-reset', 'routes/password-reset.tsx'),
  route('sign-out', 'routes/sign-out.tsx'),
  route('checkout', 'routes/checkout.tsx'),
  route('checkout/pay/:id', 'routes/pay.tsx'),
  route('checkout/success', 'routes/pay-success.tsx'),
  route('checkout/fail', 'routes/pay-fail.tsx'),
  route('orders', 'routes/orders.tsx'),
  route('orders/:id', 'routes/order.tsx'),
  route('orders/:id/complete', 'routes/order-complete.tsx'),
  route('notifications', 'routes/notifications.tsx'),
  route('notifications/ticket', 'routes/notification-ticket.tsx'),
  route('me', 'routes/me.tsx'),
  route('me/addresses', 'routes/addresses.tsx'),
  route('about/:topic', 'routes/about.tsx'),
  route('locale', 'routes/locale.tsx'),
  ...prefix('console', [
    layout('../console/frame.tsx', [
      index('../console/routes/overview.tsx'),
      route('*', '../console/routes/missing.tsx'),
    ]),
  ]),
  route('*', 'routes/missing.tsx'),
] satisfies RouteConfig
