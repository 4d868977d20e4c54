import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { IntegerLookup, Normalization } from './index.js';

beforeAll(() => tf.setBackend('cpu'));

const outputs = (layer: tfl.layers.Layer, x: tf.Tensor): { shape: number[]; values: number[] } =>
  tf.tidy(() => {
    const model = tfl.sequential({ layers: [layer] });
    const y = model.predict(x) as tf.Tensor;
    expect(y.shape).toEqual(model.outputs[0]!.shape.map((size, i) => size ?? y.shape[i]));
    return { shape: y.shape, values: [...y.dataSync()] };
  });
const x = () =>
  tf.tensor2d([
    [12, 3],
    [8, 3],
  ]);
const statistics = { mean: [10, 1], variance: [4, 0], inputShape: [2] };

test('Normalization takes the mean away and divides by the deviation, which is at least 1e-7', () => {
  const { values } = outputs(new Normalization(statistics), x());
  expect(values).toEqual([1, Math.fround(2e7), -1, Math.fround(2e7)]);
  const one = outputs(new Normalization({ mean: [10], variance: [4], inputShape: [2] }), x());
  expect(one.values).toEqual([1, -3.5, -1, -3.5]);
});

test('Normalization inverted gives the features back', () => {
  const scaled = tf.tensor2d([
    [1, 0],
    [-1, 0],
  ]);
  const { values } = outputs(new Normalization({ ...statistics, invert: true }), scaled);
  expect(values).toEqual([12, 1, 8, 1]);
});

test('IntegerLookup gives places from 1, and 0 for what it does not know', () => {
  const codes = tf.tensor2d([
    [1980, -5],
    [7, 1970],
  ]);
  const vocabulary = [1970, 1980, -5];
  const index = outputs(new IntegerLookup({ vocabulary, inputShape: [2] }), codes);
  expect(index).toEqual({ shape: [2, 2], values: [2, 3, 0, 1] });
  const oneHot = outputs(new IntegerLookup({ vocabulary, encoding: 'oneHot', inputShape: [2] }), codes);
  expect(oneHot.shape).toEqual([2, 2, 4]);
  expect(oneHot.values).toEqual([0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0]);
});

test('both are saved with the model', async () => {
  const vocabulary = [3, 12];
  const model = tfl.sequential({
    layers: [
      new Normalization({ mean: [1], variance: [1], inputShape: [2] }),
      new IntegerLookup({ vocabulary: vocabulary.map((one) => one - 1), encoding: 'oneHot' }),
    ],
  });
  const again = await tfl.models.modelFromJSON(JSON.parse(model.toJSON(null, true) as string));
  const predicted = (one: tfl.LayersModel) => [...(one.predict(x()) as tf.Tensor).dataSync()];
  expect(predicted(model)).toEqual([0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 0]);
  expect(predicted(again)).toEqual(predicted(model));
});

test.each<[string, () => unknown, string]>([
  ['no mean', () => new Normalization({ mean: [], variance: [1] }), 'mean must be a list of numbers'],
  ['a NaN', () => new Normalization({ mean: [NaN], variance: [1] }), 'mean must be'],
  ['a variance below 0', () => new Normalization({ mean: [0], variance: [-1] }), 'variance must be'],
  ['a number twice', () => new IntegerLookup({ vocabulary: [1, 1] }), 'vocabulary must be'],
  ['a fraction', () => new IntegerLookup({ vocabulary: [0.5] }), 'vocabulary must be'],
  ['too large a number', () => new IntegerLookup({ vocabulary: [2 ** 24 + 1] }), 'vocabulary must be'],
])('%s is refused', (_, make, message) => {
  expect(make).toThrow(message);
});

test('statistics of another number of features are refused when the model is built', () => {
  const layer = new Normalization({ mean: [1, 2, 3], variance: [1], inputShape: [2] });
  expect(() => tfl.sequential({ layers: [layer] })).toThrow('mean has 3 numbers');
});
