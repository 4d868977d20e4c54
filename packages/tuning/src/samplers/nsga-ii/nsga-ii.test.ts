import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { hypervolume } from '../../math/hypervolume.js';
import { choice, float } from '../../space/distributions.js';
import { space, when } from '../../space/space.js';
import type { Parameters } from '../../space/space-types.js';
import { createStudy } from '../../study/create-study.js';
import type { Direction, TrialRecord } from '../../trial/trial-record.js';
import { randomSampler } from '../random-sampler.js';
import { finishedTrial, request } from '../request.fixture.js';
import type { Sampler } from '../sampler.js';
import { nsgaIISampler } from './nsga-ii-sampler.js';
import { parentsOf } from './parents.js';

interface Case {
  readonly directions: readonly Direction[];
  readonly population: number;
  readonly trials: readonly {
    readonly failed: boolean;
    readonly values: readonly string[];
    readonly constraints: readonly number[];
  }[];
  readonly parents: readonly (readonly number[])[];
}
const reference = JSON.parse(
  readFileSync(
    new URL('../../../../../testing/references/tuning/optuna_nsgaii.json', import.meta.url),
    'utf8',
  ),
) as {
  readonly cases: Readonly<Record<string, Case>>;
  readonly search: {
    readonly trials: number;
    readonly population: number;
    readonly dimensions: number;
    readonly reference: readonly number[];
  };
  readonly hypervolume: Readonly<
    Record<'zdt1' | 'zdt2', Readonly<Record<'nsga-ii' | 'random', readonly number[]>>>
  >;
};
const two: readonly Direction[] = ['minimize', 'minimize'];

const numberOf = (text: string) =>
  text.endsWith('inf') ? Number(text.replace('inf', 'Infinity')) : Number(text);
const records = ({ trials }: Case): TrialRecord[] =>
  trials.map(({ failed, values, constraints }, number) =>
    finishedTrial(number, {}, 0, {
      constraints,
      values: values.map(numberOf),
      ...(failed && { state: 'failed' }),
    }),
  );

test.each(Object.entries(reference.cases))('each generation has the parents of Optuna: %s', (_, each) => {
  const trials = records(each);
  each.parents.forEach((parents, number) => {
    const own = parentsOf(trials.slice(0, number), each.population, each.directions);
    expect(own.map((trial) => trial.number)).toEqual(parents);
  });
  expect(new Set(each.parents.map(String)).size).toBeGreaterThan(3);
});

test('trials that ran when a generation was full belong to it', () => {
  // Two at once: trial 4 was begun with trials 0 to 2 known, where four make a generation; trial 5 knew four.
  const trials = Array.from({ length: 9 }, (_, i) =>
    finishedTrial(i, {}, 0, { values: [i, -i], horizon: Math.max(0, i - 1) }),
  );
  const numbers = (finished: number) =>
    parentsOf(trials.slice(0, finished), 4, two).map(({ number }) => number);
  expect(numbers(3)).toEqual([]);
  expect(numbers(4)).toEqual([0, 1, 2, 3]);
  // All are equally good: of five the ends of the line stay, and of the rest those that lie apart.
  expect(numbers(5)).toHaveLength(4);
  expect(numbers(5)).toContain(4);
  expect(numbers(8)).toEqual(numbers(5));
  expect(numbers(9)).not.toEqual(numbers(8));
});

const mixed = space({
  kind: choice(['a', null]),
  x: float(0, 1),
  y: when({ kind: 'a' }, float(0, 1)),
});

