export default {
  output: 'standalone',
  // On the server these are left as they are installed, and find their files beside themselves.
  serverExternalPackages: ['@espalier/compile', '@espalier/backend-wasm', '@tensorflow/tfjs-backend-wasm'],
  // ONNX Runtime is loaded by a name that no tracing sees.
  outputFileTracingIncludes: {
    '/api/train': [
      'node_modules/onnxruntime-node/dist/**',
      'node_modules/onnxruntime-node/package.json',
      'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/**',
      'node_modules/onnxruntime-common/**',
      'node_modules/@tensorflow/tfjs-backend-wasm/dist/*.wasm',
    ],
  },
};
