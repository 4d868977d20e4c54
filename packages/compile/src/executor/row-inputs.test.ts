import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import {
  type Dataset,
  type HostArray,
  type HostBatch,
  type Loss,
  type Optimizer,
  Trainer,
} from '@espalier/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { compiled } from './compiled.js';
import { wholeOf } from './batch-encoding.js';

beforeAll(() => tf.setBackend('cpu'));

const SIZE = 22;
const bytes: HostArray = {
  data: Uint8Array.from({ length: SIZE * 6 }, (_, i) => (i * 89) % 256),
  shape: [SIZE, 2, 3],
  dtype: 'float32',
  scale: 1 / 255,
  offset: -0.5,
};
const numbers: HostArray = {
  data: Float32Array.from({ length: SIZE * 6 }, (_, i) => Math.sin(i)),
  shape: [SIZE, 2, 3],
  dtype: 'float32',
};
const targets: HostArray = {
  data: Float32Array.from({ length: SIZE }, (_, i) => Math.cos(i)),
  shape: [SIZE, 1],
  dtype: 'float32',
};

function rowsOf(of: HostArray, indices: Uint32Array, onRead: () => void): HostArray {
  const row = of.data.length / SIZE;
  const copy = of.data.slice(0, indices.length * row);
  indices.forEach((index, i) => copy.set(of.data.subarray(index * row, (index + 1) * row), i * row));
  const array = {
    ...of,
    shape: [indices.length, ...of.shape.slice(1)],
    get data() {
      onRead();
      return copy;
    },
  };
  return Object.defineProperty(array, 'rows', { value: { of, indices } });
}

/** A data set whose batches are rows of arrays in memory, or the same as copies; and how often a batch was read. */
function dataOf(inputs: HostArray, lent: boolean): { data: Dataset; reads: () => number } {
  let reads = 0;
  const part = (of: HostArray, indices: Uint32Array): HostArray => {
    const rows = rowsOf(of, indices, () => reads++);
    return lent ? rows : { ...rows };
  };
  const data: Dataset = {
    size: SIZE,
    inputs: { input: { shape: [2, 3], dtype: 'float32' } },
    targets: { target: { shape: [1], dtype: 'float32' } },
    inMemory: true,
    arrays: { inputs: { input: inputs }, targets: { target: targets } },
    batch: (indices) => ({
      inputs: { input: part(inputs, indices) },
      targets: { target: part(targets, indices) },
    }),
  };
  return { data, reads: () => reads };
}

const squaredError: Loss = {
  name: 'squared-error',
  perExample: (outputs, labels) => tf.sum<tf.Tensor1D>(tf.square(tf.sub(outputs, labels)), -1),
};
const descent: Optimizer = {
  name: 'descent',
  learningRate: 0.05,
  init: () => ({}),
  update: (gradients, slots, parameters, scalars) => ({
    slots,
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([name, p]) => [
        name,
        tf.sub(p, tf.mul(gradients[name]!, scalars('learningRate'))),
      ]),
    ),
  }),
};

async function train(data: Dataset, validation: Dataset = data) {
  const model = tfl.sequential({
    layers: [
      tfl.layers.flatten({ inputShape: [2, 3] }),
      tfl.layers.dense({ name: 'hidden', units: 5, activation: 'tanh', kernelInitializer: 'ones' }),
      tfl.layers.dense({ name: 'output', units: 1, kernelInitializer: 'ones' }),
    ],
  });
  const executor = compiled({ target: 'onnx' });
  const trainer = new Trainer({ model, loss: squaredError, optimizer: descent, executor, seed: 3 });
  const record = await trainer.fit(data, { epochs: 2, batchSize: 8, validation, validationBatchSize: 9 });
  return { epochs: record.epochs, weights: model.getWeights().map((w) => [...w.dataSync()]), record };
}

describe('batches that are rows of arrays in memory', () => {
  test.each([
    ['bytes', bytes],
    ['numbers', numbers],
  ])('of %s train to the same bits as copies, and are never copied', async (_, inputs) => {
    const [lent, copied] = [dataOf(inputs, true), dataOf(inputs, false)];
    const [a, b] = [await train(lent.data), await train(copied.data)];
    expect(lent.reads()).toBe(0);
    expect(copied.reads()).toBeGreaterThan(0);
    expect(a.weights).toEqual(b.weights);
    expect(a.epochs).toEqual(b.epochs);
  });

  test('of arrays of another length run on the same compiled step', async () => {
    const { data } = dataOf(bytes, true);
    const longer: HostArray = {
      ...bytes,
      data: Uint8Array.from({ length: 60 * 6 }, (_, i) => (i * 31) % 256),
      shape: [60, 2, 3],
    };
    let calls = 0;
    const alternating: Dataset = {
      ...data,
      batch(indices) {
        const batch = data.batch(indices) as HostBatch;
        const late = indices.map((index) => index + 30);
        return calls++ % 2 === 0 ? batch : { ...batch, inputs: { input: rowsOf(longer, late, () => {}) } };
      },
    };
    const { record } = await train(alternating, data);
    expect(calls).toBeGreaterThan(4);
    // Two training shapes (8 and the last 6), two of the validation.
    expect(record.events.filter(({ message }) => message.startsWith('compiled'))).toHaveLength(4);
    expect(record.epochs.every(({ val_loss: loss }) => Number.isFinite(loss))).toBe(true);
  });

  test('are taken from the whole only where its memory is what the step reads', () => {
    const indices = Uint32Array.of(1, 0);
    const lent = (of: HostArray): HostArray => rowsOf(of, indices, () => {});
    expect(wholeOf(lent(bytes))).toBe(bytes);
    expect(wholeOf(lent(numbers))).toBe(numbers);
    expect(wholeOf(numbers)).toBeUndefined();
    expect(wholeOf(lent({ ...numbers, scale: 2 }))).toBeUndefined();
    expect(wholeOf(lent({ ...bytes, dtype: 'int32' }))).toBeUndefined();
    expect(wholeOf(lent({ ...numbers, dtype: 'int32' }))).toBeUndefined();
  });
});
