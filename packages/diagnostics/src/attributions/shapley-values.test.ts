import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { HostArray } from '@espalier/core';
import { expectNoLeak } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { shapleyValues } from '../index.js';

beforeAll(async () => void (await tf.setBackend('cpu')));

const array = (rows: readonly (readonly number[])[]): HostArray => ({
  data: Float32Array.from(rows.flat()),
  shape: [rows.length, rows[0]!.length],
  dtype: 'float32',
});
const close = (got: ArrayLike<number>, wanted: readonly number[]): void => {
  expect(got.length).toBe(wanted.length);
  wanted.forEach((value, i) => expect(got[i]).toBeCloseTo(value, 5));
};

/** A model of dense layers with these kernels; ReLU between. */
function net(...kernels: readonly (readonly (readonly number[])[])[]): tfl.LayersModel {
  const model = tfl.sequential({
    layers: kernels.map((kernel, i) =>
      tfl.layers.dense({
        units: kernel[0]!.length,
        useBias: false,
        activation: i < kernels.length - 1 ? 'relu' : 'linear',
        ...(i === 0 ? { inputShape: [kernel.length] } : {}),
      }),
    ),
  });
  tf.tidy(() => model.setWeights(kernels.map((kernel) => tf.tensor2d(kernel as number[][]))));
  return model;
}

/** relu(a + b + c - 1.5 d): a game whose columns depend on each other. */
const game = net([[1], [1], [1], [-1.5]], [[1]]);
const one = array([[1, 2, -1, 1]]);
const zeros = array([[0, 0, 0, 0]]);

/** Shapley values of {@link game} at {@link one} over all 24 orders, in float64. */
function overOrders(): number[] {
  const x = [1, 2, -1, -1.5];
  const value = (known: readonly number[]): number => Math.max(0, known.reduce((sum, i) => sum + x[i]!, 0)); // prettier-ignore
  const orders = (left: readonly number[]): number[][] =>
    left.length === 0
      ? [[]]
      : left.flatMap((i) => orders(left.filter((j) => j !== i)).map((rest) => [i, ...rest]));
  const all = orders([0, 1, 2, 3]);
  return x.map(
    (_, i) =>
      all.reduce((sum, order) => {
        const at = order.indexOf(i);
        return sum + value(order.slice(0, at + 1)) - value(order.slice(0, at));
      }, 0) / all.length,
  );
}

describe('Shapley values', () => {
  test.each(['exact', 'permutations'] as const)(
    'of a linear model are w (x - mean), %s, and leave nothing',
    async (method) => {
      const model = net([[3, 0], [-2, 0], [0.5, 0]]); // prettier-ignore
      const rows = array([[1, 2, 4], [-1, 0, 2]]); // prettier-ignore
      const background = array([[0, 1, 1], [1, 3, -1]]); // prettier-ignore
      await expectNoLeak(async () => {
        const found = await shapleyValues(model, rows, background, { targets: 0, method, permutations: 2 });
        close(found.values.data, [1.5, 0, 2, -4.5, 4, 1]);
        close(found.errors.data, [0, 0, 0, 0, 0, 0]);
        close(found.base, [-2.5, -2.5]);
        close(found.scores, [1, -2]);
      });
    },
  );

  test('exact ones are the mean over all orders, and add up', async () => {
    const { method, values, scores, base } = await shapleyValues(game, one, zeros);
    expect(method).toBe('exact');
    close(values.data, overOrders());
    expect(Array.from(values.data).reduce((sum, value) => sum + value, 0)).toBeCloseTo(
      scores[0]! - base[0]!,
      5,
    );
  });

  test('random orders come near, as near as they say, add up and hang on the seed alone', async () => {
    const options = { method: 'permutations', permutations: 100, seed: 5 } as const;
    const { values, errors, scores, base } = await shapleyValues(game, one, zeros, options);
    overOrders().forEach((value, i) => {
      expect(errors.data[i]).toBeGreaterThan(0.001);
      expect(errors.data[i]).toBeLessThan(0.12);
      expect(Math.abs(values.data[i]! - value)).toBeLessThan(4 * errors.data[i]!);
    });
    expect(Array.from(values.data).reduce((sum, value) => sum + value, 0)).toBeCloseTo(
      scores[0]! - base[0]!,
      5,
    );
    const few = { ...options, permutations: 15 };
    const again = await shapleyValues(game, one, zeros, few);
    expect(await shapleyValues(game, one, zeros, few)).toEqual(again);
    expect((await shapleyValues(game, one, zeros, { ...few, seed: 6 })).values).not.toEqual(again.values);
  });

  test('a column holds all that is in it; many columns are sampled', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.flatten({ inputShape: [2, 2] }),
        tfl.layers.dense({ units: 1, kernelInitializer: 'ones' }),
      ],
    });
    const rows = { data: Float32Array.of(1, 2, 3, 4), shape: [1, 2, 2], dtype: 'float32' } as const;
    const { values } = await shapleyValues(model, rows, { ...rows, data: new Float32Array(4) });
    close(values.data, [3, 7]);
    const wide = net(Array.from({ length: 17 }, () => [1]));
    const row = array([new Array<number>(17).fill(1)]);
    expect((await shapleyValues(wide, row, row, { permutations: 2 })).method).toBe('permutations');
    await expect(shapleyValues(wide, row, row, { method: 'exact' })).rejects.toThrow('more than 16');
  });

  test('refuses a background that does not fit', async () => {
    await expect(shapleyValues(game, one, array([[0, 0]]))).rejects.toThrow('must be [B, 4]');
    await expect(shapleyValues(game, one, array([[0, 0, 0, NaN]]))).rejects.toThrow('finite');
    await expect(shapleyValues(game, one, null as unknown as HostArray)).rejects.toThrow('background');
  });
});