describe('children', () => {
  const parents = [
    { kind: 'a', x: 0.25, y: 0.5 },
    { kind: null, x: 0.75 },
  ] as const;
  const finished = parents.map((parameters, i) => finishedTrial(i, parameters, 0, { values: [i, -i] }));
  const children = (sampler: Sampler) =>
    Array.from({ length: 400 }, (_, i) =>
      sampler.suggest(request(mixed, finished, { number: 2 + i, directions: two })),
    );
  const share = (all: readonly Parameters[], test: (p: Parameters) => boolean) =>
    all.filter(test).length / all.length;

  test('mix the values of two parents, and mutate some', () => {
    const all = children(nsgaIISampler({ population: 2 }));
    const x = (value: number) => share(all, (p) => p['x'] === value);
    // One of two or three parameters is mutated; four standard deviations of a share of 400 are 0.1.
    expect(Math.abs(x(0.25) - 0.3)).toBeLessThan(0.1);
    expect(Math.abs(x(0.75) - 0.3)).toBeLessThan(0.1);
    expect(share(all, (p) => p['kind'] === null)).toBeGreaterThan(0.3);
    expect(all.every((p) => p['kind'] === null || typeof p['y'] === 'number')).toBe(true);
  });

  test('are copies without mixing and mutation', () => {
    const all = children(nsgaIISampler({ population: 2, crossoverProbability: 0, mutationProbability: 0 }));
    expect(new Set(all.map((p) => JSON.stringify(p)))).toEqual(
      new Set(parents.map((p) => JSON.stringify(p))),
    );
  });

  test('have a conditional value of the parent that has one', () => {
    const all = children(nsgaIISampler({ population: 2, crossoverProbability: 1, mutationProbability: 0 }));
    expect(all.filter(({ kind }) => kind === 'a').every(({ y }) => y === 0.5)).toBe(true);
    expect(share(all, (p) => p['kind'] === 'a' && p['x'] === 0.75)).toBeGreaterThan(0.1);
  });

  test('are drawn at random where all is mutated', () => {
    const all = children(nsgaIISampler({ population: 2, mutationProbability: 1 }));
    const random = children(randomSampler());
    expect(all).toEqual(random);
  });

  test('come from the better of two, and the feasible', () => {
    const better = [
      finishedTrial(0, { x: 0.25 }, 0, { values: [0, 0], constraints: [1] }),
      finishedTrial(1, { x: 0.5 }, 0, { values: [9, 9] }),
      finishedTrial(2, { x: 0.75 }, 0, { values: [1, 1], constraints: [0, 2] }),
    ];
    const line = space({ x: float(0, 1) });
    const sampler = nsgaIISampler({
      population: 3,
      mutationProbability: 0,
      crossoverProbability: 1,
      swappingProbability: 0,
    });
    const xs = Array.from(
      { length: 400 },
      (_, i) => sampler.suggest(request(line, better, { number: 3 + i, directions: two }))['x'],
    );
    // The first parent is the best of three but for draws of the same one or of the other two: 5/9, 3/9, 1/9.
    const count = (value: number) => xs.filter((x) => x === value).length / 400;
    expect(Math.abs(count(0.5) - 5 / 9)).toBeLessThan(0.1);
    expect(Math.abs(count(0.25) - 3 / 9)).toBeLessThan(0.1);
  });
});

describe('the front', () => {
  const { trials, population, dimensions, reference: corner } = reference.search;
  const box = space(
    Object.fromEntries(Array.from({ length: dimensions }, (_, i) => [`x_${i}`, float(0, 1)])),
  );
  const volume = async (kind: 1 | 2, sampler: Sampler, seed: number, parallel = 1) => {
    const study = await createStudy({ space: box, direction: two, sampler, seed });
    await study.optimize(
      ({ parameters }) => {
        const [first, ...rest] = Object.values(parameters) as [number, ...number[]];
        const g = 1 + (9 * rest.reduce((sum, x) => sum + x, 0)) / rest.length;
        return [first, g * (1 - (kind === 1 ? Math.sqrt(first / g) : (first / g) ** 2))];
      },
      { trials, parallel, stopOnInterrupt: false },
    );
    return hypervolume(
      study.trials.map(({ values }) => values!),
      corner,
    );
  };
  const quantile = (sorted: readonly number[], share: number) =>
    sorted[Math.round(share * (sorted.length - 1))]!;

  test.each([1, 2] as const)("of ZDT%i has a hypervolume within the spread of Optuna's", async (kind) => {
    const theirs = reference.hypervolume[`zdt${kind}`];
    const volumes: number[] = [];
    for (let seed = 0; seed < 5; seed++)
      volumes.push(await volume(kind, nsgaIISampler({ population }), seed, kind === 1 ? 1 : 4));
    const middle = volumes.sort((a, b) => a - b)[2]!;
    expect(middle).toBeGreaterThan(quantile(theirs['nsga-ii'], 0.1));
    expect(middle).toBeLessThan(quantile(theirs['nsga-ii'], 0.95));
    expect(volumes[0]!).toBeGreaterThan(quantile(theirs.random, 1));
  });
});
