import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type Dataset, eager, type Executor, type HostArray, type Loss, Trainer } from '@espalier/core';
import { toyCrossEntropy, toyOptimizer } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { compiled } from './compiled.js';

beforeAll(() => tf.setBackend('cpu'));

const SIZE = 12;
const array = (shape: number[], at: (i: number) => number): HostArray => ({
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => at(i)),
  shape,
  dtype: 'float32',
});

/** Sequences [5, 2] in three classes. */
const data: Dataset = {
  size: SIZE,
  inputs: { input: { shape: [5, 2], dtype: 'float32' } },
  targets: { target: { shape: [3], dtype: 'float32' } },
  batch: (indices) => ({
    inputs: { input: array([indices.length, 5, 2], (i) => Math.sin(3 * i + indices[Math.floor(i / 10)]!)) },
    targets: {
      target: array([indices.length, 3], (i) => (indices[Math.floor(i / 3)]! % 3 === i % 3 ? 1 : 0)),
    },
  }),
};

const init = () => tfl.initializers.glorotUniform({ seed: 1 });
const units = { units: 2, recurrentInitializer: init(), returnSequences: true };
const ending = () => [tfl.layers.flatten(), tfl.layers.dense({ units: 3, kernelInitializer: init() })];
const sequential = (...layers: tfl.layers.Layer[]): tfl.LayersModel =>
  tfl.sequential({ layers: [...layers, ...ending()] });

async function trained(model: tfl.LayersModel, executor: Executor) {
  const parts = { model, loss: toyCrossEntropy(), optimizer: toyOptimizer(), executor, seed: 4 };
  const record = await new Trainer(parts).fit(data, { epochs: 3, batchSize: 4, validation: data });
  return {
    losses: record.epochs.flatMap((epoch) => [epoch['loss']!, epoch['val_loss']!]),
    weights: model.getWeights().map((weight) => [...weight.dataSync()]),
  };
}

const difference = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

describe.each([
  ['eager', eager],
  ['compiled', compiled],
])('on %s', (_, executor) => {
  test.each([1, -2])('batch normalisation over axis %i is that over the last one, turned', async (axis) => {
    const inward = sequential(tfl.layers.batchNormalization({ axis, inputShape: [5, 2] }));
    const turned = sequential(
      tfl.layers.permute({ dims: [2, 1], inputShape: [5, 2] }),
      tfl.layers.batchNormalization({ axis: -1 }),
      tfl.layers.permute({ dims: [2, 1] }),
    );
    const [one, other] = [await trained(inward, executor()), await trained(turned, executor())];
    expect(difference(one.losses, other.losses)).toBeLessThan(1e-5);
    one.weights.forEach((weight, i) => expect(difference(weight, other.weights[i]!)).toBeLessThan(1e-5));
    // Averages of the five channels were kept.
    expect(one.weights.map(({ length }) => length).slice(-2)).toEqual([5, 5]);
  });

  test('SpatialDropout1D and noise shapes draw one number for all that share it', async () => {
    const shared = tfl.layers.spatialDropout1d({ rate: 0.5, inputShape: [5, 2] });
    const shaped = tfl.layers.dropout({ rate: 0.5, noiseShape: [4, 1, 2], inputShape: [5, 2] });
    const single = tfl.layers.dropout({ rate: 0.5, inputShape: [5, 2] });
    for (const layer of [shared, shaped]) {
      expect(await spreadOf(layer, executor(), 0)).toBe(0);
      expect(await spreadOf(layer, executor(), 1)).toBeGreaterThan(0.1);
    }
    expect(await spreadOf(single, executor(), 0)).toBeGreaterThan(0.1);
  });

  test.each([
    ['stateful', tfl.layers.gru({ ...units, stateful: true, batchInputShape: [4, 5, 2] })],
    ['no seed', tfl.layers.timeDistributed({ layer: tfl.layers.dropout({ rate: 0.5 }), inputShape: [5, 2] })],
  ])('a layer with %s that the step cannot see is refused by name', async (why, layer) => {
    await expect(trained(sequential(layer), executor())).rejects.toMatchObject({
      code: 'invalid-model',
      message: expect.stringMatching(new RegExp(`layer '${layer.name}'.*${why}`)),
    });
  });
});

