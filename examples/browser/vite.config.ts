import { defaultClientConditions, defineConfig } from 'vite';
import { digits } from './src/build/digits.js';
import { offline } from './src/build/offline.js';

export default defineConfig({
  // Served from any folder.
  base: './',
  plugins: [digits({ train: 6000, test: 1000 }), offline()],
  // In this repository the packages are used as sources; without the condition, as published.
  resolve: { conditions: ['@espalier/source', ...defaultClientConditions] },
  worker: { format: 'es' },
  optimizeDeps: {
    // What the worker imports is looked for at the start, not when it is met: that would reload the page.
    entries: ['index.html', 'src/worker/worker.ts'],
    // A prepared copy would lose the .wasm files beside it.
    exclude: ['onnxruntime-web'],
  },
  build: { target: 'es2022', chunkSizeWarningLimit: 2000, reportCompressedSize: false },
});
