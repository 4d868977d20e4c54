import type { HostArrays, Run } from '@espalier/core';
import { toyModel, toyRun } from '@espalier/testkit';
import { describe, expect, test } from 'vitest';
import { weightChanges, weightHistory, weightStatistics } from '../index.js';

const array = (data: number[], shape = [data.length]) => ({
  data: Float32Array.from(data),
  shape,
  dtype: 'float32' as const,
});

const first: HostArrays = {
  'inner/hidden/kernel': array([3, 0, 0, -4], [2, 2]),
  'inner/hidden/bias': array([0, 0]),
};
const last: HostArrays = {
  'inner/hidden/kernel': array([0, 0, 0, -5], [2, 2]),
  'inner/hidden/bias': array([1, 1]),
};

describe('weightStatistics', () => {
  test('speaks of each selected parameter by name and layer', () => {
    const [kernel, ...others] = weightStatistics(first, { parameters: 'kernels', bins: 7 });
    expect(others).toEqual([]);
    expect(kernel).toMatchObject({
      parameter: 'inner/hidden/kernel',
      layer: 'inner/hidden',
      shape: [2, 2],
      mean: -0.25,
      norm: 5,
      zeros: 0.5,
    });
    expect(kernel!.histogram.counts).toEqual([1, 0, 0, 0, 2, 0, 1]);
    expect(weightStatistics(first).map(({ parameter }) => parameter)).toEqual(Object.keys(first));
  });

  test('refuses weights that are no arrays', () => {
    for (const wrong of [new Float32Array(2), { a: null }, { a: [1] }])
      expect(() => weightStatistics(wrong as never)).toThrow('a tensor or { data, shape, dtype }');
  });

  test('refuses what is not there', () => {
    expect(() => weightStatistics(first, { parameters: ['hidden/kernel'] })).toThrow(
      "parameter 'hidden/kernel' does not exist",
    );
    expect(() => weightStatistics(undefined as never)).toThrow('weights must be arrays by parameter name');
    expect(() => weightStatistics(first, { bins: 0 })).toThrow('bins must be a whole number >= 1');
    expect(() => weightStatistics(first, { range: [1, 1] })).toThrow('range must be two finite numbers');
  });
});

describe('weightChanges', () => {
  test('measures how far each parameter moved', () => {
    const [kernel, bias] = weightChanges(first, last);
    expect(kernel).toMatchObject({ meanChange: -1, distance: Math.sqrt(10), relative: Math.sqrt(10) / 5 });
    expect(kernel!.cosine).toBeCloseTo(20 / 25, 12);
    // Deviations: sqrt(mean(x^2) - mean^2).
    expect(kernel!.deviationChange).toBeCloseTo(
      Math.sqrt(25 / 4 - 1.25 ** 2) - Math.sqrt(25 / 4 - 0.25 ** 2),
      12,
    );
    expect(bias).toMatchObject({ relative: Infinity, cosine: NaN, meanChange: 1 });
  });

  test('is 0 where nothing moved, even from 0', () => {
    for (const change of weightChanges(first, first))
      expect(change).toMatchObject({ distance: 0, relative: 0 });
  });

  test('refuses weights that were not there, and arrays of another size than they say', () => {
    const one = { data: Float32Array.of(1), shape: [1], dtype: 'float32' } as const;
    expect(() => weightChanges({ a: one }, { a: one, b: one })).toThrow(
      "parameter 'b' is not there at first",
    );
    expect(() => weightStatistics({ a: { ...one, shape: [4] } })).toThrow('4 numbers');
  });

  test('refuses weights of another model', () => {
    expect(() => weightChanges(first, {})).toThrow(
      "'inner/hidden/kernel' is [2,2] at first and not there at last",
    );
    const other = { ...last, 'inner/hidden/bias': array([1, 1, 1]) };
    expect(() => weightChanges(first, other)).toThrow("'inner/hidden/bias' is [2] at first and [3] at last");
  });
});

describe('weightHistory', () => {
  test('records the weights before training and after each epoch', async () => {
    const plugin = weightHistory({ parameters: 'all', range: [-2, 2], bins: 4 });
    const seen: HostArrays[] = [];
    const keep = async (run: Run): Promise<void> => void seen.push(await run.getWeights());
    const watch = { name: 'watch', onFitStart: keep, onEpochEnd: keep };
    await toyRun({ plugins: [plugin, watch], fit: { epochs: 3 } });
    const { records, changes } = plugin.history();
    expect(records.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3]);
    records.forEach(({ statistics }, i) =>
      expect(statistics).toEqual(weightStatistics(seen[i]!, { range: [-2, 2], bins: 4 })),
    );
    expect(changes).toEqual(weightChanges(seen[0]!, seen[3]!));
    expect(changes.every(({ distance }) => distance > 0)).toBe(true);
  });

  test('starts clean with each run', async () => {
    const plugin = weightHistory();
    const model = toyModel();
    for (let i = 0; i < 2; i++) await toyRun({ model, plugins: [plugin], fit: { epochs: 1 } });
    expect(plugin.history().records).toHaveLength(2);
  });
});
