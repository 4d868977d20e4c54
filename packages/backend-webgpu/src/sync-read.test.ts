import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeOnGpu } from '../testing/on-gpu.js';

describeOnGpu('reading at once in Node', () => {
  it.each(['float32', 'int32', 'bool'] as const)('gives the values of %s', (dtype) => {
    const y = tf.tidy(() => tf.cast(tf.add(tf.tensor1d([0, 1, 2]), 0), dtype));
    expect([...y.dataSync()]).toEqual(dtype === 'bool' ? [0, 1, 1] : [0, 1, 2]);
    y.dispose();
  });

  it('works while an asynchronous reading is under way, and leaves that one alone', async () => {
    const [a, b] = [tf.add(tf.ones([3]), 1), tf.add(tf.ones([3]), 2)];
    const pending = a.data();
    expect([...b.dataSync()]).toEqual([3, 3, 3]);
    expect([...(await pending)]).toEqual([2, 2, 2]);
    const schedule = setImmediate;
    expect(globalThis.setImmediate).toBe(schedule);
    tf.dispose([a, b]);
  });

  it('moves tensors to another backend', async () => {
    await import('@tensorflow/tfjs-backend-cpu');
    const x = tf.add(tf.ones([2]), 1);
    await tf.setBackend('cpu');
    expect([...tf.tidy(() => tf.add(x, 1)).dataSync()]).toEqual([3, 3]);
    await tf.setBackend('webgpu');
    expect([...tf.tidy(() => tf.add(x, 2)).dataSync()]).toEqual([4, 4]);
    x.dispose();
  });
});
