import { index, route, type RouteConfigEntry } from '@react-router/dev/routes'

/** Pages of the shop. */
export const storefrontRoutes: RouteConfigEntry[] = [
  index('storefront/catalog/home.tsx'),
  route('products', 'storefront/catalog/products.tsx'),
  route('products/:id', 'storefront/catalog/product.tsx'),
  route('cart', 'storefront/cart/cart.tsx'),
  route('cart/changes', 'storefront/cart/cart-changes.tsx'),
  route('sign-in', 'storefront/account/sign-in.tsx'),
  route('sign-up', 'storefront/account/sign-up.tsx'),
  route('password-reset', 'storefront/account/password-reset.tsx'),
  route('sign-out', 'storefront/account/sign-out.tsx'),
  route('checkout', 'storefront/checkout/checkout.tsx'),
  route('checkout/pay/:id', 'storefront/checkout/pay.tsx'),
  route('checkout/success', 'storefront/checkout/pay-success.tsx'),
  route('checkout/fail', 'storefront/checkout/pay-fail.tsx'),
  route('orders', 'storefront/orders/orders.tsx'),
  route('orders/:id', 'storefront/orders/order.tsx'),
  route('orders/:id/complete', 'storefront/orders/order-complete.tsx'),
  route('notifications', 'storefront/notifications/notifications.tsx'),
  route('notifications/ticket', 'storefront/notifications/notification-ticket.tsx'),
  route('me', 'storefront/account/me.tsx'),
  route('me/addresses', 'storefront/account/addresses.tsx'),
  route('about/:topic', 'storefront/about/about.tsx'),
  route('locale', 'storefront/layout/locale.tsx'),
]
