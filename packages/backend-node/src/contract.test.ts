import { backendContract, exportsContract } from '@espalier/testkit';
import { test } from 'vitest';
import { howToBuild } from '../testing/how-to-build.js';
import * as exported from './index.js';

const { node } = exported;

exportsContract({
  exported,
  factories: ['node'],
  notFactories: new Set(['kernelReport', 'tensorflowBackend']),
});

const availability = await node().isAvailable();
if (availability.available) backendContract('node', () => node());
else
  test('node is a backend', ({ skip }) => {
    skip(`${howToBuild} (${availability.reason})`);
  });
