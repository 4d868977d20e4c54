import type { Backend } from '@espalier/core';
import * as tf from '@tensorflow/tfjs-core';
import { backendContract } from './backend-contract.js';

const cpu: Backend = {
  name: 'cpu',
  isAvailable: async () => ({ available: true }),
  activate: async () => void (await tf.setBackend('cpu')),
};

// Stock TensorFlow.js: what it has wrong is proven here, and worked around or replaced by the packages.
backendContract('cpu', () => cpu, {
  runs: false,
  defects: {
    'avgPool same': 'the gradient divides by the size of the window, the padding counted',
  },
});
