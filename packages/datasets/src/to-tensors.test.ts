import type { HostBatch } from '@espalier/core';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, test } from 'vitest';
import { fromArrays } from './from-arrays.js';
import { toTensors } from './to-tensors.js';

beforeAll(() => tf.setBackend('cpu'));

const data = fromArrays({
  inputs: { data: Uint8Array.of(0, 51, 102, 255), shape: [2, 1, 2], scale: 1 / 255 },
  targets: Int32Array.of(3, 4),
  weights: [0.5, 2],
});

test('bytes are scaled, labels are int32, weights come along', () => {
  const { inputs, targets, weights } = toTensors(data.batch(Uint32Array.of(1, 0)) as HostBatch);
  expect([inputs['input']!.shape, inputs['input']!.dtype]).toEqual([[2, 1, 2], 'float32']);
  [0.4, 1, 0, 0.2].forEach((value, i) => expect(inputs['input']!.dataSync()[i]).toBeCloseTo(value, 6));
  expect([targets['target']!.shape, targets['target']!.dtype]).toEqual([[2], 'int32']);
  expect([...targets['target']!.dataSync()]).toEqual([4, 3]);
  expect([...weights!['target']!.dataSync()]).toEqual([2, 0.5]);
  tf.dispose([inputs, targets, weights!]);
});

test('the caller owns the tensors, and they share no memory with the arrays', () => {
  const before = tf.memory().numTensors;
  const values = Float32Array.of(1, 2);
  const tensors = toTensors(fromArrays({ inputs: values, targets: Int32Array.of(1, 2) }).arrays!);
  expect('weights' in tensors).toBe(false);
  values.fill(9);
  expect([...tensors.inputs['input']!.dataSync()]).toEqual([1, 2]);
  expect(tf.memory().numTensors).toBe(before + 2);
  tf.dispose([tensors.inputs, tensors.targets]);
  expect(tf.memory().numTensors).toBe(before);
});

test('an error half-way leaves no tensor behind', () => {
  const before = tf.memory().numTensors;
  const { inputs } = data.arrays!;
  const targets = { target: { data: Int32Array.of(1), shape: [2], dtype: 'int32' as const } };
  expect(() => toTensors({ inputs, targets })).toThrow();
  expect(tf.memory().numTensors).toBe(before);
});
