export default {
  worker: { format: 'es' },
  build: { target: 'es2022' },
  // The development server must not rewrite what looks for files beside itself.
  optimizeDeps: { exclude: ['onnxruntime-web', '@tensorflow/tfjs-backend-wasm'] },
};
