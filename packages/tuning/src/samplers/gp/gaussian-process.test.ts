import { readFileSync } from 'node:fs';
import { stream } from '@espalier/core';
import { cholesky, inverseOf, log } from '@espalier/core/internal';
import { describe, expect, test } from 'vitest';
import { logExpectedImprovement } from '../../math/expected-improvement.js';
import { minimize } from '../../math/minimize.js';
import { uniform53 } from '../../space/unit-interval.js';
import { fitKernel, LEAST_NOISE, negativeLogPosterior } from './fit-kernel.js';
import { GaussianProcess, type Kernel } from './gaussian-process.js';

interface Case {
  readonly points: readonly number[][];
  readonly values: readonly number[];
  readonly lengths: readonly number[];
  readonly scale: number;
  readonly noise: number;
  readonly logLikelihood: number;
  readonly asked: readonly number[][];
  readonly mean: readonly number[];
  readonly variance: readonly number[];
}
const reference = JSON.parse(
  readFileSync(
    new URL('../../../../../testing/references/tuning/gaussian_process.json', import.meta.url),
    'utf8',
  ),
) as { readonly cases: readonly Case[]; readonly improvements: readonly number[][] };

const kernelOf = ({ lengths, scale, noise }: Case): Kernel => ({
  weights: lengths.map((length) => 1 / (length * length)),
  scale,
  noise,
  isChoice: lengths.map(() => false),
});
const coordinates = (points: readonly number[][]) => points.map((point) => Float64Array.from(point));

describe.each(reference.cases.map((each) => [each.points.length, each] as const))('%i points', (_, known) => {
  const process = new GaussianProcess(kernelOf(known), coordinates(known.points), known.values);

  test("have scikit-learn's mean and variance elsewhere", () => {
    coordinates(known.asked).forEach((point, i) => {
      const { mean, variance } = process.predict(point);
      expect(Math.abs(mean - known.mean[i]!)).toBeLessThan(1e-9);
      expect(Math.abs(variance - known.variance[i]!)).toBeLessThan(1e-9);
    });
  });

  test('have the slopes that differences have', () => {
    const [point] = coordinates(known.asked);
    const whole = process.predictWithGradient(point!);
    expect({ mean: whole.mean, variance: whole.variance }).toEqual(process.predict(point!));
    point!.forEach((value, d) => {
      const at = (step: number) => process.predict(point!.map((x, i) => (i === d ? value + step : x)));
      const [up, down] = [at(1e-5), at(-1e-5)];
      expect(Math.abs(whole.meanBy[d]! - (up.mean - down.mean) / 2e-5)).toBeLessThan(1e-5);
      expect(Math.abs(whole.varianceBy[d]! - (up.variance - down.variance) / 2e-5)).toBeLessThan(1e-5);
    });
  });

  test("have scikit-learn's likelihood, and its slopes", () => {
    const [n, size] = [known.points.length, known.lengths.length];
    const squares = known.lengths.map((_length, d) => {
      const list: number[] = [];
      for (let i = 0; i < n; i++)
        for (let j = 0; j < i; j++) list.push((known.points[i]![d]! - known.points[j]![d]!) ** 2);
      return Float64Array.from(list);
    });
    const { weights, scale, noise } = kernelOf(known);
    const logs = [...Array.from(weights, log), log(scale), log(noise - LEAST_NOISE || 1e-12)];
    const { value, gradient } = negativeLogPosterior(logs, squares, known.values);
    const prior =
      Array.from(weights).reduce((sum, w) => sum + 0.1 * (w + 1 / w), 0) +
      scale -
      Math.log(scale) +
      30 * noise -
      0.1 * Math.log(noise);
    const likelihood = -known.logLikelihood - (n / 2) * Math.log(2 * Math.PI);
    expect(Math.abs(value - prior - likelihood)).toBeLessThan(1e-5);
    for (let i = 0; i < size + 2; i++) {
      const at = (step: number) =>
        negativeLogPosterior(
          logs.map((x, k) => (k === i ? x + step : x)),
          squares,
          known.values,
        ).value;
      const slope = (at(1e-5) - at(-1e-5)) / 2e-5;
      expect(Math.abs(gradient[i]! - slope)).toBeLessThan(1e-4 * Math.max(1, Math.abs(slope)));
    }
  });
});

