import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Dataset } from '@espalier/core';
import { stream } from '@espalier/core';
import { expectNoLeak, toyDataset } from '@espalier/testkit';
import { beforeAll, expect, test } from 'vitest';
import { horizontalFlip } from './geometry/random-flip.js';
import { randomRotation } from './geometry/random-affine.js';
import { centerCrop, resize } from './geometry/resize.js';
import { randomInvert } from './color/random-tones.js';
import { testTimeAugmentation } from './test-time-augmentation.js';
import { transformImages } from './transform-images.js';

beforeAll(() => tf.setBackend('cpu'));

const pixels = stream(1, 'pixels').uniforms(5 * 4 * 6);
const label = { data: Int32Array.of(0, 1, 2, 3, 4), shape: [5], dtype: 'int32' } as const;
const dataOf = (shape: readonly number[]): Dataset =>
  toyDataset({
    inputs: {
      image: { data: pixels, shape: [5, ...shape], dtype: 'float32' },
      other: { data: Float32Array.of(1, 2, 3, 4, 5), shape: [5, 1], dtype: 'float32' },
    },
    targets: { label },
  });
const data = dataOf([4, 6, 1]);
const pick = (...indices: number[]): Uint32Array => Uint32Array.from(indices);
const image = (i: number): Float32Array => pixels.slice(24 * i, 24 * i + 24);

test('images are changed on the way out, and everything else is left alone', async () => {
  const flipped = transformImages(data, { transforms: [horizontalFlip({ probability: 1 })] });
  const batch = await flipped.batch(pick(3, 1));
  const expected = tf.tensor4d([...image(3), ...image(1)], [2, 4, 6, 1]);
  expect(batch.inputs['image']!.data).toEqual(tf.reverse(expected, 2).dataSync());
  expect(batch.inputs['other']!.data).toEqual(Float32Array.of(4, 2));
  expect(batch.targets['label']!.data).toEqual(Int32Array.of(3, 1));
  expect(flipped.inputs).toEqual(data.inputs);
});

test('a change of size is told, of images and of rows', async () => {
  const small = transformImages(data, { transforms: [resize({ size: [2, 3] })] });
  expect(small.inputs['image']).toEqual({ shape: [2, 3, 1], dtype: 'float32' });
  expect((await small.batch(pick(0))).inputs['image']!.shape).toEqual([1, 2, 3, 1]);
  const rows = transformImages(dataOf([24]), {
    transforms: [centerCrop({ size: [2, 2] })],
    shape: [4, 6, 1],
  });
  expect(rows.inputs['image']).toEqual({ shape: [4], dtype: 'float32' });
  const { data: values, shape } = (await rows.batch(pick(2, 0))).inputs['image']!;
  expect(shape).toEqual([2, 4]);
  expect(values.slice(0, 4)).toEqual(Float32Array.from([8, 9, 14, 15], (at) => image(2)[at]!));
});

test('an example is changed alike in whatever batch it comes, other examples and seeds otherwise', async () => {
  const make = (seed?: number) =>
    transformImages(data, {
      transforms: [randomRotation({ degrees: 90 })],
      ...(seed !== undefined && { seed }),
    });
  const alone = (await make().batch(pick(4))).inputs['image']!.data;
  const among = (await make().batch(pick(0, 4, 2))).inputs['image']!.data;
  expect(among.slice(24, 48)).toEqual(alone);
  expect((await make(9).batch(pick(4))).inputs['image']!.data).not.toEqual(alone);
});

test('what is no data set of images is refused', () => {
  const transforms = [horizontalFlip()];
  expect(() => transformImages(dataOf([24]), { transforms })).toThrow(
    "[transform-images] there are no images; the inputs are: 'image' float32 [24], 'other' float32 [1]. Give the shape",
  );
  expect(() => transformImages(data, { transforms, inputs: ['other'] })).toThrow("'other' is no image");
  const streamed = { inputs: {}, targets: {}, open: () => undefined } as never;
  expect(() => transformImages(streamed, { transforms })).toThrow('got a stream');
});

/** A model whose output is the first pixel and the last one. */
const predictor = (calls: number[] = []) => ({
  async predict(given: Dataset, { batchSize = 2 } = {}) {
    calls.push(batchSize);
    const { data: all } = (await given.batch(pick(0, 1, 2, 3, 4))).inputs['image']!;
    return tf.tensor2d(Array.from({ length: 5 }, (_, i) => [all[24 * i]!, all[24 * i + 23]!]));
  },
});
const numbers = (x: tf.Tensor | Record<string, tf.Tensor>): number[] =>
  Array.from((x as tf.Tensor).dataSync());

test('test-time augmentation is the mean over views, each with numbers of its own, and the images themselves', async () => {
  const always = { transforms: [randomInvert({ probability: 1 })] };
  const half = numbers(await testTimeAugmentation(predictor(), data, { ...always, views: 1 }));
  for (const value of half) expect(value).toBeCloseTo(0.5, 6);
  const inverted = numbers(await testTimeAugmentation(predictor(), data, { ...always, views: 2, original: false })); // prettier-ignore
  expect(inverted[0]).toBeCloseTo(1 - pixels[0]!, 6);
  // Some views of some examples are inverted: their means lie on quarters between both.
  const some = numbers(await testTimeAugmentation(predictor(), data, { transforms: [randomInvert()], views: 4, original: false })); // prettier-ignore
  const shares = some.filter((_, i) => i % 2 === 0).map((value, i) => (value - pixels[24 * i]!) / (1 - 2 * pixels[24 * i]!)); // prettier-ignore
  for (const share of shares) expect(Math.abs(share * 4 - Math.round(share * 4))).toBeLessThan(1e-4);
  expect(shares.some((share) => share > 0.1 && share < 0.9)).toBe(true);
});

test('averages may be of probabilities, of several outputs, and leave nothing behind', async () => {
  const options = { transforms: [horizontalFlip()], views: 2, average: 'softmax' } as const;
  const probabilities = numbers(await testTimeAugmentation(predictor(), data, options));
  for (let i = 0; i < 5; i++) expect(probabilities[2 * i]! + probabilities[2 * i + 1]!).toBeCloseTo(1, 6);

  const calls: number[] = [];
  const two = {
    predict: async (given: Dataset, how = {}) => {
      const a = await predictor(calls).predict(given, how);
      return { a, b: tf.neg(a) };
    },
  };
  await expectNoLeak(async () => {
    const both = (await testTimeAugmentation(two, data, { ...options, average: 'outputs', batchSize: 7 })) as Record<string, tf.Tensor>; // prettier-ignore
    expect(numbers(both['b']!)).toEqual(numbers(both['a']!).map((value) => -value));
    tf.dispose(both);
  });
  expect(calls).toEqual([7, 7, 7]);
});

test('a predictor that fails leaves no tensors', async () => {
  let calls = 0;
  const failing = {
    predict: (given: Dataset) =>
      ++calls < 3 ? predictor().predict(given) : Promise.reject(new Error('no more')),
  };
  await expectNoLeak(async () => {
    calls = 0;
    await expect(testTimeAugmentation(failing, data, { transforms: [horizontalFlip()] })).rejects.toThrow('no more'); // prettier-ignore
  });
  await expect(testTimeAugmentation({} as never, data, { transforms: [horizontalFlip()] })).rejects.toThrow(
    'predictor must be a Trainer',
  );
});
