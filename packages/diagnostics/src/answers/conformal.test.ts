import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { HostArray } from '@espalier/core';
import { stream } from '@espalier/core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ConformalClasses } from '../index.js';
import { conformalClasses, conformalInterval, predictionSets } from '../index.js';

beforeAll(async () => void (await tf.setBackend('cpu')));

const floats = (data: ArrayLike<number>, shape: number[]): HostArray => ({
  data: Float32Array.from(data),
  shape,
  dtype: 'float32',
});
const ints = (data: readonly number[]): HostArray => ({
  data: Int32Array.from(data),
  shape: [data.length],
  dtype: 'int32',
});

/** Scores of the right classes 0.5, 0.75, 0.25, 0.125 (threshold); 0.5, 1, 0.75, 0.875 (adaptive). */
const four = floats([0.5, 0.25, 0.25, 0.5, 0.25, 0.25, 0.75, 0.125, 0.125, 0.0625, 0.875, 0.0625], [4, 3]);
const right = ints([0, 2, 0, 1]);
const given = { outputs: 'probabilities' } as const;

describe('conformal sets of classes', () => {
  test('the bound is the score of rank ceil((n + 1)(1 - alpha)), by hand', async () => {
    // Ranks ceil(5 x 0.8) = 4, ceil(5 x 0.6) = 3, ceil(5 x 0.5) = 3, ceil(5 x 0.3) = 2.
    for (const [alpha, threshold, adaptive] of [
      [0.2, 0.75, 1],
      [0.4, 0.5, 0.875],
      [0.5, 0.5, 0.875],
      [0.7, 0.25, 0.75],
    ] as const) {
      expect((await conformalClasses(four, right, { ...given, alpha })).quantile).toBe(threshold);
      const aps = await conformalClasses(four, right, { ...given, alpha, method: 'adaptive' });
      expect(aps).toEqual({
        ...given,
        method: 'adaptive',
        alpha,
        examples: 4,
        classes: 3,
        quantile: adaptive,
      });
    }
    // 10 x (1 - 0.7) is 3, though floating point says 3.0000000000000004: the third of nine.
    const nine = floats(
      Array.from({ length: 9 }, (_, i) => (i + 1) / 16).flatMap((p) => [1 - p, p]),
      [9, 2],
    );
    const third = await conformalClasses(nine, ints(new Array<number>(9).fill(0)), { ...given, alpha: 0.7 });
    expect(third.quantile).toBe(3 / 16);
  });

  test('sets hold what is at most the bound, the most probable first, and may be empty', async () => {
    const bound = (method: ConformalClasses['method'], quantile: number): ConformalClasses => ({
      ...given,
      method,
      alpha: 0.2,
      examples: 4,
      classes: 3,
      quantile,
    });
    const rows = floats([0.25, 0.5, 0.25, 0.125, 0.125, 0.75], [2, 3]);
    expect(await predictionSets(bound('threshold', 0.75), rows)).toEqual([[1, 0, 2], [2]]);
    expect(await predictionSets(bound('threshold', 0.4), rows)).toEqual([[], [2]]);
    expect(await predictionSets(bound('adaptive', 0.75), rows)).toEqual([[1, 0], [2]]);
    expect(await predictionSets(bound('adaptive', 0.875), rows)).toEqual([
      [1, 0],
      [2, 0],
    ]);
  });

  test('logits are turned into probabilities, one column into two classes', async () => {
    const logits = floats(four.data.map(Math.log), [4, 3]);
    const found = await conformalClasses(logits, right, { alpha: 0.2 });
    expect(found.quantile).toBeCloseTo(0.75, 6);
    const one = await conformalClasses(floats([0, 0], [2, 1]), ints([0, 1]), { alpha: 0.5 });
    expect([one.classes, one.quantile]).toEqual([2, 0.5]);
    expect(await predictionSets(one, floats([2, -2, 0], [3, 1]))).toEqual([[1], [0], [0, 1]]);
  });

  test.each(['threshold', 'adaptive'] as const)(
    '%s: new examples are covered as promised',
    async (method) => {
      // A model that is too sure: its logits are three times those that the classes are drawn by.
      const draw = (name: string, count: number) => {
        const source = stream(7, name);
        const logits = source.normals(count * 4).map((value) => 1.5 * value);
        const labels = Array.from(source.uniforms(count), (u, n) => {
          const weights = Array.from(logits.subarray(n * 4, n * 4 + 4), Math.exp);
          let left = u * weights.reduce((sum, weight) => sum + weight, 0);
          return Math.max(0, weights.findIndex((weight) => (left -= weight) < 0)); // prettier-ignore
        });
        return { outputs: floats(logits.map((value) => 3 * value), [count, 4]), labels }; // prettier-ignore
      };
      const [held, fresh] = [draw('held', 1000), draw('fresh', 4000)];
      for (const alpha of [0.05, 0.2]) {
        const sets = await predictionSets(
          await conformalClasses(held.outputs, ints(held.labels), { alpha, method }),
          fresh.outputs,
        );
        const covered = sets.filter((set, n) => set.includes(fresh.labels[n]!)).length / sets.length;
        // Standard deviations: 0.013 of the bound, 0.006 of the share.
        expect(covered).toBeGreaterThan(1 - alpha - 0.04);
        // Adaptive sets take whole classes, and so hold more than they promise.
        expect(covered).toBeLessThan(method === 'threshold' ? 1 - alpha + 0.04 : 1);
        expect(sets.some((set) => set.length < 4)).toBe(true);
      }
    },
  );

  test('refuses too few examples, other classes and what is no record', async () => {
    await expect(conformalClasses(four, right, given)).rejects.toThrow(
      'alpha 0.1 needs at least 9 examples, got 4',
    );
    const bound = await conformalClasses(four, right, { ...given, alpha: 0.2 });
    await expect(predictionSets(bound, floats([0.5, 0.5], [1, 2]))).rejects.toThrow('2 classes');
    await expect(predictionSets(bound, floats([2, -1, 0], [1, 3]))).rejects.toThrow(
      'are [2, -1, 0], no probabilities',
    );
    await expect(predictionSets(bound, floats([NaN, 0, 0], [1, 3]))).rejects.toThrow('not finite');
    await expect(predictionSets({} as ConformalClasses, four)).rejects.toThrow('record of conformalClasses');
    await expect(predictionSets({ ...bound, quantile: NaN }, four)).rejects.toThrow('conformalClasses');
  });
});

