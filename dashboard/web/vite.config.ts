import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Whoever starts the build may have NODE_ENV set to something else (a test runner has), and would ship React's slow,
// talkative development form.
process.env['NODE_ENV'] = 'production';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react(), tailwindcss()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The content security policy allows fonts and images of our own origin only: nothing may become a data: URL.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
  },
  server: { proxy: { '/api': process.env['SPENDLENS_DASHBOARD'] ?? 'http://127.0.0.1:8788' } },
});
