import { reactRouter } from '@react-router/dev/vite'
import tailwindcss from '@tailwindcss/vite'
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [tailwindcss(), reactRouter()],
  // React reads this while it runs; the shop need not set it for the pages to be the fast ones.
  define: { 'process.env.NODE_ENV': '"production"' },
  build: { target: 'es2022', assetsInlineLimit: 2_000, reportCompressedSize: false },
  // One self-contained file for the server: quick to load, and one copy of React and the router.
  ssr: { noExternal: true },
})
