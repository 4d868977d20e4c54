import { readFileSync } from 'node:fs';
import { stream } from '@espalier/core';
import { describe, expect, test } from 'vitest';
import { GaussianProcess } from '../samplers/gp/gaussian-process.js';
import { gpSampler } from '../samplers/gp/gp-sampler.js';
import { finishedTrial } from '../samplers/request.fixture.js';
import { choice, float, int } from '../space/distributions.js';
import type { Space } from '../space/space.js';
import { space } from '../space/space.js';
import type { Parameters } from '../space/space-types.js';
import { createStudy } from '../study/create-study.js';
import { delays, wait } from '../study/search.fixture.js';
import type { Direction } from '../trial/trial-record.js';
import { regretBound, standardizedBound } from './regret-bound.js';
import { regretTerminator, standardError } from './regret-terminator.js';

interface Case {
  readonly space: string;
  readonly direction: Direction;
  readonly trials: readonly {
    readonly parameters: Parameters;
    readonly value: number;
    readonly folds: readonly number[];
  }[];
  readonly bound: number;
  readonly error: number;
  readonly weights: readonly number[];
  readonly scale: number;
  readonly noise: number;
  readonly points: readonly number[][];
  readonly values: readonly number[];
  readonly candidates: readonly number[][];
  readonly standardized: number;
}
const cases = JSON.parse(
  readFileSync(
    new URL('../../../../testing/references/tuning/optuna_regret_bound.json', import.meta.url),
    'utf8',
  ),
) as readonly Case[];
const spaces: Readonly<Record<string, Space<unknown>>> = {
  'two numbers': space({ x: float(-1, 2), y: float(0, 1) }),
  mixed: space({ kind: choice(['a', 'b', 'c']), rate: float(1e-4, 1, { log: true }), n: int(1, 9) }),
};
const coordinates = (points: readonly number[][]) => points.map((point) => Float64Array.from(point));
const plain = { topShare: 0.5, topTrials: 20, candidates: 2048 };

describe.each(cases.map((each) => [`${each.trials.length} trials, ${each.space}`, each] as const))(
  '%s',
  (_, each) => {
    const finished = each.trials.map(({ parameters, value, folds }, number) =>
      finishedTrial(number, parameters, value, {
        reports: folds.map((result, fold) => ({ fold, value: result })),
      }),
    );

    test('have the bound of Optuna for its kernel and points', () => {
      const isChoice = each.weights.map((_weight, i) => each.space === 'mixed' && i === 0);
      const { weights, scale, noise } = each;
      const points = coordinates(each.points);
      const costs = each.values.map((value) => -value);
      const process = new GaussianProcess({ weights, scale, noise, isChoice }, points, costs);
      const bound = standardizedBound(process, points, coordinates(each.candidates));
      expect(Math.abs(bound - each.standardized)).toBeLessThan(1e-6 * Math.max(1, each.standardized));
    });

    test('have nearly its bound with our own kernel and points', () => {
      const request = { space: spaces[each.space]!, seed: 1, finished, direction: each.direction };
      const bound = regretBound(request, plain);
      expect(bound / each.bound).toBeGreaterThan(0.5);
      expect(bound / each.bound).toBeLessThan(2);
      expect(regretBound(request, plain)).toBe(bound);
    });

    test("have Optuna's error of the best trial", () => {
      const sign = each.direction === 'minimize' ? 1 : -1;
      const best = finished.reduce((a, b) => (sign * b.values![0]! < sign * a.values![0]! ? b : a));
      expect(standardError(best)).toBeCloseTo(each.error, 12);
      // Between the two bounds of an error it ends, and not before.
      const request = { space: spaces[each.space]!, seed: 1, finished, direction: each.direction };
      const bound = regretBound(request, { ...plain, topTrials: 10 });
      expect(regretTerminator({ error: 1.01 * bound, minTrials: 10 }).stop(request)).toMatch(
        /^at most .* can be gained/,
      );
      expect(regretTerminator({ error: 0.99 * bound, minTrials: 10 }).stop(request)).toBeUndefined();
      expect(
        regretTerminator({ error: 1.01 * bound, minTrials: finished.length + 1 }).stop(request),
      ).toBeUndefined();
    });
  },
);

const bowl = space({ x: float(-2, 2), y: float(-2, 2) });
const depth = ({ x, y }: { readonly x: number; readonly y: number }) => (x - 0.5) ** 2 + (y + 1) ** 2;
const quiet = { stopOnInterrupt: false };

test('a search ends where nothing is left to gain, the same with trials that end in any order', async () => {
  const lengths = [];
  for (const speed of [1, 2]) {
    const random = delays(speed);
    const study = await createStudy({ space: bowl, sampler: gpSampler({ candidates: 32 }), seed: 1 });
    await study.optimize(
      async ({ parameters }) => {
        await wait(random);
        return depth(parameters);
      },
      { trials: 60, parallel: 3, terminator: regretTerminator({ error: 0.01, candidates: 256 }), ...quiet },
    );
    expect(study.best!.values![0]!).toBeLessThan(0.01);
    expect(study.stopReason).toMatch(/^at most [\d.e-]+ can be gained, less than the error of 0.0100$/);
    lengths.push(study.trials.length);
  }
  expect(lengths[0]).toBeGreaterThanOrEqual(20);
  expect(lengths[0]).toBeLessThan(60);
  expect(lengths[1]).toBe(lengths[0]);
});

test('by the folds of the best trial, and told where there are none', async () => {
  const terminator = regretTerminator({ minTrials: 10, candidates: 64 });
  const study = await createStudy({ space: bowl, sampler: gpSampler({ candidates: 32 }) });
  const noise = stream(1, 'noise');
  await study.optimize(
    async (trial) => {
      for (let fold = 0; fold < 3; fold++)
        await trial.report(depth(trial.parameters) + noise.integer(100) / 50, { fold });
      return depth(trial.parameters);
    },
    { trials: 40, terminator, ...quiet },
  );
  expect(study.trials.length).toBeLessThan(40);
  const without = await createStudy({ space: bowl });
  await expect(without.optimize(() => 1, { trials: 40, terminator, ...quiet })).rejects.toThrow(
    /\[regret-terminator\] trial 0, the best, has 0 results of folds/,
  );
});

test('equal values leave nothing to gain; nothing complete, or nothing that varies, is never enough', () => {
  const equal = Array.from({ length: 20 }, (_, i) => finishedTrial(i, { x: i / 20, y: 0 }, 3));
  const request = { space: bowl, seed: 1, finished: equal, direction: 'minimize' as const };
  expect(regretBound(request, plain)).toBe(0);
  expect(regretBound({ ...request, finished: [] }, plain)).toBe(Infinity);
  const fixed = space({ n: int(1, 1) });
  expect(regretBound({ ...request, space: fixed }, plain)).toBe(Infinity);
  const infinite = equal.map((trial) => ({ ...trial, values: [trial.number % 2 ? Infinity : -Infinity] }));
  expect(regretBound({ ...request, finished: infinite }, plain)).toBe(0);
});

test('it is for one objective', async () => {
  const study = await createStudy({ space: bowl, direction: ['minimize', 'minimize'] });
  await expect(
    study.optimize(() => [1, 1], { trials: 2, terminator: regretTerminator(), ...quiet }),
  ).rejects.toThrow(/terminator must be left out with several objectives/);
});
