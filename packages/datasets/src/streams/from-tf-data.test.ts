import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfd from '@tensorflow/tfjs-data';
import { beforeAll, expect, test } from 'vitest';
import { batches } from '../batches.js';
import { fromTfData, type FromTfDataOptions } from './from-tf-data.js';

beforeAll(() => tf.setBackend('cpu'));

const SPECS: FromTfDataOptions = {
  inputs: { shape: [2], dtype: 'float32' },
  targets: { shape: [], dtype: 'int32' },
};

const elements = Array.from({ length: 7 }, (_, i) => ({ xs: [i, i / 2], ys: i }));

async function read(dataset: unknown, options: FromTfDataOptions = SPECS) {
  const found: { x: number[]; y: number[] }[] = [];
  for await (const { inputs, targets } of batches(fromTfData(dataset as never, options), { batchSize: 3 })) {
    found.push({ x: [...Object.values(inputs)[0]!.data], y: [...Object.values(targets)[0]!.data] });
  }
  return found;
}

const expected = [
  { x: [0, 0, 1, 0.5, 2, 1], y: [0, 1, 2] },
  { x: [3, 1.5, 4, 2, 5, 2.5], y: [3, 4, 5] },
  { x: [6, 3], y: [6] },
];

test('takes tf.data sets of lists, of tensors and of batches, and disposes their tensors', async () => {
  const before = tf.memory().numTensors;
  expect(await read(tfd.array(elements))).toEqual(expected);
  const tensors = tfd.array(elements).map((element) => {
    const { xs, ys } = element as unknown as (typeof elements)[0];
    return { xs: tf.tensor1d(xs), ys: tf.scalar(ys, 'int32') };
  });
  expect(await read(tensors)).toEqual(expected);
  expect(await read(tfd.array(elements).batch(2))).toEqual(expected);
  expect(await read(tfd.array(elements).batch(2).prefetch(2))).toEqual(expected);
  expect(tf.memory().numTensors).toBe(before);
});

test('takes inputs by name', async () => {
  const named = tfd.array(elements.map(({ xs, ys }) => ({ xs: { a: xs }, ys: { b: ys } })));
  const { inputs, targets } = SPECS;
  expect(await read(named, { inputs: { a: inputs as never }, targets: { b: targets as never } })).toEqual(
    expected,
  );
});

test('reads on from the begin in each epoch', async () => {
  const stream = fromTfData(tfd.array(elements), { ...SPECS, shuffleBuffer: 4 });
  const labels = async (epoch: number): Promise<number[]> => {
    const found: number[] = [];
    for await (const { targets } of batches(stream, { batchSize: 3, epoch }))
      found.push(...targets['target']!.data);
    return found;
  };
  expect(await labels(0)).toEqual(await labels(0));
  expect([...(await labels(1))].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test('refuses elements of another kind, and disposes their tensors', async () => {
  const before = tf.memory().numTensors;
  await expect(read(tfd.array([1, 2]))).rejects.toThrow(
    'element from example 0 on must be { xs, ys }, got 1',
  );
  const wide = tfd.array(elements).map(() => ({ xs: tf.zeros([1, 1, 2]), ys: tf.scalar(1) }));
  await expect(read(wide)).rejects.toThrow('xs.input from example 0 on must be of shape [2], got [1, 1, 2]');
  const half = tfd.array(elements).map(() => ({ xs: tf.zeros([2]), ys: tf.scalar(0.5) }));
  await expect(read(half)).rejects.toThrow('must hold whole numbers within int32, got 0.5');
  expect(tf.memory().numTensors).toBe(before);
  expect(() => fromTfData(elements as never, SPECS)).toThrow(
    'dataset must be a tf.data.Dataset with iterator()',
  );
});
