import { describe, expect, test } from 'vitest';
import numpy from '../../../testing/references/diagnostics/statistics.json' with { type: 'json' };
import { histogramOf, statisticsOf } from './value-statistics.js';

const settings = { bins: 12, threshold: 1e-4 };

describe('statistics of values', () => {
  const values = Float32Array.from(numpy.values);

  test("are numpy's", () => {
    const got = statisticsOf(values, settings);
    for (const name of ['mean', 'deviation', 'norm', 'zeros', 'nearZeros'] as const)
      expect(got[name], name).toBeCloseTo(numpy[name], 12);
    expect(got.histogram.counts).toEqual(numpy.histogram.counts);
    got.histogram.edges.forEach((edge, i) => expect(edge).toBeCloseTo(numpy.histogram.edges[i]!, 12));
    expect([got.size, got.nonFinite, got.min, got.max]).toEqual([
      values.length,
      0,
      Math.min(...values),
      Math.max(...values),
    ]);
  });

  test('count what lies outside a given range', () => {
    const { counts, below, above } = statisticsOf(values, { ...settings, bins: 8, range: [-1, 1] }).histogram;
    expect({ counts, below, above }).toEqual(numpy.inside);
  });

  test('put a value that equals an edge into the bin on its right, the last into the last', () => {
    const ramp = Array.from({ length: 11 }, (_, i) => i / 10);
    expect(histogramOf(ramp, 10, [0, 1]).counts).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 2]);
  });

  test('leave out what is not finite, and say how much', () => {
    const got = statisticsOf([1, NaN, 3, Infinity, -Infinity], settings);
    expect(got).toMatchObject({ size: 5, mean: 2, deviation: 1, min: 1, max: 3, nonFinite: 3, zeros: 0 });
    expect(got.histogram.counts.reduce((a, b) => a + b)).toBe(2);
  });

  test('of nothing are NaN, of equal values have no deviation', () => {
    for (const empty of [[], [NaN]])
      expect(statisticsOf(empty, settings)).toMatchObject({ mean: NaN, min: NaN, norm: 0 });
    const same = statisticsOf([5, 5, 5], { ...settings, bins: 2 });
    expect(same).toMatchObject({ mean: 5, deviation: 0, min: 5, max: 5 });
    expect(same.histogram).toEqual({ edges: [4.5, 5, 5.5], counts: [0, 3], below: 0, above: 0 });
  });

  test('of huge values stay finite where float32 would not', () => {
    const got = statisticsOf(Float32Array.of(3e38, 3e38), settings);
    expect(got.norm / (Math.SQRT2 * 3e38)).toBeCloseTo(1, 6);
  });
});
