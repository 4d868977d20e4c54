import { backendContract, exportsContract } from '@espalier/testkit';
import { test } from 'vitest';
import * as exported from './index.js';

const { nodeGpu } = exported;

exportsContract({ exported, factories: ['nodeGpu'] });

const availability = await nodeGpu().isAvailable();
// A GPU rounds otherwise, and its convolutions may be computed in TensorFloat-32.
if (availability.available) backendContract('node-gpu', () => nodeGpu(), { growth: 10 });
else
  test('node-gpu is a backend', ({ skip }) => {
    skip(`needs an NVIDIA GPU and @tensorflow/tfjs-node-gpu (${availability.reason})`);
  });
