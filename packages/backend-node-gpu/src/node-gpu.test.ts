import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { firstAvailable, useBackend } from '@espalier/core';
import { afterAll, expect, it } from 'vitest';
import { nodeGpu } from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'espalier-fake-gpu-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A package folder whose native library is no library. */
function damagedPackage(): string {
  const binary = {
    module_name: 'tfjs_binding',
    module_path: './lib/napi-v{napi_build_version}',
    napi_versions: [8],
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ version: '4.22.0', binary }));
  mkdirSync(join(folder, 'lib', 'napi-v8'), { recursive: true });
  writeFileSync(join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'), 'no library');
  return folder;
}

it('says why it cannot start, in the name of its own package', async () => {
  const missing = await nodeGpu({ packagePath: join(folder, 'nowhere') }).isAvailable();
  expect(missing).toEqual({
    available: false,
    reason: `@tensorflow/tfjs-node-gpu is not in ${join(folder, 'nowhere')}`,
    fix: expect.stringMatching(/^npm install @tensorflow\/tfjs-node-gpu.*webgpu\(\)/),
  });
  const damaged = await nodeGpu({ packagePath: damagedPackage() }).isAvailable();
  expect(damaged).toMatchObject({
    available: false,
    reason: expect.stringContaining('@tensorflow/tfjs-node-gpu 4.22.0 does not load'),
  });
});

it('is passed over where it cannot start, and leaves the active backend', async () => {
  await tf.setBackend('cpu');
  const cpu = {
    name: 'cpu',
    isAvailable: async () => ({ available: true as const }),
    activate: async () => {},
  };
  const chosen = await useBackend(firstAvailable(nodeGpu({ packagePath: '/nowhere' }), cpu));
  expect(chosen.name).toBe('cpu');
  await expect(nodeGpu({ packagePath: '/nowhere' }).activate()).rejects.toMatchObject({
    code: 'backend-unavailable',
    scope: 'backend-node-gpu',
  });
  expect(tf.getBackend()).toBe('cpu');
});

it('checks its options under its own name', () => {
  expect(nodeGpu().name).toBe('tensorflow');
  expect(() => nodeGpu({ threads: -1 })).toThrow(/^\[backend-node-gpu\] threads must be/);
});
