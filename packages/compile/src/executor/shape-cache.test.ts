import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { HostBatch, StepProgram } from '@espalier/core';
import { expect, test } from 'vitest';
import { wasmGenerator } from '../codegen/wasm/wasm-generator.js';
import { ShapeCache } from './shape-cache.js';

await tf.setBackend('cpu');

const state = { 'parameters/w': { shape: [2], dtype: 'float32' } } as const;

function batch(examples: number): HostBatch {
  const x = { data: new Float32Array(2 * examples), shape: [examples, 2], dtype: 'float32' } as const;
  return { inputs: { x }, targets: {} };
}

test('the shapes of an epoch, and its shorter last batch, are both found at once while the program is the same', async () => {
  let version = 'all';
  const program = {
    train: (given, { inputs }) => ({
      state: { 'parameters/w': tf.add(given['parameters/w']!, tf.sum(inputs['x']!, 0)) },
      sums: {},
    }),
    version: () => version,
  } as Pick<StepProgram, 'train' | 'version'> as StepProgram;
  const cache = new ShapeCache(program, wasmGenerator(), 16);
  const [whole, short] = [
    await cache.get('train', state, batch(4)),
    await cache.get('train', state, batch(3)),
  ];
  expect(cache.known('train', batch(4))).toBe(whole);
  expect(cache.known('train', batch(3))).toBe(short);
  expect(cache.known('train', batch(12), { examples: 4, mayDiffer: false })).toBe(whole);
  expect(cache.known('train', batch(2))).toBeUndefined();
  expect(cache.known('evaluate', batch(4))).toBeUndefined();

  version = 'without a layer';
  expect(cache.known('train', batch(4))).toBeUndefined();
  await cache.get('train', state, batch(3));
  // What was compiled before is of another program now, also for who does not ask again.
  expect(cache.known('train', batch(12), { examples: 4, mayDiffer: false })).toBeUndefined();
});
