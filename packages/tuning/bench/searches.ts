import { readFileSync } from 'node:fs';
import type { Parameters, Space } from '@espalier/tuning';
import { choice, float, int, space, when } from '@espalier/tuning';

/** A search whose optimum is known to have the value 0. */
export interface Search {
  readonly name: string;
  readonly space: Space<Parameters>;
  regret(parameters: Parameters): number;
}

/** What Optuna reached, and the real results that the last search is over. */
export const reference = JSON.parse(
  readFileSync(new URL('../../../testing/references/tuning/optuna_regret.json', import.meta.url), 'utf8'),
) as {
  readonly seeds: number;
  readonly trials: Readonly<Record<string, number>>;
  readonly svm: Readonly<Record<string, number>>;
  readonly regret: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
};

const numbers = (parameters: Parameters): number[] => Object.values(parameters) as number[];
const box = (count: number, low: number, high: number): Space<Parameters> =>
  space(
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`x_${i}`, float(low, high)])),
  ) as unknown as Space<Parameters>;
const search = <P>(name: string, over: Space<P>, regret: (parameters: P) => number): Search =>
  ({ name, space: over, regret }) as unknown as Search;

const A = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const P = [
  [1312, 1696, 5569, 124, 8283, 5886],
  [2329, 4135, 8307, 3736, 1004, 9991],
  [2348, 1451, 3522, 2883, 3047, 6650],
  [4047, 8828, 8732, 5743, 1091, 381],
];
const { PI, abs, cos, exp, log10, log2, sqrt } = Math;
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const leastError = Math.min(...Object.values(reference.svm));

/** Five functions and one search over real results, the same as in optuna_regret.py. */
export const searches: readonly Search[] = [
  search(
    'branin',
    space({ x: float(-5, 10), y: float(0, 15) }),
    ({ x, y }) =>
      (y - (5.1 / (4 * PI ** 2)) * x ** 2 + (5 / PI) * x - 6) ** 2 +
      10 * (1 - 1 / (8 * PI)) * cos(x) +
      10 -
      0.39788735772973816,
  ),
  search('hartmann', box(6, 0, 1), (parameters) => {
    const x = numbers(parameters);
    const parts = A.map((row, i) =>
      exp(-row.reduce((sum, a, j) => sum + a * (x[j]! - 1e-4 * P[i]![j]!) ** 2, 0)),
    );
    return 3.32236801141551 - parts[0]! - 1.2 * parts[1]! - 3 * parts[2]! - 3.2 * parts[3]!;
  }),
  search('rosenbrock', box(4, -2, 2), (parameters) => {
    const x = numbers(parameters);
    return x.slice(1).reduce((sum, b, i) => sum + 100 * (b - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2, 0);
  }),
  search('ackley', box(5, -5, 8), (parameters) => {
    const x = numbers(parameters);
    return (
      -20 * exp(-0.2 * sqrt(mean(x.map((v) => v * v)))) -
      exp(mean(x.map((v) => cos(2 * PI * v)))) +
      20 +
      Math.E
    );
  }),
  search(
    'mixed',
    space({
      optimizer: choice(['sgd', 'adam']),
      rate: float(1e-5, 1, { log: true }),
      units: int(4, 512, { log: true }),
      depth: int(1, 5),
      momentum: when({ optimizer: 'sgd' }, float(0, 1)),
    }),
    (p) => {
      const [rate, units] = [log10(p.rate), log2(p.units)];
      return p.optimizer === 'sgd'
        ? (rate + 1 + 2 * p.momentum - 1.8) ** 2 +
            4 * (p.momentum - 0.9) ** 2 +
            0.1 * (units - 7) ** 2 +
            0.2 * abs(p.depth - 3)
        : 0.1 + (rate + 3) ** 2 + 0.1 * (units - 6) ** 2 + 0.2 * abs(p.depth - 2);
    },
  ),
  search(
    'svm',
    space({ kernel: choice(['rbf', 'poly', 'sigmoid']), c: int(0, 15), gamma: int(0, 18) }),
    ({ kernel, c, gamma }) => reference.svm[`${kernel}/${c}/${gamma}`]! - leastError,
  ),
];
