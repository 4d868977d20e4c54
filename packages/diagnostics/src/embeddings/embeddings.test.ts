import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { stream } from '@espalier/core';
import { beforeAll, describe, expect, test } from 'vitest';
import reference from '../../../../testing/references/diagnostics/embeddings.json' with { type: 'json' };
import { pca, tsne } from '../index.js';
import { neighbourProbabilities, squaredDistances } from './neighbour-probabilities.js';
import { principalComponents } from './pca.js';

beforeAll(() => tf.setBackend('cpu'));

const { examples, columns, perplexity } = reference;
const rows = { examples, columns, values: Float64Array.from(reference.values) };
const array = (data: ArrayLike<number>, ...shape: number[]) => ({
  data: Float32Array.from(data),
  shape,
  dtype: 'float32' as const,
});
const values = array(reference.values, examples, columns);
const close = (got: ArrayLike<number>, wanted: readonly number[], digits: number): void => {
  expect(got.length).toBe(wanted.length);
  wanted.forEach((value, i) => expect(got[i]).toBeCloseTo(value, digits));
};

describe("pca is scikit-learn's", () => {
  test('in points, directions with their signs, variances and shares', async () => {
    const found = principalComponents(rows, 3);
    close(found.points, reference.pca.points, 8);
    close(
      found.directions.flatMap((one) => [...one]),
      reference.pca.directions,
      8,
    );
    const { points, directions, mean, variances, shares } = await pca(values, { components: 3 });
    expect([points.shape, directions.shape]).toEqual([[examples, 3], [3, columns]]); // prettier-ignore
    close(points.data, reference.pca.points, 4);
    close(mean, reference.pca.mean, 6);
    close(variances, reference.pca.variances, 6);
    close(shares, reference.pca.shares, 8);
  });

  test('of many columns, where only a part of the directions is looked for: what is planted comes out', () => {
    const [n, f] = [40, 300];
    const noise = stream(1, 'noise').normals(n * f);
    const along = stream(1, 'along').normals(2 * n);
    // 10 along the first axis, 5 along the diagonal of two others, noise of 0.1 elsewhere.
    const wide = Float64Array.from(noise, (value, i) => {
      const [row, column] = [Math.floor(i / f), i % f];
      const planted =
        column === 0 ? 10 * along[row]! : column === 7 || column === 9 ? 5 * along[n + row]! : 0;
      return 0.1 * value + planted;
    });
    const { directions, variances, points } = principalComponents(
      { examples: n, columns: f, values: wide },
      2,
    );
    const own = (column: number): number =>
      Math.abs(directions[0]![column]!) + Math.abs(directions[1]![column]!);
    expect(own(0)).toBeGreaterThan(0.95);
    for (const direction of directions) expect(Math.hypot(...direction)).toBeCloseTo(1, 12);
    expect(directions[0]!.reduce((sum, value, i) => sum + value * directions[1]![i]!, 0)).toBeCloseTo(0, 10);
    // The points along a direction have its variance, and those along two have no covariance.
    const sum = (of: (row: number) => number): number =>
      Array.from({ length: n }, (_, i) => of(i)).reduce((a, b) => a + b, 0);
    for (const k of [0, 1])
      expect(sum((i) => points[2 * i + k]! ** 2) / (n - 1)).toBeCloseTo(variances[k]!, 8);
    expect(sum((i) => points[2 * i]! * points[2 * i + 1]!) / variances[0]!).toBeCloseTo(0, 8);
  });

  test('of pictures as of rows, of examples that are all the same, and refuses what has no components', async () => {
    const flat = await pca(values);
    expect(await pca({ ...values, shape: [examples, 1, columns] })).toEqual(flat);
    const same = await pca(array([1, 2, 1, 2, 1, 2], 3, 2));
    expect([same.variances, same.shares, [...same.points.data].map(Math.abs)]).toEqual([[0, 0], [0, 0], [0, 0, 0, 0, 0, 0]]); // prettier-ignore
    await expect(pca(values, { components: 6 })).rejects.toThrow('at most 5 for 24 examples of 5 columns');
    await expect(pca(array([1, 2], 1, 2))).rejects.toThrow('at least two examples, got [1,2]');
    await expect(pca(array([1, NaN, 2, 3], 2, 2))).rejects.toThrow('example 0 has NaN');
  });
});

describe("tsne is scikit-learn's", () => {
  const start = array(reference.start, examples, 2);
  const options = { perplexity, start, learningRate: 50 };

  test('in how near examples are to each other', () => {
    close(neighbourProbabilities(squaredDistances(rows), examples, perplexity), reference.joint, 7);
    // Very far from each other, and all in one place.
    const far = neighbourProbabilities(
      squaredDistances({ examples: 3, columns: 1, values: Float64Array.of(0, 1e6, 3e6) }),
      3,
      1.5,
    );
    expect(far.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
    const one = neighbourProbabilities(new Float64Array(9), 3, 1.5);
    expect([...one].map((p) => p.toFixed(6))).toEqual(
      [0, 1, 1, 1, 0, 1, 1, 1, 0].map((p) => (p / 6).toFixed(6)),
    );
  });

  test.each(['1', '25'] as const)(
    'in the points after %s iterations from the same start',
    async (iterations) => {
      const { points } = await tsne(values, {
        ...options,
        learningRate: 5,
        iterations: Number(iterations),
      });
      const wanted = reference.steps[iterations];
      const size = Math.max(...wanted.map(Math.abs));
      wanted.forEach((value, i) => expect(Math.abs(points.data[i]! - value)).toBeLessThan(1e-3 * size));
    },
  );

  test('in the divergence that is left, and keeps the three groups apart', async () => {
    const { points, divergence } = await tsne(values, options);
    expect(Math.abs(divergence / reference.divergence - 1)).toBeLessThan(0.1);
    const near = (i: number): number => {
      const away = (j: number): number =>
        (points.data[2 * i]! - points.data[2 * j]!) ** 2 +
        (points.data[2 * i + 1]! - points.data[2 * j + 1]!) ** 2;
      return Array.from({ length: examples }, (_, j) => j)
        .filter((j) => j !== i)
        .sort((a, b) => away(a) - away(b))[0]!;
    };
    const right = Array.from({ length: examples }, (_, i) => near(i) % 3 === i % 3).filter(Boolean).length;
    expect(right).toBeGreaterThan(0.8 * examples);
  });

  test('the same each time, at random too, and in space', async () => {
    const few = { perplexity, iterations: 30 };
    expect(await tsne(values, few)).toEqual(await tsne(values, few));
    const random = await tsne(values, { ...few, start: 'random', seed: 1, components: 3 });
    expect(random.points.shape).toEqual([examples, 3]);
    expect(await tsne(values, { ...few, start: 'random', seed: 1, components: 3 })).toEqual(random);
    expect(await tsne(values, { ...few, start: 'random', seed: 2, components: 3 })).not.toEqual(random);
    const same = await tsne(array(new Array(12).fill(1), 6, 2), { perplexity: 2, iterations: 300 });
    expect([...same.points.data].every(Number.isFinite)).toBe(true);
  });

  test('and refuses perplexities, starts and sizes that do not fit', async () => {
    await expect(tsne(values)).rejects.toThrow('less than 24, the number of examples');
    await expect(tsne(values, { perplexity, start: array([1], 1, 1) })).rejects.toThrow('[24, 2], got [1,1]');
    await expect(tsne(array(new Float32Array(5001), 5001, 1))).rejects.toThrow('more than 5000');
    await expect(tsne(array([1, 2, 3], 3, 1), { perplexity: 1.5 })).rejects.toThrow("start at 'random'");
  });
});
