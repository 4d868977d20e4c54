import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { defaultPopulation, drawPoint, nextCmaEsState, startOfCmaEs } from './cma-es-state.js';

interface Case {
  readonly dimensions: number;
  readonly population: number;
  readonly states: readonly {
    readonly solutions: readonly [point: number[], cost: number][];
    readonly mean: number[];
    readonly sigma: number;
    readonly covariance: number[][];
  }[];
}
const cases = JSON.parse(
  readFileSync(
    new URL('../../../../../testing/references/tuning/cmaes_states.json', import.meta.url),
    'utf8',
  ),
) as Case[];

test.each(cases)(
  'mean, step size and covariance are those of cmaes ($dimensions dimensions)',
  ({ dimensions, states }) => {
    let state = startOfCmaEs(new Float64Array(dimensions).fill(0.5), 1 / 6);
    for (const { solutions, mean, sigma, covariance } of states) {
      state = nextCmaEsState(
        state,
        solutions.map(([point, cost]) => ({ point, cost })),
      );
      mean.forEach((value, i) => expect(state.mean[i]).toBeCloseTo(value, 10));
      expect(state.sigma / sigma).toBeCloseTo(1, 9);
      covariance.flat().forEach((value, i) => {
        const own = state.covariance[Math.floor(i / dimensions)]![i % dimensions]!;
        expect(Math.abs(own - value)).toBeLessThan(1e-9 * Math.max(1, Math.abs(value)));
      });
    }
  },
);

test('the population follows from the number of dimensions', () => {
  expect(defaultPopulation(2)).toBe(cases[0]!.population);
  expect(defaultPopulation(5)).toBe(cases[1]!.population);
});

test('points are drawn from the covariance', () => {
  const start = startOfCmaEs([0, 0], 2);
  const state = { ...start, covariance: [Float64Array.of(5, 2), Float64Array.of(2, 3)] };
  // B D D B^T = C: the points of two orthonormal z are two columns of a root of C.
  const [a, b] = [drawPoint(state, [1, 0]), drawPoint(state, [0, 1])];
  const product = (i: number, j: number) => (a[i]! * a[j]! + b[i]! * b[j]!) / 4;
  expect(product(0, 0)).toBeCloseTo(5, 12);
  expect(product(0, 1)).toBeCloseTo(2, 12);
  expect(product(1, 1)).toBeCloseTo(3, 12);
});