test('dropout inside recurrent layers, cells and both directions trains alike, changes with the seed and comes again', async () => {
  const start = () => tfl.initializers.glorotUniform({ seed: 2 });
  const rates = { ...units, kernelInitializer: start(), dropout: 0.5, recurrentDropout: 0.25 };
  const makes = {
    lstm: () => tfl.layers.lstm({ ...rates, inputShape: [5, 2] }),
    simpleRNN: () => tfl.layers.simpleRNN({ ...rates, inputShape: [5, 2] }),
    cell: () =>
      tfl.layers.rnn({
        returnSequences: true,
        cell: tfl.layers.gruCell(rates) as never,
        inputShape: [5, 2],
      } as Parameters<typeof tfl.layers.rnn>[0]),
    bidirectional: () =>
      tfl.layers.bidirectional({
        layer: tfl.layers.gru(rates) as tfl.RNN,
        mergeMode: 'concat',
        inputShape: [5, 2],
      } as Parameters<typeof tfl.layers.bidirectional>[0]),
  };
  for (const make of Object.values(makes)) {
    const run = (executor: Executor) => trained(sequential(make()), executor);
    const first = await run(eager());
    expect(await run(eager())).toEqual(first);
    for (const target of ['onnx', 'wasm'] as const) {
      const other = await run(compiled({ target }));
      expect(difference(first.losses, other.losses)).toBeLessThan(1e-5);
    }
  }
  const plain = await trained(
    sequential(tfl.layers.lstm({ ...rates, dropout: 0, recurrentDropout: 0, inputShape: [5, 2] })),
    eager(),
  );
  const masked = await trained(sequential(makes.lstm()), eager());
  expect(difference(plain.losses, masked.losses)).toBeGreaterThan(1e-3);
});

test('masked steps of a sequence count in neither executor', async () => {
  const model = (): tfl.LayersModel =>
    tfl.sequential({
      layers: [
        tfl.layers.masking({ maskValue: 0, inputShape: [5, 2] }),
        tfl.layers.simpleRNN({ ...units, kernelInitializer: init() }),
      ],
    });
  const padded: Dataset = {
    size: SIZE,
    inputs: { input: { shape: [5, 2], dtype: 'float32' } },
    targets: { target: { shape: [5, 2], dtype: 'float32' } },
    batch: (indices) => ({
      inputs: {
        input: array([indices.length, 5, 2], (i) =>
          i % 10 >= 6 ? 0 : 1 + Math.sin(3 * i + indices[Math.floor(i / 10)]!) / 2,
        ),
      },
      targets: { target: array([indices.length, 5, 2], (i) => (i % 10 >= 6 ? 100 : 0.25)) },
    }),
  };
  const loss: Loss = {
    name: 'mse',
    perExample: (outputs, targets) =>
      tf.mean<tf.Tensor1D>(tf.reshape(tf.squaredDifference(outputs, targets), [outputs.shape[0]!, -1]), 1),
  };
  const results = await Promise.all(
    [eager(), compiled({ target: 'onnx' })].map(async (executor) => {
      const parts = { model: model(), loss, optimizer: toyOptimizer(), executor, seed: 4 };
      const { epochs } = await new Trainer(parts).fit(padded, {
        epochs: 3,
        batchSize: 4,
        validation: padded,
      });
      return epochs.flatMap((epoch) => [epoch['loss']!, epoch['val_loss']!]);
    }),
  );
  expect(Math.max(...results[0]!)).toBeLessThan(10);
  expect(difference(results[0]!, results[1]!)).toBeLessThan(1e-5);
});

/** How far the outputs of a dropout layer on ones are from each other along axis 1, or from one, in squares. */
async function spreadOf(layer: tfl.layers.Layer, executor: Executor, from: 0 | 1): Promise<number> {
  const model = tfl.sequential({
    layers: [layer, tfl.layers.dense({ units: 2, kernelInitializer: 'identity' })],
  });
  const ones = (shape: number[]) => array(shape, () => 1);
  const all: Dataset = {
    size: 4,
    inputs: { input: { shape: [5, 2], dtype: 'float32' } },
    targets: { target: { shape: [5, 2], dtype: 'float32' } },
    batch: () => ({ inputs: { input: ones([4, 5, 2]) }, targets: { target: ones([4, 5, 2]) } }),
  };
  const loss: Loss = {
    name: 'spread',
    perExample: (outputs, targets) => {
      const origin = from === 1 ? targets : tf.mean(outputs, 1, true);
      return tf.sum<tf.Tensor1D>(tf.square(tf.sub(outputs, origin)), [1, 2]);
    },
  };
  const parts = { model, loss, optimizer: toyOptimizer(), executor, seed: 4 };
  const record = await new Trainer(parts).fit(all, { epochs: 1, batchSize: 4 });
  return record.epochs[0]!['loss']!;
}