describe('conformal intervals', () => {
  test('the radius is the residual of its rank, column by column', async () => {
    const predictions = floats([0, 10, 0, 10, 0, 10, 0, 10], [4, 2]);
    const targets = floats([1, 10, -3, 14, 2, 8, 0.5, 11], [4, 2]);
    // |residuals| 0.5 1 2 3 and 0 1 2 4; ranks 4 and 3.
    expect(await conformalInterval(predictions, targets, { alpha: 0.2 })).toEqual({
      alpha: 0.2,
      examples: 4,
      radius: [3, 4],
    });
    expect((await conformalInterval(predictions, targets, { alpha: 0.4 })).radius).toEqual([2, 2]);
    const column = await conformalInterval(floats([1, 2], [2]), floats([2, 4], [2, 1]), { alpha: 0.5 });
    expect(column.radius).toEqual([2]);
  });

  test('new values lie inside as often as promised', async () => {
    const noise = (name: string, count: number) => floats(stream(3, name).normals(count), [count]);
    const [held, fresh] = [noise('held', 2000), noise('fresh', 4000)];
    const { radius } = await conformalInterval(floats(new Float32Array(2000), [2000]), held);
    expect(radius[0]).toBeCloseTo(1.645, 1);
    const inside = Array.from(fresh.data).filter((value) => Math.abs(value) <= radius[0]!).length / 4000;
    expect(Math.abs(inside - 0.9)).toBeLessThan(0.025);
  });

  test('refuses what does not fit', async () => {
    const [two, three] = [floats([1, 2], [2]), floats([1, 2, 3], [3])];
    await expect(conformalInterval(two, two)).rejects.toThrow('needs at least 9 examples, got 2');
    await expect(conformalInterval(two, three)).rejects.toThrow('got [2] and [3]');
    await expect(conformalInterval(two, floats([1, NaN], [2]), { alpha: 0.5 })).rejects.toThrow('example 1');
  });
});
