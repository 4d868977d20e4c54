import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '@espalier/core';
import { expect, it, vi } from 'vitest';
import { cpu } from './cpu.js';

it("registers TensorFlow.js' backend when it starts, with the gradients repaired, and not before", async () => {
  const backend = cpu();
  expect(Object.keys(tf.engine().registryFactory)).toEqual([]);
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  expect(await useBackend(backend)).toBe(backend);
  expect(tf.getBackend()).toBe('cpu');
  const gradient = tf.grad((x) => tf.mirrorPad(x, [[1, 1]], 'reflect'))(tf.ones([3]));
  expect([...gradient.dataSync()]).toEqual([1, 3, 1]);
  expect(warn).not.toHaveBeenCalled();
});
