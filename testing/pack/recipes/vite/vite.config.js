export default {
  worker: { format: 'es' },
  build: { target: 'es2022' },
  optimizeDeps: {
    // It looks for its files beside itself: the development server must not rewrite it.
    exclude: ['onnxruntime-web'],
    // It looks for imports in pages alone, finds those of a worker when that starts, and then reloads the page.
    entries: ['index.html', 'src/*.worker.js'],
  },
};