test('a choice is equal or not, however far its positions are apart', () => {
  const kernel = { weights: [1, 2], scale: 1, noise: 1e-6, isChoice: [false, true] };
  const process = new GaussianProcess(kernel, coordinates([[0.5, 0]]), [1]);
  const [near, far, same] = [1, 5, 0].map((choice) => process.predict(Float64Array.of(0.5, choice)).mean);
  expect(near).toBe(far);
  const r = Math.sqrt(10);
  expect(near).toBeCloseTo((1 + r + 10 / 3) * Math.exp(-r), 5);
  expect(same).toBeCloseTo(1, 5);
});

test('the expected improvement is exact, also where it is too small for a number', () => {
  for (const [mean, deviation, best, logarithm, byMean, byDeviation] of reference.improvements) {
    const found = logExpectedImprovement(mean!, deviation!, best!);
    for (const [own, exact] of [
      [found.log, logarithm!],
      [found.byMean, byMean!],
      [found.byDeviation, byDeviation!],
    ] as const)
      expect(Math.abs(own - exact)).toBeLessThan(1e-9 * Math.max(1e-3, Math.abs(exact)));
  }
});

test('the kernel is fitted to what matters: a short length for it, a long one for what does not', () => {
  const random = stream(1, 'test');
  const points = Array.from({ length: 40 }, () => Float64Array.of(uniform53(random), uniform53(random)));
  const raw = points.map(([x]) => Math.sin(9 * x!));
  const kernel = fitKernel(points, raw, [false, false]);
  expect(kernel.weights[0]!).toBeGreaterThan(20 * kernel.weights[1]!);
  expect(kernel.noise).toBeLessThan(0.01);
});

test('a matrix that is not positive definite has no root, and an inverse is one', () => {
  expect(cholesky(Float64Array.of(1, 2, 2, 1), 2)).toBeUndefined();
  const lower = cholesky(Float64Array.of(4, 2, 2, 3), 2)!;
  expect([...lower]).toEqual([2, 0, 1, Math.SQRT2]);
  const inverse = inverseOf(lower, 2);
  [3 / 8, -1 / 4, -1 / 4, 1 / 2].forEach((value, i) => expect(inverse[i]).toBeCloseTo(value, 15));
});

describe('descent', () => {
  const rosenbrock = ([x, y]: Float64Array) => ({
    value: (1 - x!) ** 2 + 100 * (y! - x! * x!) ** 2,
    gradient: [-2 * (1 - x!) - 400 * x! * (y! - x! * x!), 200 * (y! - x! * x!)],
  });

  test('ends at the minimum inside', () => {
    const { point, value } = minimize(rosenbrock, [-1, 1.5], {
      low: [-2, -2],
      high: [2, 2],
      iterations: 100,
      tolerance: 1e-14,
    });
    expect(value).toBeLessThan(1e-8);
    expect(point[0]).toBeCloseTo(1, 3);
  });

  test('ends at a wall that the minimum is behind', () => {
    // With x <= 1/2 the valley's lowest point is (1/2, 1/4).
    const { point } = minimize(rosenbrock, [-1, 1.5], { low: [-2, -2], high: [0.5, 2], iterations: 100 });
    expect([...point].map((x) => x.toFixed(3))).toEqual(['0.500', '0.250']);
  });

  test('takes no point whose value is no number', () => {
    const slope = ([x]: Float64Array) => ({ value: x! > 0.3 ? NaN : -x!, gradient: [-1] });
    const { point } = minimize(slope, [0], { low: [0], high: [1], iterations: 50 });
    expect(point[0]).toBeLessThanOrEqual(0.3);
    expect(point[0]).toBeGreaterThan(0.05);
  });
});
