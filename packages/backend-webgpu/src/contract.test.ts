import { backendContract, exportsContract } from '@espalier/testkit';
import { test } from 'vitest';
import { howToGetSoftwareGpu, useSoftwareGpu } from '../../../testing/support/software-gpu.js';
import * as exported from './index.js';

const { webgpu } = exported;

exportsContract({ exported, factories: ['webgpu'], notFactories: new Set(['kernelReport']) });

useSoftwareGpu();
const availability = await webgpu().isAvailable();
// Every shape is a shader of its own.
if (availability.available) backendContract('webgpu', () => webgpu(), { cases: 3 });
else
  test('webgpu is a backend', ({ skip }) => {
    skip(`${howToGetSoftwareGpu} (${availability.reason})`);
  });
