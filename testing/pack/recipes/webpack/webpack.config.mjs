export default {
  mode: 'production',
  entry: './src/index.js',
  // onnxruntime-web and TensorFlow.js' wasm backend reach for Node's modules where they run in Node.
  resolve: {
    fallback: { fs: false, path: false, os: false, perf_hooks: false, worker_threads: false, crypto: false },
  },
  performance: { hints: false },
};
